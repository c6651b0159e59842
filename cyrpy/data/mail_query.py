"""Queries over messages: conditions and orders as SQL, put together for each question."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal, NamedTuple

from sqlalchemy import ColumnElement, and_, bindparam, false, func, not_, or_, select, true

from cyrpy.data.messages import SEEN
from cyrpy.data.statement import Query, among
from cyrpy.data.tables import (
    message_keywords,
    message_mailboxes,
    message_seen,
    messages,
    threads,
)
from cyrpy.data.unit import Unit

Matches = ColumnElement[bool]
Column = ColumnElement[Any]
_m = messages.c
COLUMNS: Final = {
    "receivedAt": _m.received_at,
    "sentAt": _m.sent_at,
    "size": _m.size,
    "from": _m.from_key,
    "to": _m.to_key,
    "subject": _m.subject_key,
}
Quantity = Literal["all", "some"]


class Found(NamedTuple):
    """One message of a result."""

    id: int
    thread_id: int


@dataclass(slots=True)
class Conditions:
    """Makes conditions about the messages of one account, and keeps what is bound in them."""

    account_id: int
    reader: int | None = None  # one who is not the owner, whose $seen is its own
    bound: dict[str, Any] = field(default_factory=dict)

    def _bind(self, value: Any) -> Any:  # noqa: ANN401 - column values
        name = f"v{len(self.bound)}"
        self.bound[name] = value
        return bindparam(name)

    def _among(self, column: ColumnElement[Any], values: Collection[Any]) -> Matches:
        name = f"v{len(self.bound)}"
        self.bound[name] = list(values)
        return among(column, name)

    def in_mailbox(self, mailbox_id: int) -> Matches:
        """In that mailbox."""
        places = message_mailboxes.c
        return _m.id.in_(
            select(places.message_id).where(
                places.account_id == self.account_id, places.mailbox_id == self._bind(mailbox_id)
            )
        )

    def in_some_of(self, mailbox_ids: Collection[int], *, other: bool = False) -> Matches:
        """In one of the mailboxes, or in one other than these."""
        places = message_mailboxes.c
        inside = self._among(places.mailbox_id, mailbox_ids)
        return _m.id.in_(
            select(places.message_id).where(
                places.account_id == self.account_id, not_(inside) if other else inside
            )
        )

    def compare(self, name: str, operator: Literal["<", ">="], value: int) -> Matches:
        """A date or size below a bound, or not below it."""
        column: ColumnElement[Any] = COLUMNS[name]
        bound: ColumnElement[Any] = self._bind(value)
        return column < bound if operator == "<" else column >= bound

    def has_attachment(self, wanted: bool) -> Matches:
        """Whether something is attached."""
        bound: ColumnElement[Any] = self._bind(int(wanted))
        return _m.has_attachment == bound

    def among_numbers(self, numbers: Collection[int]) -> Matches:
        """One of those messages."""
        return self._among(_m.id, numbers) if numbers else false()

    def has_keyword(self, keyword: str) -> Matches:
        """Whether it has the keyword."""
        return _m.id.in_(self._with_keyword(keyword, "message_id"))

    def in_thread(self, quantity: Quantity, keyword: str) -> Matches:
        """Whether all messages of its thread have the keyword, or some have."""
        if quantity == "some":
            return _m.thread_id.in_(self._with_keyword(keyword, "thread_id"))
        found = self._with_keyword(keyword, "thread_id").subquery()
        marked = select(func.count()).where(found.c.thread_id == _m.thread_id).scalar_subquery()
        every = (
            select(threads.c.emails)
            .where(threads.c.account_id == self.account_id, threads.c.id == _m.thread_id)
            .scalar_subquery()
        )
        return marked == every

    def _with_keyword(self, keyword: str, column: str) -> Any:  # noqa: ANN401 - a SELECT
        """Numbers of the messages, or of their threads, that have the keyword."""
        if self.reader is not None and keyword == SEEN:
            seen, other = message_seen.c, messages.alias()
            wanted = other.c.id if column == "message_id" else other.c.thread_id
            return (
                select(wanted.label(column))
                .join(
                    message_seen,
                    and_(seen.account_id == other.c.account_id, seen.message_id == other.c.id),
                )
                .where(
                    seen.account_id == self.account_id, seen.principal_id == self._bind(self.reader)
                )
            )
        marks = message_keywords.c
        return select(marks[column]).where(
            marks.account_id == self.account_id, marks.keyword == self._bind(keyword)
        )


def all_of(conditions: Iterable[Matches]) -> Matches:
    """AND."""
    return and_(true(), *conditions)


def any_of(conditions: Iterable[Matches]) -> Matches:
    """OR."""
    return or_(false(), *conditions)


def none_of(conditions: Iterable[Matches]) -> Matches:
    """NOT."""
    return not_(any_of(conditions))


Order = tuple[ColumnElement[Any], bool]  # ascending or not


def find(
    unit: Unit, conditions: Conditions, condition: Matches, order: Sequence[Order]
) -> list[Found]:
    """The messages for which the condition holds, in order; those alike from newest to oldest."""
    by = [column.asc() if ascending else column.desc() for column, ascending in order]
    statement = (
        select(_m.id, _m.thread_id)
        .where(_m.account_id == conditions.account_id, condition)
        .order_by(*by, _m.received_at.desc(), _m.id.desc())
    )
    return unit.all(Query(statement, Found._make), **conditions.bound)


_in_mailbox = (
    message_mailboxes.c.account_id == bindparam("account_id"),
    message_mailboxes.c.mailbox_id == bindparam("mailbox_id"),
)


def _page(ascending: bool) -> Query[Found]:
    columns = (message_mailboxes.c.received_at, message_mailboxes.c.message_id)
    by = [column.asc() if ascending else column.desc() for column in columns]
    return Query(
        select(message_mailboxes.c.message_id, message_mailboxes.c.thread_id)
        .where(*_in_mailbox)
        .order_by(*by)
        .limit(bindparam("count"))
        .offset(bindparam("skip")),
        Found._make,
    )


PAGE: Final[dict[bool, Query[Found]]] = {True: _page(True), False: _page(False)}
Reader = Callable[[int, int], list[Found]]
