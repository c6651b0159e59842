"""Foo/changes: what became of the records since a state (RFC 8620 §5.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final

from pydantic import Field

from cyrpy_jmap.arguments import MethodArguments, check
from cyrpy_jmap.call import Call
from cyrpy_jmap.invocation import Arguments
from cyrpy_jmap.methods.get import need_account
from cyrpy_jmap.objects import MAX_INT

if TYPE_CHECKING:
    from cyrpy_jmap.datatype import DataType

MOST: Final = 10_000  # ids in one answer, also where the client sets no limit

PositiveInt = Annotated[int, Field(ge=1, le=MAX_INT)]


class ChangesArguments(MethodArguments):
    """The arguments of /changes; a type may add some by a subclass."""

    account_id: str | None = None
    since_state: str
    max_changes: PositiveInt | None = None


def run_changes(type: DataType[Any], call: Call, arguments: Arguments) -> Arguments:
    """Answer a /changes.

    Raises:
        MethodError: those of `Call.enter`.
        CannotCalculateChanges: the log does not go back to that state.
    """
    args = check(type.changes_arguments, arguments)
    need_account(type, args.account_id)
    type.enter(call, args.account_id)
    call.arguments = args
    limit = min(args.max_changes or MOST, MOST)
    found = type.changes_since(call, args.since_state, limit)
    return {
        "accountId": call.account.wire_id,
        "oldState": args.since_state,
        "newState": found.new,
        "hasMoreChanges": found.more,
        "created": found.created,
        "updated": found.updated,
        "destroyed": found.destroyed,
        **type.changes_extra(call, found),
    }
