"""Searching items: filter and order as one statement, over rows and full-text index together.

A filter is a tree of parts. What a filter looks like makes the statement, which is compiled once
for all filters that look alike; what it asks for is bound. Whoever asks names the containers that
are searched: those that the one who asks may see, and no others.

    parts = AllOf((Is(cards.c.kind, "=", "group"), Found(expression)))
    numbers = find(unit, CARDS, Scope(account_id, book_ids), parts, (Order(cards.c.uid),))
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import count
from typing import Any, Final, Literal, NamedTuple, overload

from sqlalchemy import (
    Boolean,
    ColumnElement,
    and_,
    bindparam,
    false,
    func,
    literal_column,
    not_,
    or_,
    select,
    true,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import ClauseElement
from sqlalchemy.sql.expression import Select

from cyrpy.data import ids, search
from cyrpy.data.statement import DialectName, Query, among
from cyrpy.data.unit import Unit

Operator = Literal["=", "<", ">=", ">", "<="]
Form = Literal["all", "some", "count"]
Shape = tuple[Any, ...]  # of a part: all of it but what is bound
MAX_ORDER: Final = 16


@dataclass(frozen=True, eq=False)
class Items:
    """The items of one type.

    Attributes:
        account: Column of the account.
        number: Column of the item's number, by which the full-text index knows it too.
        inside: That an item is in one of the containers that are bound as the list `containers`.
    """

    account: ColumnElement[int]
    number: ColumnElement[int]
    inside: ColumnElement[bool]


class Scope(NamedTuple):
    """Where to search."""

    account_id: int
    containers: Sequence[int]


class Is(NamedTuple):
    """A column, or what is made of some, compared with a value; null fits nothing."""

    column: ColumnElement[Any]
    operator: Operator
    value: Any


class OneOf(NamedTuple):
    """A column has one of the values."""

    column: ColumnElement[Any]
    values: Sequence[Any]


class Found(NamedTuple):
    """The item is found by an expression of `cyrpy.data.search`; None finds nothing."""

    expression: str | None


class Holds(NamedTuple):
    """Any other condition: `make` is handed the names under which `values` are bound.

    `make` is a function that stays the same, so that statements are not compiled again.
    """

    make: Callable[..., ColumnElement[bool]]
    values: Sequence[Any]


class AllOf(NamedTuple):
    """All of the parts; of none, everything."""

    parts: Sequence[Part]


class AnyOf(NamedTuple):
    """At least one of the parts; of none, nothing."""

    parts: Sequence[Part]


class NoneOf(NamedTuple):
    """None of the parts."""

    parts: Sequence[Part]


Part = Is | OneOf | Found | Holds | AllOf | AnyOf | NoneOf


class Order(NamedTuple):
    """One criterion of an order; the last is always the item's number."""

    by: ColumnElement[Any]
    is_ascending: bool = True


class Search:
    """One search, which reads no more than what is asked of it."""

    def __init__(
        self,
        unit: Unit,
        items: Items,
        scope: Scope,
        part: Part | None = None,
        order: Sequence[Order] = (),
    ) -> None:
        self._unit = unit
        self._items = items
        shape, values = _taken_apart(_merged(unit.dialect, part or AllOf(())))
        self._shape = shape
        self._order = tuple(order[:MAX_ORDER])
        self._bound = {f"v{number}": value for number, value in enumerate(values)}
        self._bound |= {"account_id": scope.account_id, "containers": list(scope.containers)}

    def all(self) -> list[int]:
        """The numbers of all items that fit, in their order."""
        return self._read("all")

    def some(self, start: int, count: int) -> list[int]:
        """At most `count` of them, from `start` on."""
        return self._read("some", start=start, count=count)

    def count(self) -> int:
        """How many there are."""
        (number,) = self._read("count")
        return number

    def _read(self, form: Form, **bound: int) -> list[int]:
        query = _query(self._items, self._shape, self._order, form)
        return [number for (number,) in self._unit.all(query, **self._bound, **bound)]


def find(
    unit: Unit, items: Items, scope: Scope, part: Part | None = None, order: Sequence[Order] = ()
) -> list[int]:
    """The numbers of the items in the scope that fit, in that order."""
    return Search(unit, items, scope, part, order).all() if scope.containers else []


class Ids(Sequence[str]):
    """Ids of numbers, each made when it is asked for."""

    def __init__(self, letter: str, numbers: Sequence[int]) -> None:
        self._letter = letter
        self._numbers = numbers

    def __len__(self) -> int:
        return len(self._numbers)

    @overload
    def __getitem__(self, at: int) -> str: ...
    @overload
    def __getitem__(self, at: slice) -> list[str]: ...
    def __getitem__(self, at: int | slice) -> str | list[str]:
        if isinstance(at, int):
            return ids.encode(self._letter, self._numbers[at])
        return [ids.encode(self._letter, number) for number in self._numbers[at]]

    def __contains__(self, id: object) -> bool:
        return isinstance(id, str) and ids.decode(self._letter, id) in self._numbers

    def index(self, id: Any, start: int = 0, stop: int | None = None) -> int:  # noqa: ANN401
        """Where the id is.

        Raises:
            ValueError: it is not among them.
        """
        number = ids.decode(self._letter, id)
        return self._numbers.index(number or 0, start, len(self) if stop is None else stop)


