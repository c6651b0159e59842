"""Container: a collection in a home that can be shared: a calendar, an address book."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Protocol, TypeVar

from cyrpy.data import access
from cyrpy.data.changes import changes_since, state
from cyrpy.data.dav import Key
from cyrpy.data.listing import Members, Place, Rows, columns, named, numbered
from cyrpy.data.renames import ContainerRow, rename
from cyrpy.data.unit import ChangeKind
from cyrpy.dav import invitations, privileges
from cyrpy.dav.errors import DavError, need_privileges
from cyrpy.dav.markup import Xml, element
from cyrpy.dav.resource import Collection, Delta, Resource
from cyrpy.dav.sheet import Cell, Sheet, Text
from cyrpy.dav.urls import encode
from cyrpy.dav.xml import CALENDARSERVER, DAV
from cyrpy.errors import NotFound
from cyrpy.groupware.access import has
from cyrpy.groupware.invitations import leave
from cyrpy.groupware.sharing import Container as Shared

if TYPE_CHECKING:
    from cyrpy.dav.answer import Answer
    from cyrpy.dav.context import DavContext
    from cyrpy.dav.homes import Home
    from cyrpy.dav.item import Upload


class View(Protocol):
    """Such a row as one user sees it."""

    @property
    def row(self) -> ContainerRow:
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
        reading: Letters of one who is invited to read.
        writing: Letters of one who is invited to write.
        listed: The table of its members.
        cells: How rows of members tell properties.
    """

    methods = Collection.methods | {
        "PROPPATCH",
        "DELETE",
        "ACL",
        "COPY",
        "MOVE",
        "LOCK",
        "UNLOCK",
        "POST",
    }
    kind: ClassVar[str]
    item: ClassVar[str]
    reading: ClassVar[str]
    writing: ClassVar[str]
    listed: ClassVar[Members]
    cells: ClassVar[Mapping[str, Cell]] = {}

    def __init__(self, home: Home[V], name: str, view: V | None) -> None:
        owner = home.row.id if view is None else view.row.account_id
        super().__init__(f"{home.url}{encode(name)}/", owner)
        self.home = home
        self.name = name
        self.values: dict[str, Any] = {}
        self._view = view
        self._sheets: dict[tuple[str, ...], Sheet | None] = {}
        if view is not None:
            self.sync_tag = f"{self.kind}.{view.row.account_id}.{view.row.id}"

    def canonical(self, ctx: DavContext) -> str:
        """In the owner's home."""
        row = None if self._view is None else self._view.row
        if row is None or row.account_id == self.home.row.id:
            return self.url
        owner = ctx.principal_row(row.account_id)
        return self.url if owner is None else f"{type(self.home)(owner).url}{encode(row.uri)}/"

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

    def is_reference(self, ctx: DavContext) -> bool:
        """In the home of one whom it is shared with."""
        return self.view.row.account_id != self.home.row.id

    def delete(self, ctx: DavContext) -> None:
        """With all that belongs to it; of what others share, in one's own home, the share alone.

        Raises:
            DavError: 403 if the user may not.
        """
        if self.is_reference(ctx):
            try:
                leave(ctx.unit, self.shared(), ctx.user_id)
            except NotFound as exc:
                raise DavError(403, str(exc)) from exc
            return
        if not has(self.view.rights, "x"):
            raise need_privileges(ctx.request.base + self.home.url, DAV("unbind"))
        self.remove(ctx)

    def shared(self) -> Shared:
        """As groupware knows what is shared."""
        row = self.view.row
        return Shared(row.account_id, self.kind, row.id, row.wire_id, row.uri, row.name)

    def is_shared(self, ctx: DavContext) -> bool:
        """Whether its owner gave somebody rights on it, or invited somebody."""
        row = self.view.row
        return row.id in ctx.shared_containers(row.account_id, self.kind)

    def sharing_modes(self, ctx: DavContext) -> Xml:
        """How the user may share it (CS:allowed-sharing-modes)."""
        may = self.view.is_owner or has(self.view.rights, "a")
        return element(CALENDARSERVER("can-be-shared")) if may else Xml(b"")

    def resource_types(self, ctx: DavContext) -> tuple[str, ...]:
        """With what clients of calendarserver-sharing go by."""
        if self.is_new:
            return self.types
        if not self.view.is_owner:
            return (*self.types, CALENDARSERVER("shared"))
        return (*self.types, CALENDARSERVER("shared-owner")) if self.is_shared(ctx) else self.types

    def prepare_post(self, ctx: DavContext, upload: Upload) -> Any:  # noqa: ANN401 - either
        """A request to share it, or a new member."""
        if upload.media_type in invitations.TYPES:
            return invitations.read_share(upload, self)
        return super().prepare_post(ctx, upload)

    def post(self, ctx: DavContext, prepared: Any) -> Answer | None:  # noqa: ANN401 - either
        """Share it, or add the member."""
        if isinstance(prepared, invitations.ShareRequest):
            return invitations.share(self, prepared, ctx)
        return super().post(ctx, prepared)

    def relocate(self, ctx: DavContext, parent: Collection, name: str) -> Collection:
        """Rename it in its home: the owner's to do, and seen by all whom it is shared with.

        Raises:
            DavError: 403 for any other move.
        """
        home = self.home
        if not self.view.is_owner or parent.url != home.url:
            raise DavError(403, "a collection can be moved by its owner, inside of its home")
        home.check_new(name)
        rename(ctx.unit, self.kind, self.view.row, name)
        ctx.look_again()
        home.look_again()
        made = home.member(name, ctx)
        assert isinstance(made, Collection)  # noqa: S101 - it has that name now
        return made

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

    def text(self, ctx: DavContext) -> Text | None:
        """How rows tell the text of members in the form that is asked for; None if they do not."""
        return None

    def place(self) -> Place:
        """Where its members are, as far as the user sees them."""
        return Place(self.view.row.account_id, self.view.row.id)

    def sheet(self, names: tuple[str, ...], ctx: DavContext) -> Sheet | None:
        """By `cells` and `text`."""
        if names not in self._sheets:
            made = Sheet.of(ctx.spelled(self.url), names, self.cells, partial(self.text, ctx))
            self._sheets[names] = made
        return self._sheets[names]

    def sheet_columns(self, sheet: Sheet, ctx: DavContext) -> list[list[Any]]:
        """In the order in which the members came."""
        return columns(ctx.unit, self.listed, self.place(), sheet.columns)

    def sheet_rows_named(self, sheet: Sheet, names: Sequence[str], ctx: DavContext) -> Rows:
        """By one look-up."""
        return named(ctx.unit, self.listed, self.place(), sheet.columns, names)

    def sheet_rows_numbered(self, sheet: Sheet, ids: Sequence[int], ctx: DavContext) -> Rows:
        """The rows of members by their numbers, which the user may see, in their order."""
        account_id = self.view.row.account_id
        return numbered(ctx.unit, self.listed, account_id, sheet.columns, ids)

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
        return Delta(found.new, (), (), found.more, found.all_names)
