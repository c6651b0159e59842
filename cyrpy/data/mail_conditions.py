"""Conditions on messages, and which few messages each can hold for, where that is known.

A condition has a shape, of which SQL is made once (`mail_shapes`), and values, which are bound
each time.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from math import isqrt
from typing import Any, Final, Literal, NamedTuple

from sqlalchemy import BindParameter, bindparam, select

from cyrpy.data.mail_shapes import Quantity, Shape, values_in
from cyrpy.data.messages import SEEN, UNSEEN
from cyrpy.data.statement import Query, among
from cyrpy.data.tables import message_keywords, message_mailboxes, messages
from cyrpy.data.unit import Unit

FEW: Final = 500  # messages that are rather looked at one by one than found by an order
MANY: Final = 20_000  # the same where it is known that going by the order takes longer
PAGE: Final = 50  # messages that are asked for mostly
_m = messages.c
_account: BindParameter[int] = bindparam("account_id")


class Matches(NamedTuple):
    """A condition.

    Attributes:
        shape: What SQL is made of.
        values: What is bound in it, in the order of the shape.
        numbers: The only messages that it can hold for, where they are known and few.
    """

    shape: Shape
    values: tuple[Any, ...] = ()
    numbers: frozenset[int] | None = None


def all_of(conditions: Iterable[Matches]) -> Matches:
    """AND."""
    parts = list(conditions)
    known = [part.numbers for part in parts if part.numbers is not None]
    return _joined("and", parts, frozenset.intersection(*known) if known else None)


def any_of(conditions: Iterable[Matches]) -> Matches:
    """OR."""
    parts = list(conditions)
    known = [part.numbers for part in parts if part.numbers is not None]
    whole = len(known) == len(parts)
    return _joined("or", parts, frozenset().union(*known) if whole else None)


def none_of(conditions: Iterable[Matches]) -> Matches:
    """NOT."""
    return _joined("not", list(conditions), None)


def _joined(operator: str, parts: list[Matches], numbers: frozenset[int] | None) -> Matches:
    shape: list[Shape] = []
    for part in parts:
        kind, *inside = part.shape
        shape += inside if kind == operator == "and" else [part.shape]
    values = tuple(value for part in parts for value in part.values)
    return Matches((operator, *shape), values, numbers)


def without(matches: Matches, known: Matches) -> Matches:
    """The same without a condition that is known to hold, if it is one of all that must."""
    kind, *inside = matches.shape
    if kind != "and":
        return matches
    shape: list[Shape] = []
    values: list[Any] = []
    left = iter(matches.values)
    for part in inside:
        bound = tuple(next(left) for _ in range(values_in(part)))
        if part != known.shape or (known.values and bound != known.values):
            shape.append(part)
            values += bound
    return Matches(("and", *shape), tuple(values), matches.numbers)


def in_mailbox(mailbox_id: int) -> Matches:
    """In that mailbox."""
    return Matches(("mailbox",), (mailbox_id,))


def in_some(mailbox_ids: Collection[int]) -> Matches:
    """In one of the mailboxes."""
    return Matches(("mailboxes",), (sorted(mailbox_ids),))


def in_some_of(unit: Unit, account_id: int, sizes: Mapping[int, int], held: int) -> Matches:
    """In one of the mailboxes, whose sizes are given beside what the account holds.

    To go by the order until a page is full reads `PAGE * held / size` messages; if the mailboxes
    hold less than that, they are read instead.
    """
    size = sum(sizes.values())
    if size > min(max(FEW, isqrt(PAGE * held)), MANY):
        return in_some(sizes.keys())
    rows = unit.all(_PLACED, account_id=account_id, mailboxes=sorted(sizes))
    return among_numbers({number for (number,) in rows})


def compare(name: str, operator: Literal["<", ">="], value: int) -> Matches:
    """A date or size below a bound, or not below it."""
    return Matches(("compare", name, operator), (value,))


def has_attachment(wanted: bool) -> Matches:
    """Whether something is attached."""
    return Matches(("attachment",), (int(wanted),))


def among_numbers(numbers: Collection[int]) -> Matches:
    """One of those messages."""
    return Matches(("numbers",), (sorted(numbers),), frozenset(numbers))


def has_keyword(unit: Unit, account_id: int, keyword: str) -> Matches:
    """Whether it has the keyword."""
    return Matches(("keyword",), (keyword,), _few(unit, _MARKED, account_id, keyword))


def lacks_keyword(unit: Unit, account_id: int, keyword: str) -> Matches:
    """Whether it has not the keyword; what is unread is found by an index, too."""
    if keyword == SEEN:
        return has_keyword(unit, account_id, UNSEEN)
    return none_of([has_keyword(unit, account_id, keyword)])


def has_own_seen() -> Matches:
    """Whether one who is not the owner has seen it."""
    return Matches(("seen",))


def some_in_thread(unit: Unit, account_id: int, keyword: str) -> Matches:
    """Whether some message of its thread has the keyword."""
    return Matches(("some",), (keyword,), _few(unit, _MARKED_THREADS, account_id, keyword))


def all_in_thread(unit: Unit, account_id: int, keyword: str) -> Matches:
    """Whether all messages of its thread have the keyword."""
    return Matches(("all",), (keyword,), _few(unit, _MARKED, account_id, keyword))


def in_seen_thread(quantity: Quantity, keyword: str, mailbox_ids: Collection[int]) -> Matches:
    """The same of those messages that one sees who is not the owner: what is in the mailboxes."""
    if keyword == SEEN:  # which is the reader's own
        return Matches(("shared seen", quantity), (sorted(mailbox_ids),))
    return Matches(("shared", quantity), (sorted(mailbox_ids), keyword))


def _few(
    unit: Unit, query: Query[tuple[int]], account_id: int, keyword: str
) -> frozenset[int] | None:
    rows = unit.all(query, account_id=account_id, keyword=keyword, count=FEW + 1)
    return None if len(rows) > FEW else frozenset(number for (number,) in rows)


_marks = message_keywords.c
_with_keyword = (_marks.account_id == _account, _marks.keyword == bindparam("keyword"))
_MARKED: Final[Query[tuple[int]]] = Query(
    select(_marks.message_id).where(*_with_keyword).limit(bindparam("count"))
)
_MARKED_THREADS: Final[Query[tuple[int]]] = Query(
    select(_m.id)
    .select_from(message_keywords)
    .where(
        *_with_keyword,
        _m.account_id == _account,
        _m.thread_id == _marks.thread_id,
    )
    .limit(bindparam("count"))
)


_PLACED: Final[Query[tuple[int]]] = Query(
    select(message_mailboxes.c.message_id).where(
        among(message_mailboxes.c.mailbox_id, "mailboxes", message_mailboxes.c.account_id)
    )
)
