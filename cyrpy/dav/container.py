"""Container: a collection in a home that can be shared: a calendar, an address book."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Protocol, TypeVar

from cyrpy.data import access
from cyrpy.data.changes import changes_since, state
from cyrpy.data.dav import Key
from cyrpy.data.unit import ChangeKind
from cyrpy.dav import privileges
from cyrpy.dav.errors import need_privileges
from cyrpy.dav.resource import Collection, Delta, Resource
from cyrpy.dav.urls import encode
from cyrpy.dav.xml import DAV
from cyrpy.groupware.access import has

if TYPE_CHECKING:
    from cyrpy.dav.context import DavContext
    from cyrpy.dav.homes import Home


class Row(Protocol):
    """What rows of calendars and of address books have in common."""

    @property
    def account_id(self) -> int:
        """Whose it is."""

    @property
    def id(self) -> int:
        """Its number in the account."""

    @property
    def wire_id(self) -> str:
        """Its id in JMAP and in the log."""

    @property
    def uri(self) -> str:
        """Its name in URLs."""

    @property
    def name(self) -> str:
        """Its name for people."""


class View(Protocol):
    """Such a row as one user sees it."""

    @property
    def row(self) -> Row:
        """With what the user set for itself put in."""

    @property
    def rights(self) -> str:
        """Letters."""

    @property
    def is_owner(self) -> bool:
        """Whether the user owns it."""

    @property
    def is_default(self) -> bool:
        """Whether it is the account's default, which is always there."""


V = TypeVar("V", bound=View)


class Container(Collection, Generic[V]):
    """A collection in a home; setters collect what is to be saved in `values`.

    Attributes:
        kind: Type of the collection in grants and log (Calendar).
        item: Type of its members in the log (CalendarEvent).
    """

    methods = Collection.methods | {"PROPPATCH", "DELETE", "ACL"}
    kind: ClassVar[str]
    item: ClassVar[str]

    def __init__(self, home: Home[V], name: str, view: V | None) -> None:
        owner = home.row.id if view is None else view.row.account_id
        super().__init__(f"{home.url}{encode(name)}/", owner)
        self.home = home
        self.name = name
        self.values: dict[str, Any] = {}
        self._view = view
        if view is not None:
            self.sync_tag = f"{self.kind}.{view.row.account_id}.{view.row.id}"

    @property
    def is_new(self) -> bool:
        """Whether it is still to be created."""
        return self._view is None

    @property
    def view(self) -> V:
        """How the user sees it; only after it was created."""
        assert self._view is not None  # noqa: S101 - drafts are saved before they are read
        return self._view

    def create(self, ctx: DavContext) -> V:
        """Create it with `values`."""
        raise NotImplementedError

    def update(self, ctx: DavContext) -> None:
        """Write `values`; without any, note that it changed."""
        raise NotImplementedError

    def remove(self, ctx: DavContext) -> None:
        """Delete it and all in it."""
        raise NotImplementedError

    def share(self, ctx: DavContext, wanted: Mapping[int, str]) -> None:
        """Grant exactly these letters."""
        raise NotImplementedError

    def display_name(self, ctx: DavContext) -> str | None:
        """As the user calls it."""
        return self.view.row.name

    def held(self, ctx: DavContext) -> frozenset[str]:
        """By the letters of the grants; the owner has all."""
        # A sharee with no right to write gets no DAV:write-properties, though it may change what
        # is its own of the collection: Thunderbird takes that privilege for the right to write.
        return privileges.held(self.view.rights, self.privileges)

    def require_owner_rights(self, ctx: DavContext) -> None:
        """Make sure that the user may change what the collection is to all.

        Raises:
            DavError: 403 need-privileges.
        """
        if not self.is_new and not self.view.is_owner:
            ctx.require(self, DAV("write-acl"))

    def dead_key(self, ctx: DavContext) -> Key:
        """By its number."""
        return Key(self.view.row.account_id, self.kind, self.view.row.id)

    def keeps_properties(self, ctx: DavContext) -> bool:
        """Everybody who sees it may: others than the owner keep them for themselves."""
        return True

    def save(self, ctx: DavContext) -> None:
        """Create or update it."""
        if self._view is None:
            self._view = self.create(ctx)
            return
        self.update(ctx)
        if not self.view.is_owner and not self.values:
            row = self.view.row
            ctx.unit.record(
                row.account_id,
                self.kind,
                row.wire_id,
                ChangeKind.UPDATED,
                name=row.uri,
                audience=ctx.user_id,
            )

    def delete(self, ctx: DavContext) -> None:
        """With all that belongs to it."""
        if not has(self.view.rights, "x"):
            raise need_privileges(ctx.request.base + self.home.url, DAV("unbind"))
        self.remove(ctx)

    def grants(self, ctx: DavContext) -> Mapping[int, str]:
        """All grants."""
        row = self.view.row
        rows = ctx.unit.all(
            access.GRANTS_ON, account_id=row.account_id, kind=self.kind, container_id=row.id
        )
        return {grant.principal_id: grant.rights for grant in rows}

    def set_grants(self, ctx: DavContext, wanted: Mapping[int, str]) -> None:
        """For whom may administer it."""
        self.share(ctx, {id: letters for id, letters in wanted.items() if letters})

    def sync_state(self, ctx: DavContext) -> str:
        """Of its members."""
        row = self.view.row
        return str(state(ctx.unit, row.account_id, self.item, row.id))

    def sync_members(self, ctx: DavContext) -> Iterable[tuple[int, Resource]]:
        """None, where the type of collection has no members that can be seen."""
        return ()

    def sync_changes(self, ctx: DavContext, since: str, limit: int | None) -> Delta:
        """By the log of its members: those that have a name now, and names that are free now."""
        row = self.view.row
        found = changes_since(
            ctx.unit, row.account_id, self.item, since, container_id=row.id, limit=limit
        )
        names = dict.fromkeys(name for name in found.names.values() if name is not None)
        members = {name: self.member(name, ctx) for name in names}
        return Delta(
            found.new,
            [member for member in members.values() if member is not None],
            [f"{self.url}{encode(name)}" for name, member in members.items() if member is None],
            found.more,
        )
