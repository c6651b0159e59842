"""The last act of a transaction: rows of full-text search, in the order of their numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import bindparam, delete

from cyrpy.data.statement import DialectName, Query, insert_of
from cyrpy.data.tables import search_documents
from cyrpy.data.unit import Indexed, Unit

_COLUMNS = ("id", "account_id", "words")


def _put(dialect: DialectName) -> Any:  # noqa: ANN401 - the database's own INSERT
    """A row that is as it was stays untouched, and so does the index over it."""
    row = {name: bindparam(name, type_=search_documents.c[name].type) for name in _COLUMNS}
    insert = insert_of(dialect)(search_documents).values(row)
    return insert.on_conflict_do_update(
        index_elements=["id"],
        set_={"words": insert.excluded.words},
        where=search_documents.c.words != insert.excluded.words,
    )


PUT: Query[None] = Query(_put)
REMOVE = Query[None](delete(search_documents).where(search_documents.c.id == bindparam("id")))


def write_index(unit: Unit, indexed: Indexed) -> None:
    """Put and remove rows: number of the row -> what it holds, None for a row that goes."""
    rows: list[Mapping[str, Any]] = []
    for id, words in sorted(indexed.items()):
        if words is None:
            unit.run(REMOVE, id=id)
        else:
            rows.append({"id": id, **words})
    if rows:
        unit.run_many(PUT, rows)
