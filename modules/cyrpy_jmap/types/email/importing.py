"""Email/import: messages that were uploaded as blobs (RFC 8621 §4.8)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from cyrpy.errors import CyrpyError
from cyrpy.groupware import mail
from cyrpy.groupware.mail import Arrival, Placing
from cyrpy.mail.importing import newest_received
from cyrpy_jmap.arguments import MethodArguments, check
from cyrpy_jmap.call import Call, Done
from cyrpy_jmap.invocation import Arguments, Json
from cyrpy_jmap.methods.get import need_account
from cyrpy_jmap.methods.set import CreationId, SetOutcome, as_json, check_state, of_record
from cyrpy_jmap.objects import JmapModel, UTCDate
from cyrpy_jmap.records import Wrong, invalid_properties
from cyrpy_jmap.types.email import creating
from cyrpy_jmap.types.email.model import Keywords

if TYPE_CHECKING:
    from cyrpy_jmap.types.email.type import Emails


class EmailImport(JmapModel):
    """One message to be imported."""

    blob_id: str
    mailbox_ids: dict[str, bool]
    keywords: Keywords | None = None
    received_at: UTCDate | None = None


class Letter(NamedTuple):
    """A message and what was read of it, which is the work that needs no lock."""

    octets: bytes
    arrival: Arrival

    @classmethod
    def of(cls, octets: bytes) -> Letter:
        """Read it."""
        return cls(octets, mail.prepare(octets))


class ImportArguments(MethodArguments):
    """The arguments of Email/import."""

    account_id: str | None = None
    if_in_state: str | None = None
    emails: dict[CreationId, EmailImport]


def run_import(type: Emails, call: Call, arguments: Arguments) -> Done:
    """Answer an Email/import; each message succeeds or fails for itself.

    Raises:
        MethodError: `stateMismatch`, `requestTooLarge`, and those of `Call.enter`.
    """
    args = check(ImportArguments, arguments)
    need_account(type, args.account_id)
    type.enter(call, args.account_id, writes=True)
    call.limits.check_set(len(args.emails))
    letters = {cid: _letter(call, wanted) for cid, wanted in args.emails.items()}
    outcome = call.write(lambda inner: _run(type, inner, args, letters))
    return Done(
        {
            "accountId": call.account.wire_id,
            "oldState": outcome.old_state,
            "newState": outcome.new_state,
            "created": outcome.created or None,
            "notCreated": as_json(outcome.not_created),
        },
        made=outcome.made(),
    )


def _letter(call: Call, wanted: EmailImport) -> Letter | None:
    """The message, read before the lock; None: there is no such blob."""
    octets = call.blob(wanted.blob_id)
    return None if octets is None else Letter.of(octets)


def _run(
    type: Emails, call: Call, args: ImportArguments, letters: Mapping[str, Letter | None]
) -> SetOutcome:
    outcome = SetOutcome(old_state=type.state(call))
    check_state(args.if_in_state, outcome.old_state or "")
    for cid, wanted in args.emails.items():
        try:
            with call.unit.savepoint():
                outcome.created[cid] = _one(type, call, wanted, letters[cid])
        except CyrpyError as exc:
            outcome.not_created[cid] = of_record(exc)
    outcome.new_state = type.state(call)
    return outcome


def _one(type: Emails, call: Call, wanted: EmailImport, letter: Letter | None) -> Json:
    wrong: Wrong = {} if letter else {"blobId": "there is no such blob"}
    real = {call.real_id(id) or id: True for id in wanted.mailbox_ids}
    if not real:
        wrong["mailboxIds"] = "at least one is needed"
    if letter is None or wrong:
        raise invalid_properties(wrong)
    placing = Placing(
        creating.mailbox_numbers(real),
        creating.keywords(wanted.keywords or {}),
        creating.moment(wanted.received_at) or newest_received(letter.octets),
    )
    return type.put(call, letter, placing)
