"""DavExtension: what a module adds to the WebDAV tree."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cyrpy.data.threads import Lane
from cyrpy.dav.answer import Answer

if TYPE_CHECKING:
    from cyrpy.dav.context import DavContext
    from cyrpy.dav.limits import DavLimits
    from cyrpy.dav.property import LiveProperty
    from cyrpy.dav.report import Report
    from cyrpy.dav.resource import Principal, Resource
    from cyrpy.dav.urls import Path

Resolve = Callable[["Path", "DavContext"], "Resource | None"]
Subprincipal = Callable[["Principal", "DavContext"], "Resource | None"]


@dataclass(frozen=True)
class Method:
    """One HTTP method.

    A reading one runs in a snapshot, a writing one in a transaction; `on_new` ones make the
    resource at their URL, so there may be none yet. What `prepare` makes, in a snapshot before
    the transaction, is `ctx.prepared` in `run`. What is `brief` costs less than the way to a
    database thread and back, and waits for nobody: with SQLite the event loop does it itself.
    """

    name: str
    run: Callable[[DavContext], Answer]
    has_body: bool = False
    uploads: bool = False  # the body is content, and may be as large as a resource
    writes: bool = False
    on_new: bool = False
    prepare: Callable[[DavContext], Any] | None = None
    # What can be refused before a long body has come.
    foresee: Callable[[DavContext], None] | None = None
    # Accounts that it changes besides that of the resource.
    accounts: Callable[[DavContext], Iterable[int | None]] | None = None
    # Whether there is little to read, and nothing to convert.
    brief: Callable[[DavContext], bool] | None = None

    @property
    def lane(self) -> Lane:
        """Where it runs, unless its body says that it will take long."""
        return Lane.WORK if self.writes else Lane.QUICK


@dataclass(frozen=True)
class DavExtension:
    """A subtree, and the properties, reports and methods of what is in it."""

    prefix: str  # /dav/calendars
    resolve: Resolve  # the resource at a path below the prefix
    features: tuple[str, ...] = ()  # words of the DAV header
    properties: tuple[LiveProperty[Any], ...] = ()
    reports: tuple[Report[Any], ...] = ()
    methods: tuple[Method, ...] = ()
    creates: tuple[str, ...] = field(default=())  # methods that its collections take on new URLs
    # Principals below each principal, by the last part of their URL.
    subprincipals: Mapping[str, Subprincipal] = field(default_factory=dict)
    streams: bool = False  # content is taken and kept in a stream, however large it is
    limits: DavLimits | None = None  # for what its resources ask wherever the request came in
    too_large: str | None = None  # precondition of what is too large for a resource, where one is
