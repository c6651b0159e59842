"""The Outbox: what is put there is sent, and what is taken out before that is not.

The queue is that of EmailSubmission; `cyrpy.groupware.mail_sent` files what has been sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import orjson

from cyrpy.data import mailboxes, submissions
from cyrpy.data.messages import DRAFT, MessageRow
from cyrpy.errors import NotFound, OverQuota
from cyrpy.groupware import mail_identities
from cyrpy.groupware.mail_identities import Identity, may_send_from
from cyrpy.groupware.mail_sent import OUTBOX
from cyrpy.mail.envelope import is_address
from cyrpy_jmap import records
from cyrpy_jmap.call import Call
from cyrpy_jmap.errors import SetError
from cyrpy_jmap.invocation import Json
from cyrpy_jmap.types.submission import sending
from cyrpy_jmap.types.submission.model import MAX_DELAY

RECIPIENTS: Final = ("to", "cc", "bcc")
# Property that is to blame for an error of EmailSubmission/set; of others, it is `to`.
_BLAMED: Final[Mapping[str, str]] = {
    "forbiddenFrom": "from",
    "forbiddenMailFrom": "from",
    "invalidEmail": "from",
    "tooLarge": "attachments",
}


def number_of(call: Call) -> int | None:
    """The Outbox of the account."""
    row = mailboxes.by_role(call.unit, call.account.id, OUTBOX)
    return None if row is None else row.id


def send(call: Call, row: MessageRow) -> int:
    """Queue a draft that was put into the Outbox; the number of its submission.

    Raises:
        SetError: `invalidProperties` for all that keeps it from being sent, or `forbidden`.
    """
    if not call.account.is_own:
        raise SetError("forbidden", "only the owner of an account sends mail from its Outbox")
    if DRAFT not in row.keyword_set:
        text = "mailboxIds: only drafts are sent; this message is none"
        raise SetError("invalidProperties", text, ["mailboxIds"])
    kept: Json = orjson.loads(row.properties)
    _check(call, row, kept)
    checked = {
        "identityId": _identity(call, kept).wire_id,
        "emailId": row.wire_id,
        "envelope": None,
    }
    try:
        new = sending.submission(call, checked)
        waiting = new._replace(send_at=_send_at(call, row))
        return submissions.add(call.unit, call.account.id, waiting).id
    except SetError as exc:
        blamed = _BLAMED.get(exc.type, "to")
        raise SetError("invalidProperties", f"{blamed}: {exc.description}", [blamed]) from exc
    except OverQuota as exc:
        raise SetError("maxQuotaReached", str(exc)) from exc


def take_back(call: Call, row: MessageRow) -> None:
    """Keep from being sent what waits for it.

    Raises:
        NotFound: it is on its way already.
    """
    for one in submissions.pending_of(call.unit, row.account_id, row.id):
        if not submissions.cancel(call.unit, call.services.blobs, one):
            raise NotFound("the message is on its way already")


def _check(call: Call, row: MessageRow, kept: Json) -> None:
    wrong: dict[str, str] = {}
    authors = [one["email"] or "" for one in kept["from"] or ()]
    if not authors or not all(map(is_address, authors)):
        wrong["from"] = "must have a valid address"
    elif not all(may_send_from(call.unit, call.account.id, one) for one in authors):
        wrong["from"] = f"sending mail from {authors[0][:255]!r} is not allowed"
    everyone = [(name, one["email"] or "") for name in RECIPIENTS for one in kept[name] or ()]
    wrong |= {
        name: f"{address[:80]!r} is no mail address"
        for name, address in everyone
        if not is_address(address)
    }
    if not everyone:
        wrong["to"] = "there must be a recipient in to, cc or bcc"
    wrong |= _wrong_date(call, (row.sent_at or 0) - call.unit.now)
    if wrong:
        raise records.invalid_properties(wrong)


def _wrong_date(call: Call, wait: int) -> dict[str, str]:
    """What is wrong with a date that is so many seconds ahead."""
    if wait > 0 and not sending.sends_elsewhere(call):
        return {"date": "this server sends no mail later"}
    if wait > MAX_DELAY:
        return {"date": f"mail may wait for {MAX_DELAY} seconds at most"}
    return {}


def _send_at(call: Call, row: MessageRow) -> int | None:
    """The date of the message, if that is yet to come."""
    return row.sent_at if (row.sent_at or 0) > call.unit.now else None


def _identity(call: Call, kept: Json) -> Identity:
    """That of the address that the message is from, else the first."""
    found = mail_identities.all_of(call.unit, call.account.id)
    wanted = kept["from"][0]["email"].lower()
    return next((one for one in found if one.email.lower() == wanted), found[0])
