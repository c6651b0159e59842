"""Messages that were uploaded, copied, or reported as spam: what the drafts had calls of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from cyrpy.data import messages
from cyrpy.data.blobs import PREFIX
from cyrpy.data.messages import MessageRow
from cyrpy.errors import CyrpyError, Forbidden, NotFound
from cyrpy.groupware.mail import Placing
from cyrpy.groupware.mail_access import MailAccess
from cyrpy.mail import local
from cyrpy.mail.importing import newest_received
from cyrpy_jmap.arguments import MethodArguments, check
from cyrpy_jmap.call import Call, Done
from cyrpy_jmap.errors import SetError
from cyrpy_jmap.invocation import Arguments, Json
from cyrpy_jmap.methods.copy import enter_source
from cyrpy_jmap.methods.get import AnyId
from cyrpy_jmap.methods.set import CreationId, SetOutcome, as_json, of_record
from cyrpy_jmap.types.email import creating
from cyrpy_jmap.types.email.importing import Letter
from cyrpy_jmap.types.email.rendering import Seen, metadata
from cyrpy_jmap.types.message import outbox
from cyrpy_jmap.types.message.common import UNNAMED
from cyrpy_jmap.types.sharing import actor_of

if TYPE_CHECKING:
    from cyrpy_jmap.types.message.type import Messages

JUNK: Final = "$junk"
NOT_JUNK: Final = "$notjunk"


class ImportArguments(MethodArguments):
    """The arguments of Message/import."""

    account_id: str
    create: dict[CreationId, dict[str, Any]]


class CopyArguments(MethodArguments):
    """The arguments of Message/copy."""

    from_account_id: str
    account_id: str
    create: dict[CreationId, dict[str, Any]]


class ReportArguments(MethodArguments):
    """The arguments of Message/report."""

    account_id: str
    ids: list[AnyId]
    as_spam: bool


def run_import(type: Messages, call: Call, arguments: Arguments) -> Done:
    """File messages that were uploaded as blobs, each for itself.

    Raises:
        MethodError: `requestTooLarge`, and those of `Call.enter`.
    """
    args = check(ImportArguments, arguments)
    call.enter(args.account_id, UNNAMED, writes=True)
    call.limits.check_set(len(args.create))

    def octets_of(call: Call, wanted: Json) -> bytes:
        octets = call.blob(wanted["blobId"])
        if octets is None:
            raise NotFound(f"there is no blob {wanted['blobId'][:255]!r}")
        return octets

    return _file_all(type, call, args.create, octets_of)


def run_copy(type: Messages, call: Call, arguments: Arguments) -> Done:
    """Copy messages to another account, or within one, where they come into further mailboxes.

    Raises:
        MethodError: `requestTooLarge`, and those of both accounts.
    """
    args = check(CopyArguments, arguments)
    source = enter_source(call, args.from_account_id, UNNAMED)
    call.enter(args.account_id, UNNAMED, writes=True)
    call.limits.check_set(len(args.create))

    def octets_of(call: Call, wanted: Json) -> bytes:
        here = call.within(source.account)
        row = _seen(here, call.real_id(wanted["id"]) or wanted["id"])
        octets = None
        if row is not None:
            octets = here.services.blobs.read(
                here.unit, [row.account_id], PREFIX + row.digest.hex()
            )
        if octets is None:
            raise NotFound(f"there is no message {wanted['id'][:80]!r}")
        return octets

    done = _file_all(type, call, args.create, octets_of)
    return Done({"fromAccountId": args.from_account_id, **done.arguments}, made=done.made)


def run_report(call: Call, arguments: Arguments) -> Arguments:
    """Note that messages are spam, or are not, by keywords from which filters learn.

    What the user may not mark is not found, as far as this is concerned.

    Raises:
        MethodError: `requestTooLarge`, and those of `Call.enter`.
    """
    args = check(ReportArguments, arguments)
    call.enter(args.account_id, UNNAMED, writes=True)
    wanted = list(dict.fromkeys(call.real_id(id) or id for id in args.ids))
    call.limits.check_set(len(wanted))
    put, take = (JUNK, NOT_JUNK) if args.as_spam else (NOT_JUNK, JUNK)

    def work(inner: Call) -> list[str]:
        access = MailAccess.of(inner.unit, inner.account.id, actor_of(inner))
        found: list[str] = []
        for id in wanted:
            row = _seen(inner, id)
            with suppress(Forbidden), inner.unit.savepoint():
                if row is not None:
                    words = access.keywords(inner.unit, [row])[row.id]
                    access.update(inner.unit, row, keywords=words - {take} | {put})
                    found.append(id)
        return found

    reported = call.write(work)
    return {
        "accountId": call.account.wire_id,
        "ids": reported,
        "notFound": [id for id in wanted if id not in reported],
    }


def _file_all(
    type: Messages,
    call: Call,
    create: Mapping[str, Json],
    octets_of: Callable[[Call, Json], bytes],
) -> Done:
    """Each message succeeds or fails for itself."""
    queued: list[int] = []

    def work(inner: Call) -> SetOutcome:
        outcome = SetOutcome()
        queued.clear()
        for cid, wanted in create.items():
            try:
                with inner.unit.savepoint():
                    letter = letters[cid]
                    if isinstance(letter, NotFound):
                        raise letter
                    outcome.created[cid] = _file(type, inner, wanted, letter, queued)
            except CyrpyError as exc:
                outcome.not_created[cid] = of_record(exc)
        return outcome

    letters = {cid: _letter(octets_of, call, wanted) for cid, wanted in create.items()}
    outcome = call.write(work)
    core = call.services.core
    if queued and not core.settings.sends_mail:
        local.send_now(core, call.account.id, queued)
    response = {
        "accountId": call.account.wire_id,
        "created": outcome.created or None,
        "notCreated": as_json(outcome.not_created),
    }
    return Done(response, made=outcome.made())


def _letter(
    octets_of: Callable[[Call, Json], bytes], call: Call, wanted: Json
) -> Letter | NotFound:
    """The message, read before the lock."""
    try:
        return Letter.of(octets_of(call, wanted))
    except NotFound as exc:
        return exc


def _file(type: Messages, call: Call, wanted: Json, letter: Letter, queued: list[int]) -> Json:
    """Put one message where it is wanted; if it is in the account already, there as well."""
    real = {call.real_id(id) or id: True for id in wanted["mailboxIds"]}
    boxes = type.boxes(call, real)
    words = creating.keywords(wanted["keywords"])
    try:
        placing = Placing(boxes, words, newest_received(letter.octets))
        made = type.put(call, letter, placing)
    except SetError as exc:
        if exc.type != "alreadyExists":
            raise
        made = _refile(call, exc.extra["existingId"], boxes)
    row = _seen(call, made["id"])
    if row is not None and outbox.number_of(call) in boxes:
        queued.append(outbox.send(call, row))
    return made


def _refile(call: Call, id: str, boxes: frozenset[int]) -> Json:
    row = messages.get(call.unit, call.account.id, id)
    assert row is not None  # noqa: S101 - it was found by its octets just now
    access = MailAccess.of(call.unit, call.account.id, actor_of(call))
    access.update(call.unit, row, mailbox_ids=access.mailbox_ids(row) | boxes)
    return {
        name: metadata(row, Seen((), ()))[name] for name in ("id", "blobId", "threadId", "size")
    }


def _seen(call: Call, id: str) -> MessageRow | None:
    row = messages.get(call.unit, call.account.id, id)
    access = MailAccess.of(call.unit, call.account.id, actor_of(call))
    return row if row is not None and access.sees(row) else None
