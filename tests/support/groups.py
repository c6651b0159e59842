"""Groups of principals, changed below the protocols, for none of them can yet."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cyrpy.data.principals import PrincipalRow
from cyrpy.data.unit import Unit
from cyrpy.groupware import groups
from cyrpy.groupware.principals import NewPrincipal, create, find
from cyrpy.groupware.provision import Folders
from cyrpy.groupware.userids import UserIds
from tests.support.server import Server


class Group:
    """A group that some users are in."""

    def __init__(self, server: Server, name: str, *members: str) -> None:
        self._database = server.core.database
        self._userids = UserIds.of(server.configuration.settings)
        self.name = name
        folders = Folders.of(server.configuration.settings)
        new = NewPrincipal(name, "group")
        row = self._database.write(lambda unit: create(unit, self._userids, folders, new))
        self.account = row.wire_id
        for member in members:
            self.join(member)

    def join(self, member: str) -> None:
        self._change(groups.join, member)

    def leave(self, member: str) -> None:
        self._change(groups.leave, member)

    def _change(self, how: Callable[[Unit, PrincipalRow, PrincipalRow], Any], member: str) -> None:
        def work(unit: Unit) -> None:
            how(unit, *(find(unit, self._userids, name) for name in (self.name, member)))

        self._database.write(work)
