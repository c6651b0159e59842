"""Mailbox/query: filters, sorts, and mailboxes as a tree (RFC 8621 §2.3)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from cyrpy.groupware.mailboxes import MailboxView
from cyrpy_jmap.filters import Comparator, Filter, in_order, matches
from cyrpy_jmap.methods.query import QueryArguments
from cyrpy_jmap.methods.query_changes import QueryChangesArguments
from cyrpy_jmap.objects import Id

FILTERS: Final[dict[str, Any]] = {
    "parentId": Id | None,
    "name": str,
    "role": str | None,
    "hasAnyRole": bool,
    "isSubscribed": bool,
}
SORTS: Final[dict[str, dict[str, Any]]] = {"sortOrder": {}, "name": {}, "parentId": {}}


class MailboxQueryArguments(QueryArguments):
    """Mailbox/query has two more."""

    sort_as_tree: bool = False
    filter_as_tree: bool = False


class MailboxQueryChangesArguments(QueryChangesArguments):
    """And so has /queryChanges, as the standard asks for the same query."""

    sort_as_tree: bool = False
    filter_as_tree: bool = False


def search(
    views: Sequence[MailboxView],
    filter: Filter | None,
    sort: Sequence[Comparator],
    arguments: Any,  # noqa: ANN401 - either of the two above
) -> list[str]:
    """The ids of the mailboxes that match, in order."""
    by_number = {view.row.id: view for view in views}
    found = {number for number, view in by_number.items() if _matches(view, by_number, filter)}
    if arguments.filter_as_tree:
        found = {number for number in found if _reached(number, found, by_number)}
    ordered = in_order(views, sort, lambda view, by: _key(view, by, by_number))
    if arguments.sort_as_tree:
        ordered = _as_tree(ordered, by_number)
    return [view.row.wire_id for view in ordered if view.row.id in found]


def _matches(view: MailboxView, all: dict[int, MailboxView], filter: Filter | None) -> bool:
    return matches(filter, lambda name, value: _CONDITIONS[name](view, all, value))


def parent_id(view: MailboxView, all: dict[int, MailboxView]) -> str | None:
    """The id of the mailbox it is in, if the user sees that one."""
    above = all.get(view.row.parent_id or 0)
    return None if above is None else above.row.wire_id


_CONDITIONS: Final[dict[str, Callable[[MailboxView, dict[int, MailboxView], Any], bool]]] = {
    "parentId": lambda view, all, value: parent_id(view, all) == value,
    "name": lambda view, _, value: value.casefold() in view.row.name.casefold(),
    "role": lambda view, _, value: view.row.role == value,
    "hasAnyRole": lambda view, _, value: (view.row.role is not None) == value,
    "isSubscribed": lambda view, _, value: bool(view.row.is_subscribed) == value,
}


def _key(view: MailboxView, by: Comparator, all: dict[int, MailboxView]) -> Any:  # noqa: ANN401
    if by.property == "sortOrder":
        return view.row.sort_order
    if by.property == "parentId":
        return parent_id(view, all) or ""
    return view.row.name if by.collation == "i;octet" else view.row.name.casefold()


def _reached(number: int, found: set[int], all: dict[int, MailboxView]) -> bool:
    """Whether all that it is inside of matches too."""
    view = all.get(number)
    while view is not None and view.row.parent_id in all:
        if view.row.parent_id not in found:
            return False
        view = all[view.row.parent_id]
    return True


def _as_tree(ordered: Sequence[MailboxView], all: dict[int, MailboxView]) -> list[MailboxView]:
    """Each mailbox before those in it, siblings in order."""
    children: dict[int | None, list[MailboxView]] = {}
    for view in ordered:
        above = view.row.parent_id if view.row.parent_id in all else None
        children.setdefault(above, []).append(view)
    result: list[MailboxView] = []
    waiting = list(reversed(children.get(None, ())))
    while waiting:
        view = waiting.pop()
        result.append(view)
        waiting += reversed(children.get(view.row.id, ()))
    return result
