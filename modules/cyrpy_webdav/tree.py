"""Drives, and the way to them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from cyrpy.data.principals import INDIVIDUAL, PrincipalRow
from cyrpy.dav.resource import KINDS, Collection, Resource
from cyrpy.dav.urls import Path, collection
from cyrpy.dav.xml import DAV
from cyrpy_webdav.folder import Folder
from cyrpy_webdav.names import PATH

if TYPE_CHECKING:
    from cyrpy.dav.context import DavContext

USERS: Final = KINDS[INDIVIDUAL]


class Drive(Folder):
    """`/dav/drive/user/<userid>/`: the folder of all that a user has."""

    methods = Folder.methods - {"DELETE", "MOVE"}

    def __init__(self, row: PrincipalRow) -> None:
        super().__init__(collection(*PATH, USERS, row.name), row.id, None)
        self.principal = row

    def display_name(self, ctx: DavContext) -> str | None:
        """Its owner's."""
        return self.principal.display_name


class Drives(Collection):
    """`/dav/drive/`, and in it `user/`: a user finds its own drive there."""

    types = (DAV("collection"),)

    def __init__(self, *kind: str) -> None:
        super().__init__(collection(*PATH, *kind))
        self._is_top = not kind

    def members(self, ctx: DavContext) -> Iterable[Resource]:
        """The user's own."""
        if self._is_top:
            return [Drives(USERS)]
        row = ctx.principal_row(ctx.user_id)
        return [] if row is None or row.type != INDIVIDUAL else [Drive(row)]


def resolve(path: Path, ctx: DavContext) -> Resource | None:
    """What is at a path below `/dav/drive`, if it is the user's own."""
    if not path:
        return Drives()
    if path[0] != USERS:
        return None
    if len(path) == 1:
        return Drives(USERS)
    row = ctx.principal_named(INDIVIDUAL, path[1])
    if row is None or row.id != ctx.user_id:
        return None
    found: Resource | None = Drive(row)
    for name in path[2:]:
        found = found.member(name, ctx) if isinstance(found, Folder) else None
    return found
