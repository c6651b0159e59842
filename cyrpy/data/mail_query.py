"""Queries over messages: where each starts, so that it reads no more than it must.

Few messages that are known are looked at one by one. A mailbox by date is a range of its index.
All else goes along the index of the order, until as much is found as was asked for; but a mailbox
that is small beside its account is read as a whole. The planner is not left to choose: SQLite's
has no statistics at first, and then errs by as much as the account holds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any, Final, Literal, NamedTuple

from sqlalchemy import bindparam, literal_column, select

from cyrpy.data.mail_conditions import Matches, all_of, in_mailbox, none_of, without
from cyrpy.data.mail_shapes import COLUMNS, Column, Shape, condition, names
from cyrpy.data.statement import Query, among, hidden
from cyrpy.data.tables import message_mailboxes, messages
from cyrpy.data.unit import Unit

ALL: Final = 1 << 40  # rows
LEAST: Final = 64  # rows that are read at once; more by powers of two
MAX_SPLITS: Final = 3  # for orders by keywords, each of which makes two questions of one
ANY_NUMBERS: Final = Matches(("numbers",))
Start = Literal["numbers", "mailbox", "order"]
Reader = Callable[[int, int], "list[Found]"]  # rows that are skipped, and read
_m = messages.c
_place = message_mailboxes.c


class Found(NamedTuple):
    """One message of a result."""

    id: int
    thread_id: int


class Order(NamedTuple):
    """One criterion of a sort: a column's name, or a condition."""

    by: str | Matches
    ascending: bool = True


class Question(NamedTuple):
    """What is asked for.

    Attributes:
        account_id: Whose messages.
        reader: One who is not the owner, whose $seen is its own.
        matches: The condition.
        order: The sort; those alike come from newest to oldest.
        mailbox_id: A mailbox that they all are in, from which they are read.
    """

    account_id: int
    reader: int | None
    matches: Matches
    order: tuple[Order, ...] = ()
    mailbox_id: int | None = None


def find(unit: Unit, question: Question) -> list[Found]:
    """All messages for which it holds, in order."""
    return [one for part in parts(question) for one in reader(unit, part)(0, ALL)]


def parts(question: Question, depth: int = MAX_SPLITS) -> Iterator[Question]:
    """As several questions, one after the other, if it is ordered by conditions first.

    So each can go along an index.
    """
    first = question.order[0] if question.order else None
    if first is None or isinstance(first.by, str) or not depth:
        yield question
        return
    having, without = first.by, none_of([first.by])
    for one in (without, having) if first.ascending else (having, without):
        matches = all_of([question.matches, one])
        part = question._replace(matches=matches, order=question.order[1:])
        yield from parts(part, depth - 1)


def reader(unit: Unit, question: Question) -> Reader:
    """Reads ranges of the result; `order` has no condition first."""
    matches = question.matches
    start: Start = "order"
    if matches.numbers is not None:
        start, matches = "numbers", without(matches, ANY_NUMBERS)
    elif question.mailbox_id is not None:
        start, matches = "mailbox", without(matches, in_mailbox(question.mailbox_id))
    values = list(matches.values)
    shape_of_order: list[tuple[str | Shape, bool]] = []
    for one in question.order:
        if isinstance(one.by, str):
            shape_of_order.append((one.by, one.ascending))
        else:
            shape_of_order.append((one.by.shape, one.ascending))
            values += one.by.values
    bound = {f"v{n}": value for n, value in enumerate(values)}
    bound |= {"account_id": question.account_id, "reader": question.reader}
    if start == "numbers":
        bound["known"] = sorted(matches.numbers or ())
    elif start == "mailbox":
        bound["mailbox_id"] = question.mailbox_id

    def read(skip: int, count: int) -> list[Found]:
        # PostgreSQL plans by the number of rows that are wanted, if that is no parameter.
        most = max(LEAST, 1 << (count - 1).bit_length()) if count else LEAST
        query = _query(start, matches.shape, tuple(shape_of_order), most)
        return unit.all(query, skip=skip, **bound)[:count]

    return read


def _page(ascending: bool) -> Query[Found]:
    by = [column.asc() if ascending else column.desc() for column in _BY_DATE]
    return Query(
        select(_place.message_id, _place.thread_id)
        .where(*_in_mailbox)
        .order_by(*by)
        .limit(bindparam("count"))
        .offset(bindparam("skip")),
        Found._make,
    )


_BY_DATE: Final = (_place.received_at, _place.message_id)
_in_mailbox: Final = (
    _place.account_id == bindparam("account_id"),
    _place.mailbox_id == bindparam("mailbox_id"),
)
# A mailbox by date, of which nothing else is asked; ascending or not.
PAGE: Final[dict[bool, Query[Found]]] = {True: _page(True), False: _page(False)}


@lru_cache(maxsize=512)
def _query(
    start: Start, shape: Shape, order: tuple[tuple[str | Shape, bool], ...], most: int
) -> Query[Found]:
    """The statement of questions that differ in nothing but what is bound."""
    bind = names()
    by_date = not order or order[0][0] == "receivedAt"
    dates = (_place if start == "mailbox" else _m).received_at if by_date else None
    where = [condition(shape, bind, None if start == "numbers" else dates)]
    by = [_term(start, one, ascending, bind) for one, ascending in order]
    last: dict[str, Column] = {"received_at": _m.received_at, "id": _m.id}
    if start == "mailbox":
        where += [
            *_in_mailbox,
            _m.account_id == hidden(_place.account_id),
            _m.id == hidden(_place.message_id),
        ]
        last = {"received_at": _place.received_at, "id": _place.message_id}
    elif start == "order":
        where.append(_m.account_id == bindparam("account_id"))
    else:
        where.append(among(_m.id, "known", _m.account_id))
        last = {name: hidden(column) for name, column in last.items()}
    newest = [] if _ends(order) else [last["received_at"].desc()]
    id_order = last["id"].asc() if order == (("receivedAt", True),) else last["id"].desc()
    statement = (
        select(_m.id, _m.thread_id)
        .where(*where)
        .order_by(*by, *newest, id_order)
        .limit(literal_column(str(most)))
        .offset(bindparam("skip"))
    )
    return Query(statement, Found._make)


def _ends(order: tuple[tuple[str | Shape, bool], ...]) -> bool:
    """Whether it is by the date of arrival anyway."""
    return any(by == "receivedAt" for by, _ in order)


def _term(start: Start, by: str | Shape, ascending: bool, bind: Callable[[], str]) -> Any:  # noqa: ANN401
    column: Column
    if not isinstance(by, str):
        column = condition(by, bind)
    elif start == "mailbox" and by == "receivedAt":
        column = _place.received_at
    else:
        column = COLUMNS[by] if start == "order" else hidden(COLUMNS[by])
    return column.asc() if ascending else column.desc()
