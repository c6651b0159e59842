"""Resource, Collection and Principal: all that DAV methods know of what they act on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, ClassVar, Final, NamedTuple

from cyrpy.data.principals import PrincipalRow
from cyrpy.dav import privileges
from cyrpy.dav.errors import DavError
from cyrpy.dav.privileges import Privilege
from cyrpy.dav.urls import collection
from cyrpy.dav.xml import DAV

if TYPE_CHECKING:
    from cyrpy.data.dav import Key
    from cyrpy.dav.context import DavContext

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
    changed: list[Resource]
    gone: list[str]  # URLs
    more: bool = False  # `state` is not yet the newest


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

    def delete(self, ctx: DavContext) -> None:
        """Remove it with all that it holds; where `methods` has DELETE.

        Raises:
            DavError: the user may not, or it has to stay.
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
    """A resource that has members; its URL ends with a slash."""

    is_collection = True
    methods = Resource.methods | {"GET", "HEAD"}
    sync_tag: str | None = None  # names it in sync tokens; None: it cannot be synchronized

    def members(self, ctx: DavContext) -> Iterable[Resource]:
        """Those that the user may see."""
        return ()

    def member(self, name: str, ctx: DavContext) -> Resource | None:
        """The member of that name."""
        return None

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
    """Where a principal is."""
    return (*PRINCIPALS, KINDS[row.type], row.name)
