"""Foo/queryChanges: how the results of a query moved since a state (RFC 8620 §5.6).

Nothing is remembered of a query. What the change log says of the records and what the query finds
now is enough: each record that may have left or moved is taken out, each of them that is found
now is put in where it stands.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from cyrpy.errors import CannotCalculateChanges
from cyrpy_jmap.arguments import MethodArguments, check
from cyrpy_jmap.call import Call
from cyrpy_jmap.errors import MethodError
from cyrpy_jmap.filters import parse_filter, parse_sort
from cyrpy_jmap.invocation import Arguments, Json
from cyrpy_jmap.methods.changes import PositiveInt
from cyrpy_jmap.methods.get import AnyId, need_account

if TYPE_CHECKING:
    from cyrpy_jmap.datatype import DataType


class QueryChangesArguments(MethodArguments):
    """The arguments of /queryChanges; a type may add some by a subclass."""

    account_id: str | None = None
    filter: Any = None
    sort: Any = None
    since_query_state: str
    max_changes: PositiveInt | None = None
    up_to_id: AnyId | None = None
    calculate_total: bool = False


def run_query_changes(type: DataType[Any], call: Call, arguments: Arguments) -> Arguments:
    """Answer a /queryChanges.

    Raises:
        MethodError: `tooManyChanges`, those of /query, and those of `Call.enter`.
        CannotCalculateChanges: not for such a query, or not since that state.
    """
    args = check(type.query_changes_arguments, arguments)
    need_account(type, args.account_id)
    type.enter(call, args.account_id)
    call.arguments = args
    filter = parse_filter(args.filter, type.filters)
    sort = parse_sort(args.sort, type.sorts)
    if not type.can_calculate(call, filter, sort):
        raise CannotCalculateChanges(
            "changes to this query cannot be calculated; send it again as /query"
        )
    is_stable = type.is_stable(call, filter, sort)
    found = type.changes_since(call, args.since_query_state, None)
    moved = [] if is_stable else type.moved(call, filter, sort, found)
    ids = type.search(call, filter, sort)
    removed = [*found.destroyed, *moved]
    added = _added(ids, {*found.created, *moved}, args.up_to_id if is_stable else None)
    _check_count(args, len(removed) + len(added))
    response: Arguments = {
        "accountId": call.account.wire_id,
        "oldQueryState": args.since_query_state,
        "newQueryState": found.new,
        "removed": removed,
        "added": added,
    }
    if args.calculate_total:
        response["total"] = len(ids)
    return response


def _added(ids: Sequence[str], wanted: set[str], up_to: str | None) -> list[Json]:
    """The results among `wanted` with their places, none of them after `up_to`."""
    if not wanted:
        return []
    added: list[Json] = []
    last = up_to if up_to is not None and up_to in ids else None
    for index, id in enumerate(ids):
        if id in wanted:
            added.append({"id": id, "index": index})
        if id == last or len(added) == len(wanted):
            break
    return added


def _check_count(args: QueryChangesArguments, count: int) -> None:
    if args.max_changes is not None and count > args.max_changes:
        raise MethodError(
            "tooManyChanges",
            f"there are {count} changes, more than maxChanges ({args.max_changes})",
        )
