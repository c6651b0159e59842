"""The directory: principals by a part of their name or address, without regard to case."""

from __future__ import annotations

import re
from typing import Final

from sqlalchemy import BindParameter, bindparam, func, or_, select

from cyrpy.data.principals import ALL, PrincipalRow
from cyrpy.data.statement import Query
from cyrpy.data.tables import addresses, principals
from cyrpy.data.unit import Unit

# What LIKE takes for itself, and what the databases fold differently: each stands for anything.
_LOOSE: Final = re.compile(r"[%_\\]|[^\x00-\x7f]+")
_pattern: Final[BindParameter[str]] = bindparam("pattern")
MATCHING: Query[PrincipalRow] = Query(
    select(principals)
    .where(
        or_(
            func.lower(principals.c.display_name).like(_pattern),
            func.lower(principals.c.name).like(_pattern),
            principals.c.id.in_(
                select(addresses.c.principal_id).where(addresses.c.address.like(_pattern))
            ),
        )
    )
    .order_by(principals.c.name),
    PrincipalRow._make,
)


def matching(unit: Unit, text: str) -> list[PrincipalRow]:
    """All whose name, userid or address holds `text`, and perhaps some that only look so.

    The caller compares what it found; SQLite knows upper and lower case of ASCII letters only.
    """
    pattern = _LOOSE.sub("%", text).lower()
    return unit.all(MATCHING, pattern=f"%{pattern}%")


def all_principals(unit: Unit) -> list[PrincipalRow]:
    """Everyone, by name."""
    return unit.all(ALL)
