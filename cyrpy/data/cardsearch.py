"""Cards as items that are searched: what filters compare, and what lists are ordered by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from sqlalchemy import ColumnElement, func

from cyrpy.data.itemsearch import AnyOf, Is, Items, NoneOf, OneOf, Operator, Part
from cyrpy.data.keys import bounded
from cyrpy.data.statement import among
from cyrpy.data.tables import cards
from cyrpy.data.tables.base import Int64

GROUP: Final = "group"
MAX_KIND: Final = 64  # characters
ITEMS: Final = Items(cards.c.account_id, cards.c.id, among(cards.c.address_book_id, "containers"))
# What a card says of when, or else when it was stored.
_CREATED: Final[ColumnElement[int]] = func.coalesce(
    cards.c.created, cards.c.created_at, type_=Int64
)
_UPDATED: Final[ColumnElement[int]] = func.coalesce(
    cards.c.updated, cards.c.updated_at, type_=Int64
)
MOMENTS: Final = {"created": _CREATED, "updated": _UPDATED}
ORDERS: Final[Mapping[str, ColumnElement[Any]]] = {
    **MOMENTS,
    "name/given": cards.c.sort_given,
    "name/surname": cards.c.sort_surname,
    "name/surname2": cards.c.sort_surname2,
    "company": cards.c.sort_company,
}


def in_book(number: int) -> Part:
    """The card is in that address book."""
    return Is(cards.c.address_book_id, "=", number)


def of_uid(uid: str) -> Part:
    """The card has that UID, in which there is no NUL."""
    return AnyOf(()) if "\0" in uid else Is(cards.c.uid, "=", bounded(uid))


def of_uids(uids: Iterable[str]) -> Part:
    """The card has one of these UIDs."""
    return OneOf(cards.c.uid, [bounded(uid) for uid in uids])


def of_kind(kind: str) -> Part:
    """The card is of that kind, in which there is no NUL."""
    return AnyOf(()) if "\0" in kind else Is(cards.c.kind, "=", bounded(kind)[:MAX_KIND])


def is_group(value: bool) -> Part:
    """The card is one of a group, or is not."""
    group = of_kind(GROUP)
    return group if value else NoneOf((group,))


def is_flagged(value: bool) -> Part:
    """The card is flagged, or is not."""
    return Is(cards.c.is_flagged, "=", int(value))


def when(name: str, operator: Operator, moment: int) -> Part:
    """The card was created, or updated, before that moment or not."""
    return Is(MOMENTS[name], operator, moment)
