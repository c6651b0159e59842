"""Resource, Collection and Principal: all that DAV methods know of what they act on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Final, NamedTuple

from cyrpy.data.principals import INDIVIDUAL, PrincipalRow
from cyrpy.dav import privileges
from cyrpy.dav.errors import DavError
from cyrpy.dav.privileges import Privilege
from cyrpy.dav.urls import collection
from cyrpy.dav.xml import DAV
from cyrpy.groupware.proxies import owner_and_mode

if TYPE_CHECKING:
    from cyrpy.data.dav import Key
    from cyrpy.data.listing import Rows
    from cyrpy.dav.answer import Answer
    from cyrpy.dav.context import DavContext
    from cyrpy.dav.item import Content, Item, Upload, Written
    from cyrpy.dav.sheet import Sheet

ROOT: Final = ("dav",)
PRINCIPALS: Final = (*ROOT, "principals")
# Type of principal (RFC 9670 §2) -> the segment of URLs under which those are.
KINDS: Final[Mapping[str, str]] = {
    "individual": "user",
    "group": "group",
    "location": "room",
    "resource": "resource",
}
TYPES: Final[Mapping[str, str]] = {segment: type for type, segment in KINDS.items()}


class Delta(NamedTuple):
    """What changed among a collection's members (RFC 6578 §3.2)."""

    state: str  # from which the next answer goes on
    changed: Sequence[Resource]
    gone: Sequence[str]  # URLs
    more: bool = False  # `state` is not yet the newest
    names: tuple[str, ...] = ()  # of further members, that changed or are gone


class Resource:
    """Something that has a URL, seen by the one user who asks.

    Attributes:
        url: Its canonical path without the host, percent-encoded.
        owner_id: The principal that it belongs to; None: the server itself.
    """

    is_collection: ClassVar[bool] = False
    types: ClassVar[tuple[str, ...]] = ()  # of DAV:resourcetype
    methods: ClassVar[frozenset[str]] = frozenset({"OPTIONS", "PROPFIND", "REPORT"})
    privileges: ClassVar[Privilege] = privileges.STANDARD

    def __init__(self, url: str, owner_id: int | None = None) -> None:
        self.url = url
        self.owner_id = owner_id

    def canonical(self, ctx: DavContext) -> str:
        """Its URL in the home of whom it belongs to, where others may see it under another."""
        return self.url

    def resource_types(self, ctx: DavContext) -> tuple[str, ...]:
        """What kind of resource it is (DAV:resourcetype)."""
        return self.types

    @property
    def account_id(self) -> int | None:
        """The account that a change of it changes."""
        return self.owner_id

    def display_name(self, ctx: DavContext) -> str | None:
        """What people call it."""
        return None

    def etag(self, ctx: DavContext) -> str | None:
        """Its entity tag, in quotation marks; None if it has none."""
        return None

    def held(self, ctx: DavContext) -> frozenset[str]:
        """Names of the privileges that the user has."""
        return privileges.READING

    def dead_key(self, ctx: DavContext) -> Key | None:
        """Under what its dead properties are stored; None if it cannot have any."""
        return None

    def keeps_properties(self, ctx: DavContext) -> bool:
        """Whether the user may keep dead properties on it."""
        return self.dead_key(ctx) is not None

    def save(self, ctx: DavContext) -> None:
        """Write what setters put into it; for a new one, create it.

        Raises:
            CyrpyError: it cannot be; nothing was written.
        """

    def is_reference(self, ctx: DavContext) -> bool:
        """Whether it is another's, and only shown here: to remove it changes nothing of it."""
        return False

    def delete(self, ctx: DavContext) -> None:
        """Remove it with all that it holds; where `methods` has DELETE.

        Raises:
            DavError: the user may not, or it has to stay.
        """
        raise NotImplementedError

    def limit_of_upload(self, ctx: DavContext) -> int:
        """How many octets a new or changed member may have, or what is posted here."""
        return ctx.limits.upload_limit

    def prepare_post(self, ctx: DavContext, upload: Upload) -> Any:  # noqa: ANN401 - its own
        """Parse what was posted, before the writer's lock; where `methods` has POST.

        Raises:
            DavError: it is nothing that can be posted here.
        """
        raise NotImplementedError

    def post(self, ctx: DavContext, prepared: Any) -> Answer | None:  # noqa: ANN401
        """Do what the POST asks for, in the transaction; None: make a member of what was prepared.

        Raises:
            CyrpyError: the user may not, or there is something against it.
        """
        raise NotImplementedError

    def grants(self, ctx: DavContext) -> Mapping[int, str]:
        """Principal -> letters, of those whom it is shared with."""
        return {}

    def set_grants(self, ctx: DavContext, wanted: Mapping[int, str]) -> None:
        """Share it with exactly these principals; where `methods` has ACL.

        Raises:
            CyrpyError: it cannot be shared so.
        """
        raise NotImplementedError


