"""EmailSubmissions as a data type: sending emails, and what became of it (RFC 8621 §7)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar, Final

from pydantic import PrivateAttr

from cyrpy.data import ids, mail_threads, messages, submissions
from cyrpy.data.submissions import CANCELED, HANDING, PENDING, QUEUED, RecipientRow, SubmissionRow
from cyrpy.errors import NotFound, OverQuota
from cyrpy.mail import local
from cyrpy_jmap.call import Call, Done
from cyrpy_jmap.datatype import DataType
from cyrpy_jmap.errors import SetError
from cyrpy_jmap.filters import Comparator, Filter, in_order, matches
from cyrpy_jmap.invocation import Arguments, Invocation, Json
from cyrpy_jmap.methods.set import SetArguments, SetOutcome
from cyrpy_jmap.types.email import Emails
from cyrpy_jmap.types.email.creating import moment
from cyrpy_jmap.types.email.rendering import utc_date
from cyrpy_jmap.types.submission import sending
from cyrpy_jmap.types.submission.identity import Identities
from cyrpy_jmap.types.submission.model import FILTERS, SORTS, SUBMISSION, EmailSubmission

WAITING: Final = "250 2.0.0 the message waits to be sent"


class SubmissionSetArguments(SetArguments):
    """EmailSubmission/set has two more."""

    on_success_update_email: dict[str, dict[str, Any]] | None = None
    on_success_destroy_email: list[str] | None = None
    # Ids of the emails by those of submissions that the call changes or destroys.
    _emails: dict[str, str] = PrivateAttr(default_factory=dict)

    def note(self, row: SubmissionRow) -> None:
        """Remember which email a submission is of: it may be gone when that is asked."""
        if row.email_id is not None:
            self._emails[row.wire_id] = ids.encode(messages.LETTER, row.email_id)

    def email_of(self, id: str) -> str | None:
        """The email of a submission that was noted."""
        return self._emails.get(id)


class EmailSubmissions(DataType[EmailSubmission]):
    """The submissions of the user."""

    name: ClassVar[str] = submissions.KIND
    capability = SUBMISSION
    model = EmailSubmission
    refers: ClassVar[Mapping[str, DataType[Any]]] = {
        "identityId": Identities(),
        "emailId": Emails(),
    }
    set_arguments = SubmissionSetArguments
    filters: ClassVar[Mapping[str, Any]] = FILTERS
    sorts: ClassVar[Mapping[str, Mapping[str, Any]]] = SORTS

    def load(self, call: Call, ids: Sequence[str] | None) -> Iterable[Json]:
        """Those that are kept, the oldest first."""
        account_id = call.account.id
        rows = submissions.emails_of(call.unit, account_id) if ids is None else _rows(call, ids)
        there = submissions.recipients_of(call.unit, account_id, [row.id for row in rows])
        return [_json(row, there[row.id]) for row in rows]

    def search(
        self, call: Call, filter: Filter | None, sort: Sequence[Comparator]
    ) -> Sequence[str]:
        """By what never changes, and undoStatus."""
        rows = submissions.emails_of(call.unit, call.account.id)
        found = [row for row in rows if _matches(row, filter)]
        return [row.wire_id for row in in_order(found, sort, _key)]

    def check_new(self, value: Json) -> Json:
        """UndoStatus may change later; at first it is the server's to set."""
        if value.get("undoStatus", PENDING) != PENDING:
            text = "undoStatus: it is pending at first"
            raise SetError("invalidProperties", text, ["undoStatus"])
        return super().check_new(value)

    def create(self, call: Call, checked: Json) -> Json:
        """Queue the message."""
        new = sending.submission(call, checked)
        try:
            row = submissions.add(call.unit, call.account.id, new)
        except OverQuota as exc:
            raise SetError("forbiddenToSend", str(exc)) from exc
        call.arguments.note(row)
        made = _json(row, submissions.recipients_of(call.unit, row.account_id, [row.id])[row.id])
        return {name: value for name, value in made.items() if name not in _GIVEN}

    def update(self, call: Call, id: str, current: Json, patched: Json) -> Json | None:
        """Take it back, if it is not sent yet."""
        row = _one(call, id)
        call.arguments.note(row)
        wanted = patched["undoStatus"]
        if wanted == row.undo_status:
            return None
        if wanted != CANCELED:
            text = "undoStatus: it can only be set to canceled"
            raise SetError("invalidProperties", text, ["undoStatus"])
        if not submissions.cancel(call.unit, call.services.blobs, row):
            raise SetError("cannotUnsend", "the message is on its way already")
        return None

    def destroy(self, call: Call, id: str) -> None:
        """Forget that it was sent; this does not take it back."""
        row = _one(call, id)
        call.arguments.note(row)
        submissions.destroy(call.unit, call.services.blobs, row)

    def implied(self, call: Call, outcome: SetOutcome) -> Sequence[Invocation]:
        """One Email/set for what is to be done with the emails of what succeeded (§7.5)."""
        args: SubmissionSetArguments = call.arguments
        update: dict[str, Json] = {}
        for key, patch in (args.on_success_update_email or {}).items():
            email_id = _email_of(args, outcome, key)
            if email_id is not None:
                update[email_id] = update.get(email_id, {}) | patch
        wanted = (_email_of(args, outcome, key) for key in args.on_success_destroy_email or ())
        destroy = list(dict.fromkeys(id for id in wanted if id is not None))
        if not update and not destroy:
            return ()
        arguments: Json = {"accountId": call.account.wire_id}
        if update:
            arguments["update"] = update
        if destroy:
            arguments["destroy"] = destroy
        return (Invocation("Email/set", arguments, ""),)

    def _set(self, call: Call, arguments: Arguments) -> Done:
        done = super()._set(call, arguments)
        core = call.services.core
        if not core.settings.sends_mail and done.made:
            numbers = [ids.decode(submissions.LETTER, id) for id in done.made.values()]
            local.send_now(core, call.account.id, [n for n in numbers if n is not None])
        return done


