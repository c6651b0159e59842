"""Dead properties of WebDAV resources (RFC 4918 §4.2): what is for all, and what is one's own.

Who is not the owner keeps what it sets for itself: it covers what is for all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from sqlalchemy import bindparam, delete, or_, select

from cyrpy.data.statement import Query, upsert
from cyrpy.data.tables.dav import dav_properties
from cyrpy.data.unit import Unit

FOR_ALL: Final = 0  # in place of a principal


class Key(NamedTuple):
    """One resource that has dead properties."""

    account_id: int
    kind: str
    object_id: int


class Stored(NamedTuple):
    """One row, without its account and kind."""

    object_id: int
    principal_id: int
    name: str
    value: bytes | None


_of_kind = (
    dav_properties.c.account_id == bindparam("account_id"),
    dav_properties.c.kind == bindparam("kind"),
)
_this = (*_of_kind, dav_properties.c.object_id == bindparam("object_id"))
_seen = or_(
    dav_properties.c.principal_id == FOR_ALL,
    dav_properties.c.principal_id == bindparam("principal_id"),
)
_STORED = (
    select(
        dav_properties.c.object_id,
        dav_properties.c.principal_id,
        dav_properties.c.name,
        dav_properties.c.value,
    )
    .where(*_of_kind, _seen)
    .order_by(dav_properties.c.object_id, dav_properties.c.principal_id, dav_properties.c.name)
)
OF_KIND: Query[Stored] = Query(_STORED, Stored._make)
OF_OBJECT: Query[Stored] = Query(
    _STORED.where(dav_properties.c.object_id == bindparam("object_id")), Stored._make
)
OBJECTS: Query[tuple[int]] = Query(
    select(dav_properties.c.object_id).where(*_of_kind, _seen).distinct().limit(bindparam("count"))
)
PUT = Query[None](
    upsert(
        dav_properties,
        ["account_id", "kind", "object_id", "principal_id", "name"],
        ["value"],
    )
)
DELETE = Query[None](
    delete(dav_properties).where(
        *_this,
        dav_properties.c.principal_id == bindparam("principal_id"),
        dav_properties.c.name == bindparam("name"),
    )
)
DELETE_ALL = Query[None](delete(dav_properties).where(*_this))


def dead_properties(
    unit: Unit, account_id: int, kind: str, principal_id: int
) -> dict[int, dict[str, bytes]]:
    """Object -> name -> element, of all objects of a kind, as that principal sees them."""
    return _by_object(
        unit.all(OF_KIND, account_id=account_id, kind=kind, principal_id=principal_id)
    )


def dead_properties_of(unit: Unit, key: Key, principal_id: int) -> dict[str, bytes]:
    """Name -> element, of one object."""
    rows = unit.all(OF_OBJECT, principal_id=principal_id, **key._asdict())
    return _by_object(rows).get(key.object_id, {})


def objects_with_dead_properties(
    unit: Unit, account_id: int, kind: str, principal_id: int, count: int
) -> set[int]:
    """Up to `count` objects of a kind that have any for that principal."""
    rows = unit.all(
        OBJECTS, account_id=account_id, kind=kind, principal_id=principal_id, count=count
    )
    return {object_id for (object_id,) in rows}


def _by_object(rows: Iterable[Stored]) -> dict[int, dict[str, bytes]]:
    found: dict[int, dict[str, bytes]] = {}
    for row in rows:  # what is for all comes first, then what covers it
        properties = found.setdefault(row.object_id, {})
        if row.value is None:
            properties.pop(row.name, None)
        else:
            properties[row.name] = bytes(row.value)
    return found


def put(unit: Unit, key: Key, principal_id: int, changes: Mapping[str, bytes | None]) -> None:
    """Set dead properties for one principal or for all; None removes one."""
    for name, value in changes.items():
        row = {**key._asdict(), "principal_id": principal_id, "name": name}
        if value is None and principal_id == FOR_ALL:
            unit.run(DELETE, **row)
        else:
            unit.run(PUT, value=value, **row)


def forget(unit: Unit, key: Key) -> None:
    """Drop all dead properties of a resource, because it goes."""
    unit.run(DELETE_ALL, **key._asdict())