class Collection(Resource):
    """A resource that has members; its URL ends with a slash.

    Attributes:
        makes: The methods that make a member at a URL where there is none yet.
        sync_tag: Names it in sync tokens; None: it cannot be synchronized.
    """

    is_collection = True
    methods = Resource.methods | {"GET", "HEAD"}
    makes: ClassVar[frozenset[str]] = frozenset()
    sync_tag: str | None = None

    def members(self, ctx: DavContext) -> Iterable[Resource]:
        """Those that the user may see."""
        return ()

    def member(self, name: str, ctx: DavContext) -> Resource | None:
        """The member of that name."""
        return None

    def whole(self, ctx: DavContext) -> Content | None:
        """All that is in it as one text, where GET is to give that and no list of members."""
        return None

    def members_named(self, names: Sequence[str], ctx: DavContext) -> Mapping[str, Resource]:
        """Those of the named members that there are; to be overridden by one look-up for all."""
        found = ((name, self.member(name, ctx)) for name in names)
        return {name: member for name, member in found if member is not None}

    def sheet(self, names: tuple[str, ...], ctx: DavContext) -> Sheet | None:
        """What writes these properties of all members from rows; None if that cannot be."""
        return None

    def sheet_columns(self, sheet: Sheet, ctx: DavContext) -> list[list[Any]]:
        """Its columns for all members that the user may see."""
        raise NotImplementedError

    def sheet_rows_named(self, sheet: Sheet, names: Sequence[str], ctx: DavContext) -> Rows:
        """The rows of those of the named members that there are, in any order."""
        raise NotImplementedError

    def make_room(self, ctx: DavContext, name: str, octets: int) -> None:
        """Make sure that so much may come, before it comes; where content is streamed.

        Raises:
            CyrpyError: it may not.
        """

    def prepare(self, ctx: DavContext, name: str, upload: Upload) -> Any:  # noqa: ANN401 - its own
        """Parse and convert what is to be stored, before the writer's lock.

        What is stored may change before `put`, so nothing is decided here that depends on it.

        Raises:
            DavError: it is nothing that can be stored here.
        """
        return upload

    def put(self, ctx: DavContext, name: str, found: Item | None, prepared: Any) -> Written:  # noqa: ANN401
        """Make or replace the member of that name, in the transaction.

        Raises:
            CyrpyError: the user may not, or there is something against it.
        """
        raise DavError(403, f"nothing can be stored in {self.url}")

    def prepare_post(self, ctx: DavContext, upload: Upload) -> Any:  # noqa: ANN401
        """As for a member of which no name is known yet (RFC 5995)."""
        return self.prepare(ctx, "", upload)

    def post(self, ctx: DavContext, prepared: Any) -> Answer | None:  # noqa: ANN401
        """A new member, with a name that `new_name` gives it."""
        return None

    def new_name(self, ctx: DavContext, prepared: Any) -> str:  # noqa: ANN401
        """A name that is free, for what comes without one (RFC 5995 §3.1)."""
        raise DavError(403, f"nothing can be added to {self.url}")

    def accept(
        self, ctx: DavContext, name: str, source: Item, found: Item | None, *, move: bool
    ) -> Written:
        """Take a copy of `source`, or the source itself, under that name in place of `found`.

        Raises:
            CyrpyError: the user may not, or it is nothing that can be stored here.
        """
        raise DavError(403, f"nothing can be stored in {self.url}")

    def relocate(self, ctx: DavContext, parent: Collection, name: str) -> Collection:
        """Move this collection, with all that is in it, to where nothing is now.

        Raises:
            CyrpyError: the user may not, or it cannot be there.
        """
        raise DavError(403, f"{self.url} cannot be moved")

    def draft(self, name: str, types: frozenset[str], ctx: DavContext) -> Resource:
        """A new member collection of these resource types, not yet saved (RFC 5689 §3).

        Raises:
            DavError: there can be none here.
        """
        raise DavError(403, f"no collection can be made in {self.url}")

    def sync_state(self, ctx: DavContext) -> str:
        """What changes whenever a member does; "0" while there never was one."""
        raise NotImplementedError

    def sync_members(self, ctx: DavContext) -> Iterable[tuple[int, Resource]]:
        """All members, in the order of numbers that no other member will ever have."""
        raise NotImplementedError

    def sync_listing(self, ctx: DavContext, state: str) -> Iterable[tuple[int, Resource]]:
        """Those members of whose end `sync_changes` tells who goes on from a state."""
        return self.sync_members(ctx)

    def sync_changes(self, ctx: DavContext, since: str, limit: int | None) -> Delta:
        """What changed since a state, at most `limit` members.

        Raises:
            CannotCalculateChanges: that cannot be told.
        """
        raise NotImplementedError


class Principal(Collection):
    """Who may be granted something: a user, group, room or resource (RFC 3744 §4)."""

    types = (DAV("collection"), DAV("principal"))
    methods = Resource.methods

    def __init__(self, row: PrincipalRow) -> None:
        super().__init__(collection(*principal_path(row)), row.id)
        self.row = row

    def display_name(self, ctx: DavContext) -> str | None:
        """As its user is called."""
        return self.row.display_name


def principal_path(row: PrincipalRow) -> tuple[str, ...]:
    """Where a principal is; a user's delegates are below the user."""
    delegates = owner_and_mode(row)
    if delegates is not None:
        owner, mode = delegates
        return (*PRINCIPALS, KINDS[INDIVIDUAL], owner, f"calendar-proxy-{mode}")
    return (*PRINCIPALS, KINDS[row.type], row.name)