_GIVEN: Final = frozenset({"identityId", "emailId"})


def _json(row: SubmissionRow, recipients: Sequence[RecipientRow]) -> Json:
    return {
        "id": row.wire_id,
        "identityId": row.identity_id,
        "emailId": _wire(messages.LETTER, row.email_id),
        "threadId": _wire(mail_threads.LETTER, row.thread_id),
        "envelope": {
            "mailFrom": _address(row.sender, row),
            "rcptTo": [_address(one.address, one) for one in recipients],
        },
        "sendAt": utc_date(row.send_at),
        "undoStatus": row.undo_status,
        "deliveryStatus": {one.address: _status(one) for one in recipients},
        "dsnBlobIds": row.dsn_blob_ids.split(),
        "mdnBlobIds": [],
    }


def _wire(letter: str, number: int | None) -> str | None:
    return None if number is None else ids.encode(letter, number)


def _address(email: str, row: SubmissionRow | RecipientRow) -> Json:
    return {"email": email, "parameters": submissions.parameters_of(row) or None}


def _status(one: RecipientRow) -> Json:
    delivered = QUEUED if one.delivered == HANDING else one.delivered
    return {"smtpReply": one.reply or WAITING, "delivered": delivered, "displayed": "unknown"}


def _rows(call: Call, wanted: Iterable[str]) -> list[SubmissionRow]:
    found = (ids.decode(submissions.LETTER, id) for id in wanted)
    numbers = [number for number in found if number is not None]
    rows = submissions.of_ids(call.unit, call.account.id, numbers)
    return [row for row in rows if row.purpose == submissions.EMAIL]


def _one(call: Call, id: str) -> SubmissionRow:
    rows = _rows(call, [id])
    if not rows:
        raise NotFound(f"there is no submission {id[:80]!r}")
    return rows[0]


def _email_of(args: SubmissionSetArguments, outcome: SetOutcome, key: str) -> str | None:
    """The email of a submission that was created, changed or destroyed."""
    if key[:1] == "#":
        made = outcome.created.get(key[1:])
        return None if made is None else args.email_of(made["id"])
    if key in outcome.updated or key in outcome.destroyed:
        return args.email_of(key)
    return None


def _matches(row: SubmissionRow, filter: Filter | None) -> bool:
    def holds(name: str, value: Any) -> bool:  # noqa: ANN401 - any condition's value
        if name == "before":
            return row.send_at < (moment(value) or 0)
        if name == "after":
            return row.send_at >= (moment(value) or 0)
        if name == "undoStatus":
            return bool(row.undo_status == value)
        return _IDS[name](row) in value

    return matches(filter, holds)


_IDS: Final[Mapping[str, Any]] = {
    "identityIds": lambda row: row.identity_id,
    "emailIds": lambda row: _wire(messages.LETTER, row.email_id),
    "threadIds": lambda row: _wire(mail_threads.LETTER, row.thread_id),
}


def _key(row: SubmissionRow, by: Comparator) -> int:
    if by.property == "emailId":
        return row.email_id or 0
    return row.thread_id or 0 if by.property == "threadId" else row.send_at
