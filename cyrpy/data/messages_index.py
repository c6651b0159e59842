"""Rows of full-text search whose messages got other numbers."""

from __future__ import annotations

from sqlalchemy import bindparam, update

from cyrpy.data.search import NUMBER_BITS
from cyrpy.data.statement import Query
from cyrpy.data.tables import search_documents
from cyrpy.data.unit import Unit

MOVE = Query[None](
    update(search_documents)
    .where(search_documents.c.id == bindparam("key_id"))
    .values(id=bindparam("id"))
)


def renumber(unit: Unit, account_id: int, before: int, after: int) -> None:
    """Have the message found under its new number, also if it was put in this very unit."""
    old, new = account_id << NUMBER_BITS | before, account_id << NUMBER_BITS | after
    waiting = unit.indexed.get(old)
    if waiting is None:
        unit.run(MOVE, key_id=old, id=new)
    else:
        unit.index(old, None)
        unit.index(new, waiting)
