"""ContactCard/query: what its conditions and sorts look at (RFC 9610 §3.3)."""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from cyrpy.data import cardsearch, search
from cyrpy.data.itemsearch import AllOf, AnyOf, Found, NoneOf, Operator, Order, Part
from cyrpy.groupware.cards import document as marks
from cyrpy_jmap.call import Call
from cyrpy_jmap.errors import MethodError
from cyrpy_jmap.filters import Comparator, Condition, Filter
from cyrpy_jmap.objects import Id, UTCDate
from cyrpy_jmap.types.contact_card.rendering import Books, members, numbers_of, rows_of

FLAGGED: Final = "x-flagged"
IN_GROUPS: Final = "x-inGroups"
# Conditions that look for text, and in which fields.
TEXTS: Final[Mapping[str, Sequence[str]]] = {
    "text": marks.TEXT,
    "name": (marks.NAME,),
    "name/given": (marks.GIVEN,),
    "name/surname": (marks.SURNAME,),
    "name/surname2": (marks.SURNAME2,),
    "nickname": (marks.NICKNAME,),
    "organization": (marks.ORGANIZATION,),
    "email": (marks.EMAIL,),
    "phone": (marks.PHONE,),
    "onlineService": (marks.ONLINE,),
    "address": (marks.ADDRESS,),
    "note": (marks.NOTE,),
    # Those of the classic dialect alone.
    "x-prefix": (marks.PREFIX,),
    "x-suffix": (marks.SUFFIX,),
    "x-department": (marks.DEPARTMENT,),
    "x-jobTitle": (marks.TITLE,),
    "x-online": (marks.ONLINE, marks.LINK),
}
WHEN: Final[Mapping[str, tuple[str, Operator]]] = {
    "createdBefore": ("created", "<"),
    "createdAfter": ("created", ">="),
    "updatedBefore": ("updated", "<"),
    "updatedAfter": ("updated", ">="),
}
FILTERS: Final[Mapping[str, Any]] = {
    "inAddressBook": Id,
    "uid": str,
    "hasMember": str,
    "kind": str,
    **dict.fromkeys(WHEN, UTCDate),
    **dict.fromkeys(TEXTS, str),
    FLAGGED: bool,
    IN_GROUPS: list[Id],
}
SORTS: Final[Mapping[str, Mapping[str, Any]]] = {name: {} for name in cardsearch.ORDERS}
# A card keeps its UID.
STABLE: Final = frozenset({"uid"})


class Asker:
    """Makes parts of a search of filters, for one call."""

    def __init__(self, call: Call, books: Books) -> None:
        self._call = call
        self._books = books

    def part(self, filter: Filter | None) -> Part:
        """What a filter asks for."""
        if filter is None:
            return AllOf(())
        if isinstance(filter, Condition):
            return AllOf([self._member(name, value) for name, value in filter.members.items()])
        inside = [self.part(condition) for condition in filter.conditions]
        return _OPERATORS[filter.operator](inside)

    def _member(self, name: str, value: Any) -> Part:  # noqa: ANN401 - as FILTERS says
        if name in TEXTS:
            return self._text(TEXTS[name], value)
        if name in WHEN:
            column, operator = WHEN[name]
            return cardsearch.when(column, operator, _moment(value))
        return _MEMBERS[name](self, value)

    def _text(self, fields: Sequence[str], text: str) -> Part:
        """Words and phrases; of numbers also the digits, from the beginning or to the end."""
        if not text.strip():
            return AllOf(())
        found = [self._found(fields, text)]
        digits = marks.number_in(text)
        if digits is not None and {marks.PHONE, *marks.TEXT} & {*fields}:
            at_home = digits.lstrip("0")  # without what is dialled there before a number
            found.append(self._found((marks.PHONE,), f"{digits}*"))
            found.append(self._found((marks.PHONE_AT_HOME,), f"{at_home}*"))
            found.append(self._found((marks.PHONE_END,), f"{at_home[::-1]}*"))
        return AnyOf(found)

    def _found(self, fields: Iterable[str], text: str) -> Found:
        unit, account = self._call.unit, self._call.account.id
        return Found(search.expression(unit, account, marks.KIND, fields, text))

    def _in_book(self, wire_id: str) -> Part:
        real = self._call.real_id(wire_id)
        number = next((n for n, v in self._books.items() if v.row.wire_id == real), None)
        return AnyOf(()) if number is None else cardsearch.in_book(number)

    def _has_member(self, uid: str) -> Part:
        return self._found((marks.MEMBER,), marks.hashed(uid))

    def _in_groups(self, wanted: Sequence[str]) -> Part:
        """The card is a member of one of these groups, which the viewer sees."""
        rows = rows_of(self._call, self._books, numbers_of(wanted))
        uids = {uid for row in rows for uid in members(row)}
        return cardsearch.of_uids(uids)


def orders(sort: Sequence[Comparator]) -> list[Order]:
    """What a sort asks for.

    Raises:
        MethodError: `unsupportedSort` for a collation that names are not ordered by.
    """
    wrong = [c for c in sort if c.collation == "i;octet" and c.property not in cardsearch.MOMENTS]
    if wrong:
        raise MethodError("unsupportedSort", f"{wrong[0].property}: i;octet is not for names here")
    return [Order(cardsearch.ORDERS[c.property], c.is_ascending) for c in sort]


def _moment(date: str) -> int:
    """Unix seconds of a UTCDate, the next whole one."""
    whole, _, rest = date[:-1].partition(".")
    year, month, day, hour, minute, second = (int(part) for part in re.split("[-T:]", whole))
    moment = calendar.timegm((max(year, 1), month, min(day, 28), hour, minute, second))
    return moment + (day - min(day, 28)) * 86_400 + bool(rest)


_OPERATORS: Final[Mapping[str, Callable[[Sequence[Part]], Part]]] = {
    "AND": AllOf,
    "OR": AnyOf,
    "NOT": NoneOf,
}
_MEMBERS: Final[Mapping[str, Callable[[Asker, Any], Part]]] = {
    "inAddressBook": Asker._in_book,
    "uid": lambda _, value: cardsearch.of_uid(value),
    "hasMember": Asker._has_member,
    "kind": lambda _, value: cardsearch.of_kind(value),
    FLAGGED: lambda _, value: cardsearch.is_flagged(value),
    IN_GROUPS: Asker._in_groups,
}
