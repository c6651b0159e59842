"""What hangs on objects that are gone, and what objects should have: for checking an account."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import and_, bindparam, exists, func, select
from sqlalchemy.sql.schema import Table
from sqlalchemy.sql.selectable import FromClause

from cyrpy.data.blobs import Blobs
from cyrpy.data.incoming import ROW_LIMIT
from cyrpy.data.search import NUMBER_BITS
from cyrpy.data.statement import Query
from cyrpy.data.tables import (
    address_book_settings,
    address_books,
    blob_owners,
    blobs,
    calendar_object_settings,
    calendar_objects,
    calendar_settings,
    calendars,
    cards,
    dav_properties,
    file_usage,
    files,
    grants,
    invitations,
    mailboxes,
    messages,
    search_documents,
)
from cyrpy.data.unit import Unit

# What has rows of their own that name them by type and number.
KINDS: Final = {
    "Calendar": calendars,
    "AddressBook": address_books,
    "Mailbox": mailboxes,
    "CalendarEvent": calendar_objects,
    "ContactCard": cards,
    "FileNode": files,
}


def _left(
    child: Table, column: str, parent: FromClause, kind: str | None = None
) -> Query[tuple[int]]:
    """How many rows name something that is gone; numbers below 1 name what needs no row."""
    c = child.c
    found = select(func.count()).where(c.account_id == bindparam("account_id"), c[column] > 0)
    if kind is not None:
        found = found.where(c["kind"] == kind)
    there = and_(parent.c.account_id == c.account_id, parent.c.id == c[column])
    return Query(found.where(~exists().where(there)))


LEFT: Final[dict[str, Query[tuple[int]]]] = {
    "calendar objects without calendar": _left(calendar_objects, "calendar_id", calendars),
    "cards without address book": _left(cards, "address_book_id", address_books),
    "files without folder": _left(files, "parent_id", files.alias("folders")),
    "settings of calendars": _left(calendar_settings, "calendar_id", calendars),
    "settings of events": _left(calendar_object_settings, "object_id", calendar_objects),
    "settings of address books": _left(address_book_settings, "address_book_id", address_books),
    **{
        f"{what} of {kind}": _left(table, column, parent, kind)
        for what, table, column in (
            ("grants", grants, "container_id"),
            ("invitations", invitations, "container_id"),
            ("dead properties", dav_properties, "object_id"),
        )
        for kind, parent in KINDS.items()
    },
}
DOCUMENTS: Query[tuple[int]] = Query(
    select(search_documents.c.id).where(search_documents.c.account_id == bindparam("account_id"))
)
NUMBERS: Final[dict[str, Query[tuple[int]]]] = {
    table.name: Query(select(table.c.id).where(table.c.account_id == bindparam("account_id")))
    for table in (calendar_objects, cards, messages)
}
_with_blob = and_(
    blob_owners.c.account_id == files.c.account_id,
    blob_owners.c.digest == files.c.digest,
    blob_owners.c.expires_at.is_(None),
)
FILES_WITHOUT_BLOB: Query[tuple[int]] = Query(
    select(func.count()).where(
        files.c.account_id == bindparam("account_id"),
        files.c.digest.is_not(None),
        ~exists().where(_with_blob),
    )
)
FILES: Query[tuple[int, int]] = Query(
    select(func.coalesce(func.sum(files.c.size), 0), func.count()).where(
        files.c.account_id == bindparam("account_id")
    )
)
USAGE: Query[tuple[int, int]] = Query(
    select(file_usage.c.octets, file_usage.c.count).where(
        file_usage.c.account_id == bindparam("account_id")
    )
)
LARGE: Query[tuple[bytes, int]] = Query(
    select(blobs.c.digest, blobs.c.size).where(blobs.c.size > ROW_LIMIT).order_by(blobs.c.digest)
)


def left_over(unit: Unit, account_id: int) -> dict[str, int]:
    """How many rows of each sort name something that is gone, where there are any."""
    found = {what: unit.value(query, account_id=account_id) for what, query in LEFT.items()}
    found["files without blob"] = unit.value(FILES_WITHOUT_BLOB, account_id=account_id)
    return {what: count for what, count in found.items() if count}


def unindexed(unit: Unit, account_id: int) -> tuple[set[int], set[int]]:
    """Numbers of objects that full-text search has not, and of what it has that is no object."""
    mask = (1 << NUMBER_BITS) - 1
    indexed = {id & mask for (id,) in unit.all(DOCUMENTS, account_id=account_id)}
    there = {
        name: {number for (number,) in unit.all(query, account_id=account_id)}
        for name, query in NUMBERS.items()
    }
    needed = there[calendar_objects.name] | there[cards.name]
    return needed - indexed, indexed - needed - there[messages.name]


def file_usages(unit: Unit, account_id: int) -> tuple[Any, Any]:
    """Octets and number of an account's files: as they are kept, and counted."""
    counted = unit.first(FILES, account_id=account_id)
    kept = unit.first(USAGE, account_id=account_id) or (0, 0)
    return tuple(kept), None if counted is None else (int(counted[0]), counted[1])


def damaged(unit: Unit, store: Blobs) -> list[str]:
    """Large blobs whose file is not there, or has another size; by their digests."""
    wrong = []
    for digest, size in unit.all(LARGE):
        path = store.path(digest)
        if not path.is_file() or path.stat().st_size != size:
            wrong.append(digest.hex())
    return wrong
