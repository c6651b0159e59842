"""Foo/query: ids of the records that match, in order (RFC 8620 §5.5)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from cyrpy_jmap.arguments import MethodArguments, check
from cyrpy_jmap.call import Call
from cyrpy_jmap.errors import MethodError
from cyrpy_jmap.filters import parse_filter, parse_sort
from cyrpy_jmap.invocation import Arguments
from cyrpy_jmap.methods.get import AnyId, need_account
from cyrpy_jmap.objects import Int, UnsignedInt

if TYPE_CHECKING:
    from cyrpy_jmap.datatype import DataType

MOST: Final = 100_000  # ids in one answer


class QueryArguments(MethodArguments):
    """The arguments of /query; a type may add some by a subclass."""

    account_id: str | None = None
    filter: Any = None
    sort: Any = None
    position: Int = 0
    anchor: AnyId | None = None
    anchor_offset: Int = 0
    limit: UnsignedInt | None = None
    calculate_total: bool = False


def run_query(type: DataType[Any], call: Call, arguments: Arguments) -> Arguments:
    """Answer a /query.

    Raises:
        MethodError: `unsupportedFilter`, `unsupportedSort`, `anchorNotFound`, and those of
            `Call.enter`.
    """
    args = check(type.query_arguments, arguments)
    need_account(type, args.account_id)
    type.enter(call, args.account_id)
    call.arguments = args
    filter = parse_filter(args.filter, type.filters)
    sort = parse_sort(args.sort, type.sorts)
    ids = type.search(call, filter, sort)
    position = _position(call, args, ids)
    limit = MOST if args.limit is None else min(args.limit, MOST)
    response: Arguments = {
        "accountId": call.account.wire_id,
        "queryState": type.state(call),
        "canCalculateChanges": type.can_calculate(call, filter, sort),
        "position": position,
        "ids": list(ids[position : position + limit]),
    }
    if args.calculate_total:
        response["total"] = len(ids)
    if args.limit is None:
        if len(response["ids"]) == MOST:
            response["limit"] = MOST
    elif args.limit > MOST:
        response["limit"] = MOST
    return response


def _position(call: Call, args: QueryArguments, ids: Sequence[str]) -> int:
    """The index of the first id to return."""
    if args.anchor is not None:
        anchor = call.real_id(args.anchor) or args.anchor
        try:
            return max(0, ids.index(anchor) + args.anchor_offset)
        except ValueError as exc:
            raise MethodError(
                "anchorNotFound", f"{args.anchor!r} is not among the results"
            ) from exc
    if args.position < 0:
        return max(0, len(ids) + args.position)
    return args.position
