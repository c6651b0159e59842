"""Keys that the server makes for itself, once, and keeps in its database."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import bindparam, select

from cyrpy.data.database import Database
from cyrpy.data.statement import Query, upsert
from cyrpy.data.tables import secrets
from cyrpy.data.unit import Unit

PUT: Query[None] = Query(upsert(secrets, ["name"], []))
GET: Query[tuple[str]] = Query(select(secrets.c.value).where(secrets.c.name == bindparam("name")))


def obtain(database: Database, name: str, make: Callable[[], str]) -> str:
    """The secret of that name; what `make` gives, if there is none yet.

    Of several processes that come first together, one's is kept and all get that.
    """
    with database.read() as unit:
        value: str | None = unit.value(GET, name=name)
    if value is not None:
        return value

    def put(unit: Unit) -> str:
        unit.run(PUT, name=name, value=make())
        kept: str = unit.value(GET, name=name)
        return kept

    return database.write(put)