def _merged(dialect: DialectName, part: Part) -> Part:
    """Parts that are all found by full-text search become one look into its index."""
    if not isinstance(part, AllOf | AnyOf | NoneOf):
        return part
    parts = [_merged(dialect, inside) for inside in part.parts]
    texts = [inside.expression for inside in parts if isinstance(inside, Found)]
    known = [text for text in texts if text is not None]
    others: list[Part] = [inside for inside in parts if not isinstance(inside, Found)]
    is_all = isinstance(part, AllOf)
    if is_all and len(known) < len(texts):
        return Found(None)
    if known and (is_all or not others):
        others.append(Found(search.joined(dialect, known, all=is_all)))
    else:
        others += map(Found, known)
    if len(others) == 1 and not isinstance(part, NoneOf):
        return others[0]
    return type(part)(others)


def _taken_apart(part: Part) -> tuple[Shape, list[Any]]:
    """What a part looks like, and what it asks for, in the order of binding."""
    values: list[Any] = []

    def shape(part: Part) -> Shape:
        match part:
            case Is(column, operator, value):
                values.append(value)
                return ("is", column, operator)
            case OneOf(column, wanted):
                values.append(list(wanted))
                return ("one of", column)
            case Found(expression):
                if expression is None:
                    return ("nothing",)
                values.append(expression)
                return ("found",)
            case Holds(make, wanted):
                values.extend(wanted)
                return ("holds", make, len(wanted))
            case _:
                return (type(part), *(shape(inside) for inside in part.parts))

    return shape(part), values


@lru_cache(maxsize=512)
def _query(items: Items, shape: Shape, order: tuple[Order, ...], form: Form) -> Query[tuple[int]]:
    """The statement for everything that looks like this."""

    def statement(dialect: DialectName) -> ClauseElement:
        clause = _Clauses(dialect, items).of(shape)
        fits = (items.account == bindparam("account_id"), items.inside, clause)
        if form == "count":
            return select(func.count()).where(*fits)
        ordered = [o.by.asc() if o.is_ascending else o.by.desc() for o in order]
        # As it stands, SQLite would rather read whole items in this order than look any up.
        last = items.number + literal_column("0")
        found = select(items.number).where(*fits).order_by(*ordered, last)
        if form == "all":
            return found
        return found.limit(bindparam("count")).offset(bindparam("start"))

    return Query(statement)


class _Clauses:
    """Makes SQL of shapes."""

    def __init__(self, dialect: DialectName, items: Items) -> None:
        self._dialect = dialect
        self._items = items
        self._names = (f"v{number}" for number in count())

    def of(self, shape: Shape) -> ColumnElement[bool]:
        match shape:
            case ("is", column, operator):
                compared: ColumnElement[bool] = column.op(operator, is_comparison=True)(
                    bindparam(next(self._names), type_=column.type)
                )
                return compared
            case ("one of", column):
                return among(column, next(self._names))
            case ("nothing",):
                return false()
            case ("found",):
                return _among_hits(
                    self._items.number, search.hits(self._dialect, next(self._names))
                )
            case ("holds", make, length):
                clause: ColumnElement[bool] = make(*(next(self._names) for _ in range(length)))
                return clause
            case _:
                kind, *inside = shape
                return self._joined(kind, [self.of(part) for part in inside])

    def _joined(self, kind: type, clauses: list[ColumnElement[bool]]) -> ColumnElement[bool]:
        if kind is AllOf:
            return and_(true(), *clauses)
        some = or_(false(), *clauses)
        return not_(some) if kind is NoneOf else some


class _among_hits(ColumnElement[bool]):
    """A number is one of those that full-text search finds, which are looked up first.

    PostgreSQL is told so by an array; it would else guess how many there are, and might rather
    read the whole account.
    """

    inherit_cache = False
    _is_implicitly_boolean = True

    def __init__(self, number: ColumnElement[int], hits: Select[tuple[int]]) -> None:
        self.type = Boolean()
        self.number = number
        self.hits = hits.scalar_subquery()


@compiles(_among_hits, "sqlite")
def _sqlite(element: _among_hits, compiler: SQLCompiler, **kw: Any) -> str:  # noqa: ANN401
    number, hits = (compiler.process(e, **kw) for e in (element.number, element.hits))
    return f"{number} IN {hits}"


@compiles(_among_hits, "postgresql")
def _postgresql(element: _among_hits, compiler: SQLCompiler, **kw: Any) -> str:  # noqa: ANN401
    number, hits = (compiler.process(e, **kw) for e in (element.number, element.hits))
    return f"{number} = ANY (ARRAY{hits})"
