"""MDN/send: telling the sender of a message what became of it (RFC 9007 §2.1)."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Final, Literal, NamedTuple

from pydantic import Field

from cyrpy.data import messages, submissions
from cyrpy.data.blobs import PREFIX
from cyrpy.data.messages import MessageRow
from cyrpy.data.submissions import NOTICE, NewSubmission
from cyrpy.errors import CyrpyError
from cyrpy.formats.mime import dates, mdn
from cyrpy.formats.mime.headers import address_list
from cyrpy.formats.mime.message import Message
from cyrpy.groupware import mail_identities
from cyrpy.groupware.mail_identities import Identity, may_send_from
from cyrpy.mail.envelope import is_address
from cyrpy_jmap.arguments import MethodArguments, check
from cyrpy_jmap.call import Call, Done
from cyrpy_jmap.capability import Capability
from cyrpy_jmap.errors import MethodError, SetError
from cyrpy_jmap.invocation import Arguments, Invocation, Json
from cyrpy_jmap.methods.set import CreationId, as_json, of_record
from cyrpy_jmap.objects import JmapModel, Text
from cyrpy_jmap.records import invalid, invalid_properties

SENT: Final = "$mdnsent"
WANTED: Final = b"disposition-notification-to"
_NAME: Final = r"^[!-9;-~]{1,100}$"


class Disposition(JmapModel):
    """What became of the message."""

    action_mode: Literal["manual-action", "automatic-action"]
    sending_mode: Literal["mdn-sent-manually", "mdn-sent-automatically"]
    type: Literal["deleted", "dispatched", "displayed", "processed"]


class MDN(JmapModel):
    """A notification that is to be sent."""

    for_email_id: str
    subject: Annotated[Text, Field(max_length=1000)] | None = None
    text_body: Annotated[Text, Field(max_length=100_000)] | None = None
    include_original_message: bool = False
    reporting_ua: Annotated[Text, Field(max_length=1000)] | None = Field(None, alias="reportingUA")
    disposition: Disposition
    final_recipient: Annotated[Text, Field(max_length=1000)] | None = None
    extension_fields: (
        dict[Annotated[str, Field(pattern=_NAME)], Annotated[Text, Field(max_length=1000)]] | None
    ) = None


class SendArguments(MethodArguments):
    """The arguments of MDN/send."""

    account_id: str
    identity_id: str
    send: dict[CreationId, dict[str, Any]]
    on_success_update_email: dict[str, dict[str, Any]] | None = None


class _Sent(NamedTuple):
    told: Json
    email_id: str


def run_send(call: Call, arguments: Arguments, capability: Capability) -> Done:
    """Answer an MDN/send; then one Email/set marks the emails.

    Raises:
        MethodError: `invalidArguments`, `requestTooLarge`, and those of `Call.enter`.
    """
    args = check(SendArguments, arguments)
    call.enter(args.account_id, capability, writes=True)
    call.limits.check_set(len(args.send))
    sent, failed = call.write(lambda inner: _all(inner, args))
    response: Json = {
        "accountId": call.account.wire_id,
        "sent": {cid: one.told for cid, one in sent.items()} or None,
        "notSent": as_json(failed),
    }
    update = {one.email_id: _patch(args, cid, one.email_id) for cid, one in sent.items()}
    if not update:
        return Done(response)
    then = Invocation("Email/set", {"accountId": call.account.wire_id, "update": update}, "")
    return Done(response, (then,))


def _all(call: Call, args: SendArguments) -> tuple[dict[str, _Sent], dict[str, SetError]]:
    identity_id = call.real_id(args.identity_id) or args.identity_id
    identity = mail_identities.find(call.unit, call.account.id, identity_id)
    if identity is None:
        text = "identityId: there is no such identity"
        raise MethodError("invalidArguments", text, arguments=["identityId"])
    sent: dict[str, _Sent] = {}
    failed: dict[str, SetError] = {}
    for cid, value in args.send.items():
        try:
            with call.unit.savepoint():
                sent[cid] = _one(call, args, identity, (cid, value))
        except CyrpyError as exc:
            failed[cid] = of_record(exc)
    return sent, failed


def _one(call: Call, args: SendArguments, identity: Identity, given: tuple[str, Json]) -> _Sent:
    cid, value = given
    wanted = _checked(value)
    email_id = call.real_id(wanted.for_email_id) or wanted.for_email_id
    row = messages.get(call.unit, call.account.id, email_id)
    octets = None
    if row is not None:
        blob_id = PREFIX + row.digest.hex()
        octets = call.services.blobs.read(call.unit, [row.account_id], blob_id)
    if row is None or octets is None:
        raise SetError("notFound", f"there is no email {email_id[:80]!r}")
    if SENT in row.keyword_set:
        raise SetError("mdnAlreadySent", "a notification was sent for this email already")
    if not _patch(args, cid, email_id).get(f"keywords/{SENT}"):
        text = f"onSuccessUpdateEmail must set the keyword {SENT} of {email_id}"
        raise SetError("invalidProperties", text, [])
    message = Message(octets, row.digest)
    to = _asked_by(message)
    recipient = _recipient(call, wanted, identity)
    about = (message.convenience["messageId"] or [None])[0]
    _queue(call, (row, octets), (wanted, identity), (to, recipient, about))
    told: Json = {"finalRecipient": recipient, "originalMessageId": about and f"<{about}>"}
    if wanted.subject is None:
        told["subject"] = _subject(message)
    return _Sent(told, email_id)


def _checked(value: Json) -> MDN:
    wrong = invalid(MDN, value)
    if wrong:
        raise invalid_properties(wrong)
    return MDN.model_validate(value)


def _patch(args: SendArguments, cid: str, email_id: str) -> Json:
    """What is to be done with the email of a notification."""
    given: Mapping[str, Json] = args.on_success_update_email or {}
    return given.get(f"#{cid}") or given.get(email_id) or {}


def _asked_by(message: Message) -> Json:
    """Who wants to know."""
    for one in message.root.fields:
        if one.name.lower() == WANTED:
            found = address_list(message.octets[one.start : one.end])
            if len(found) == 1 and is_address(found[0]["email"] or ""):
                return found[0]
    raise SetError("notFound", "nobody asked for a notification about this email")


def _recipient(call: Call, wanted: MDN, identity: Identity) -> str:
    """For whom it is said; the user's address, if the client names another."""
    if wanted.final_recipient is None:
        return f"rfc822; {identity.email}"
    address = wanted.final_recipient.rpartition(";")[2].strip()
    if not may_send_from(call.unit, call.account.id, address):
        raise SetError("forbiddenFrom", f"{address[:255]!r} is no address of the user")
    return wanted.final_recipient


