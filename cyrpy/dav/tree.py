"""Tree: everything that the enabled DAV modules offer, as one tree of resources."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from cyrpy.dav.extension import DavExtension, Method
from cyrpy.dav.property import LiveProperty
from cyrpy.dav.report import Report
from cyrpy.dav.resource import Principal, Resource
from cyrpy.dav.urls import Path

if TYPE_CHECKING:
    from cyrpy.dav.context import DavContext


T = TypeVar("T")


class Tree:
    """Finds resources by path, and properties and reports by Clark name and type of resource."""

    def __init__(self, extensions: Iterable[DavExtension]) -> None:
        self.extensions = tuple(extensions)
        self._by_path = {tuple(e.prefix.strip("/").split("/")): e for e in self.extensions}
        self._deepest = max((len(path) for path in self._by_path), default=0)
        self.slow_reports = tuple(
            report.name.rpartition("}")[2].encode()
            for extension in self.extensions
            for report in extension.reports
            if report.slow
        )
        self._properties: dict[type[Resource], Mapping[str, LiveProperty[Any]]] = {}
        self._kept: dict[type[Any], Any] = {}
        self._reports: dict[type[Resource], Mapping[str, Report[Any]]] = {}

    def once(self, make: type[T]) -> T:
        """One of that class, made at its first use and then kept: what a process remembers."""
        kept = self._kept.get(make)
        if kept is None:
            kept = self._kept.setdefault(make, make())
        found: T = kept
        return found

    def methods(self) -> dict[str, Method]:
        """All methods, by name."""
        return {m.name: m for extension in self.extensions for m in extension.methods}

    def features(self) -> tuple[str, ...]:
        """All words of the DAV header, each once."""
        return tuple(dict.fromkeys(f for e in self.extensions for f in e.features))

    def owner(self, path: Path) -> DavExtension | None:
        """The extension whose prefix is the longest that the path begins with."""
        for length in range(min(len(path), self._deepest), 0, -1):
            extension = self._by_path.get(path[:length])
            if extension is not None:
                return extension
        return None

    def condition_of_size(self, path: Path) -> str | None:
        """The precondition of what is too large to be stored there."""
        owner = self.owner(path)
        return None if owner is None else owner.too_large

    def resolve(self, path: Path, ctx: DavContext) -> Resource | None:
        """The resource there, if the user may see it."""
        extension = self.owner(path)
        if extension is None:
            return None
        return extension.resolve(path[extension.prefix.count("/") :], ctx)

    def subprincipal(self, name: str, of: Principal, ctx: DavContext) -> Resource | None:
        """The principal of that name below another (caldav-proxy §5.1)."""
        for extension in self.extensions:
            if name in extension.subprincipals:
                return extension.subprincipals[name](of, ctx)
        return None

    def properties(self, type: type[Resource]) -> Mapping[str, LiveProperty[Any]]:
        """The live properties of that type, by name; a subclass's go before its parent's."""
        found = self._properties.get(type)
        if found is None:
            declared = [p for e in self.extensions for p in e.properties]
            found = self._properties[type] = _for_type(type, declared)
        return found

    def reports(self, type: type[Resource]) -> Mapping[str, Report[Any]]:
        """The reports of that type, by name."""
        found = self._reports.get(type)
        if found is None:
            declared = [r for e in self.extensions for r in e.reports]
            found = self._reports[type] = _for_type(type, declared)
        return found


def _for_type(type: type[Resource], declared: Iterable[Any]) -> dict[str, Any]:
    fitting = [d for d in declared if issubclass(type, d.on)]
    fitting.sort(key=lambda d: len(d.on.__mro__))
    return {d.name: d for d in fitting}
