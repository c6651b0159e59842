"""DavContext: what a method, property or report may use while it serves one request."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, TypeVar

from cyrpy.core import Core
from cyrpy.data import principals
from cyrpy.data.invitations import SHARED_CONTAINERS
from cyrpy.data.principals import PrincipalRow
from cyrpy.data.unit import Unit
from cyrpy.dav.deadprops import DeadProperties
from cyrpy.dav.errors import DavError, need_privileges
from cyrpy.dav.limits import DavLimits
from cyrpy.dav.locks import Locks
from cyrpy.dav.markup import Href
from cyrpy.dav.request import Request
from cyrpy.dav.resource import Collection, Principal, Resource, principal_path
from cyrpy.dav.tree import Tree
from cyrpy.dav.urls import can_be_echoed, collection, path_of
from cyrpy.groupware.access import Actor
from cyrpy.groupware.proxies import owner_and_mode
from cyrpy.groupware.userids import UserIds

if TYPE_CHECKING:
    from cyrpy.dav.urls import Path

T = TypeVar("T")


class DavContext:
    """One request in one unit; what it looked up once it remembers."""

    def __init__(
        self, unit: Unit, request: Request, core: Core, tree: Tree, limits: DavLimits
    ) -> None:
        self.unit = unit
        self.request = request
        self.core = core
        self.tree = tree
        self.limits = limits
        self.prepared: Any = None  # what the method made before the transaction
        self.sync_state: str | None = None  # of the collection that a report is about
        identity = request.identity
        self.user_id = identity.principal_id
        self.actor = Actor(identity.principal_id, identity.principals)
        self.dead = DeadProperties(unit, self.user_id)
        self._principals: dict[int, PrincipalRow | None] = {}
        self._named: dict[str, PrincipalRow | None] = {}
        self._hrefs: dict[int | None, Href | None] = {}
        self._found: dict[Path, Resource | None] = {}
        self._shared: dict[tuple[int, str], frozenset[int]] = {}
        self._once: dict[Callable[[DavContext], Any], Any] = {}

    def once(self, make: Callable[[DavContext], T]) -> T:
        """What `make` makes of the request, made once and then remembered."""
        if make not in self._once:
            self._once[make] = make(self)
        made: T = self._once[make]
        return made

    def again(self, unit: Unit, prepared: Any) -> DavContext:  # noqa: ANN401 - the method's own
        """The same request in the unit that writes; of what was found, names hold there too.

        A principal keeps its number while it has the name. What it owns, and who may do what, is
        looked up anew.
        """
        other = DavContext(unit, self.request, self.core, self.tree, self.limits)
        other.prepared = prepared
        other._named = {name: row for name, row in self._named.items() if row is not None}
        return other

    @cached_property
    def locks(self) -> Locks:
        """The locks that the request meets."""
        return Locks(self)

    def look_again(self) -> None:
        """Forget what was found: there is something else now."""
        self._found.clear()
        self.__dict__.pop("found", None)
        self.__dict__.pop("parent", None)

    @cached_property
    def found(self) -> Resource | None:
        """The resource at the request's URL, if there is one that the user may see."""
        return self.resolve(self.request.path)

    @property
    def resource(self) -> Resource:
        """The resource at the request's URL.

        Raises:
            DavError: 404.
        """
        if self.found is None:
            raise DavError(404, "there is nothing at this URL")
        return self.found

    @cached_property
    def parent(self) -> Collection | None:
        """The collection in which the request's URL is."""
        found = self.resolve(self.request.path[:-1])
        return found if isinstance(found, Collection) else None

    def resolve(self, path: Path) -> Resource | None:
        """The resource at a path."""
        if path not in self._found:
            self._found[path] = self.tree.resolve(path, self)
        return self._found[path]

    def at(self, href: str) -> Resource | None:
        """The resource that an href in the request means.

        Raises:
            DavError: 400 if it is no URL.
        """
        path = path_of(href, self.request.base)
        return None if path is None else self.resolve(path)

    def require(self, resource: Resource, privilege: str) -> None:
        """Make sure that the user has a privilege.

        Raises:
            DavError: 403 need-privileges.
        """
        if privilege not in resource.held(self):
            raise need_privileges(self.request.base + resource.url, privilege)

    def principal_row(self, id: int) -> PrincipalRow | None:
        """A principal by its number."""
        if id not in self._principals:
            self._principals[id] = self.unit.first(principals.BY_ID, id=id)
        return self._principals[id]

    def principal_named(self, type: str, name: str) -> PrincipalRow | None:
        """A principal by its name, spelled as for sign-in."""
        if name not in self._named:
            self._named[name] = self.unit.kept(name, partial(self._of_login, name))
        row = self._named[name]
        if row is None or row.type != type or owner_and_mode(row) is not None:
            return None  # delegates are found by their owner
        self._principals[row.id] = row
        return row

    def _of_login(self, name: str) -> PrincipalRow | None:
        userid = UserIds.of(self.core.settings).of_login(name)
        return self.unit.first(principals.BY_NAME, name=userid)

    def shared_containers(self, account_id: int, kind: str) -> frozenset[int]:
        """The account's containers of a kind on which somebody has rights, or is invited to."""
        key = (account_id, kind)
        if key not in self._shared:
            found = self.unit.all(SHARED_CONTAINERS, account_id=account_id, kind=kind)
            self._shared[key] = frozenset(number for (number,) in found)
        return self._shared[key]

    def principal_href(self, id: int | None) -> Href | None:
        """The URL of a principal."""
        if id not in self._hrefs:
            row = None if id is None else self.principal_row(id)
            self._hrefs[id] = None if row is None else Href(collection(*principal_path(row)))
        return self._hrefs[id]

    def principal(self, id: int) -> Principal | None:
        """A principal as a resource."""
        row = self.principal_row(id)
        return None if row is None else Principal(row)

    @cached_property
    def _spelling(self) -> tuple[str, str]:
        """The canonical URL of the request's resource, and how the request spelled it."""
        canonical, asked = self.found.url if self.found else "", self.request.asked
        if canonical.endswith("/") and not asked.endswith("/"):
            asked += "/"
        if not canonical or not can_be_echoed(asked):
            return canonical, canonical
        return canonical, asked

    def spelled(self, url: str) -> str:
        """The URL of a resource, spelled as the request spelled it.

        Clients compare what they get with what they asked for, some of them letter by letter.
        """
        canonical, asked = self._spelling
        if canonical != asked and url.startswith(canonical):
            url = asked + url[len(canonical) :]
        return self.request.base + url