def _subject(message: Message) -> str:
    return f"Disposition notification: {message.convenience['subject'] or ''}"[:1000].strip()


def _queue(
    call: Call,
    original: tuple[MessageRow, bytes],
    asked: tuple[MDN, Identity],
    known: tuple[Json, str, str | None],
) -> None:
    """Put the notification into the queue of what is to be sent."""
    (_, octets), (wanted, identity), (to, recipient, about) = original, asked, known
    core = call.services.core
    envelope = mdn.Envelope(
        sender={"name": identity.name or None, "email": identity.email},
        to=to,
        subject=wanted.subject or _subject(Message(octets)),
        date=dates.wire(datetime.fromtimestamp(call.unit.now, UTC)),
        message_id=f"{secrets.token_hex(16)}@{core.settings.servername}",
        boundary=f"=_{secrets.token_hex(16)}",
        about=about,
    )
    fields = [("Final-Recipient", recipient)]
    if wanted.reporting_ua:
        fields.insert(0, ("Reporting-UA", wanted.reporting_ua))
    if about:
        fields.append(("Original-Message-ID", f"<{about}>"))
    how = wanted.disposition
    fields.append(("Disposition", f"{how.action_mode}/{how.sending_mode}; {how.type}"))
    fields += list((wanted.extension_fields or {}).items())
    text = wanted.text_body or f"The message was {how.type} at {identity.email}.\r\n"
    given = octets if wanted.include_original_message else b""
    made = mdn.build(envelope, text, fields, given)
    new = NewSubmission(NOTICE, "", {to["email"]: {}}, message=made)
    submissions.add(call.unit, call.account.id, new)
