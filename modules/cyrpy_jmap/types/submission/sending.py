"""From an EmailSubmission that is to be created to mail in the queue (RFC 8621 §7.5)."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import Final

from cyrpy.config import CoreSettings
from cyrpy.data import addresses, imap_accounts, messages, submissions
from cyrpy.data.blobs import PREFIX
from cyrpy.data.messages import DRAFT, MessageRow
from cyrpy.data.submissions import NewSubmission
from cyrpy.formats.mime import compose, dates
from cyrpy.formats.mime.message import Message
from cyrpy.groupware import mail_identities
from cyrpy.groupware.mail_identities import Identity, may_send_from
from cyrpy_jmap.call import Call
from cyrpy_jmap.errors import SetError
from cyrpy_jmap.invocation import Json
from cyrpy_jmap.types.submission.envelopes import Envelope, authors, check_sender, envelope_of

MAX_SIZE: Final = 100_000_000  # octets, where no option says otherwise
_CAME: Final = frozenset({"received", "return-path"})  # fields of mail that came from elsewhere


def submission(call: Call, checked: Json) -> NewSubmission:
    """What is queued.

    Raises:
        SetError: the message may not be sent so.
    """
    unit, user = call.unit, call.account.id
    identity = mail_identities.find(unit, user, checked["identityId"])
    if identity is None:
        raise SetError("invalidProperties", "identityId: there is no such identity", ["identityId"])
    row = messages.get(unit, user, checked["emailId"])
    if row is None:
        raise SetError("invalidProperties", "emailId: there is no such email", ["emailId"])
    settings = call.services.core.settings
    _check_size(row, settings)
    octets = call.services.blobs.read(unit, [user], PREFIX + row.digest.hex())
    if octets is None:
        raise SetError("invalidEmail", "the message is damaged")
    message = Message(octets, row.digest)
    envelope = envelope_of(checked["envelope"], message, identity, unit.now)
    check_sender(unit, user, envelope)
    resent = _resent(call, row, message, identity, is_explicit=checked["envelope"] is not None)
    _check_reachable(call, envelope)
    return NewSubmission(
        purpose=submissions.EMAIL,
        sender=envelope.sender,
        recipients=envelope.recipients,
        digest=None if resent else row.digest,
        message=resent + octets if resent else None,
        parameters=envelope.parameters,
        send_at=envelope.send_at,
        identity_id=identity.wire_id,
        email_id=row.id,
        thread_id=row.thread_id,
    )


def _check_size(row: MessageRow, settings: CoreSettings) -> None:
    limit = settings.maxmessagesize or MAX_SIZE
    if row.size > limit:
        raise SetError("tooLarge", f"messages may have {limit} octets at most", maxSize=limit)


def _resent(
    call: Call, row: MessageRow, message: Message, identity: Identity, *, is_explicit: bool
) -> bytes:
    """Make sure that the user may send a message with such a From field.

    Mail that came from others may be sent on as it is, to an envelope that the client gives; it
    then gets fields that say who does so (RFC 5322 §3.6.6), which are returned.

    Raises:
        SetError: `invalidEmail`, `forbiddenFrom`.
    """
    found = authors(message)
    if not found:
        raise SetError("invalidEmail", "the message must say whom it is from", ["from"])
    if all(may_send_from(call.unit, call.account.id, address) for address in found):
        return b""
    came = any(one["name"].lower() in _CAME for one in message.headers())
    if DRAFT in row.keyword_set or not came or not is_explicit:
        raise SetError("forbiddenFrom", f"sending mail from {found[0][:255]!r} is not allowed")
    core = call.services.core
    now = dates.wire(datetime.fromtimestamp(call.unit.now, UTC))
    id = f"{secrets.token_hex(16)}@{core.settings.servername}"
    who = [{"name": identity.name or None, "email": identity.email}]
    fields = (
        (b"Resent-From", compose.addresses(who)),
        (b"Resent-Date", compose.date(now)),
        (b"Resent-Message-ID", compose.message_ids([id])),
    )
    return b"".join(name + b":" + value + b"\r\n" for name, value in fields)


def sends_elsewhere(call: Call) -> bool:
    """Whether mail of the account can leave this server, and wait before it does."""
    settings = call.services.core.settings
    return settings.sends_mail or imap_accounts.has_smtp(call.unit, call.account.id)


def _check_reachable(call: Call, envelope: Envelope) -> None:
    """Without a relay, mail goes to the users of this server alone.

    Raises:
        SetError: `forbiddenToSend`.
    """
    if sends_elsewhere(call):
        return
    for address in envelope.recipients:
        if addresses.recipient(call.unit, address) is None:
            text = f"this server sends no mail to others ({address[:255]!r})"
            raise SetError("forbiddenToSend", text)
    if envelope.send_at is not None and envelope.send_at > call.unit.now:
        raise SetError("forbiddenToSend", "this server sends no mail later")
