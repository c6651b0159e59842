"""Copying what COPY takes along: dead properties, and collections with all that is in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lxml import etree

from cyrpy.data import dav
from cyrpy.dav.errors import DavError
from cyrpy.dav.item import Item
from cyrpy.dav.markup import DECLARATIONS, render, tags
from cyrpy.dav.resource import Collection, Resource
from cyrpy.dav.urls import split

if TYPE_CHECKING:
    from cyrpy.data.dav import Key
    from cyrpy.dav.context import DavContext

MAX_COPIED: Final = 5000  # resources in one request


def copy_dead(source: Key | None, target: Key | None, ctx: DavContext, *, move: bool) -> None:
    """Give a copy, or what was moved, exactly the dead properties of its source."""
    if target is None or source == target:
        return
    wanted = dict(ctx.dead.of(source))
    stale = dict.fromkeys(name for name in ctx.dead.of(target) if name not in wanted)
    if wanted or stale:
        ctx.dead.change(target, {**stale, **wanted})
    if move and source is not None and wanted:
        dav.forget(ctx.unit, source)
        ctx.dead.changed(source)


def copy_collection(
    source: Collection, parent: Collection, name: str, ctx: DavContext, *, deep: bool
) -> Collection:
    """A new collection like `source`, with copies of its members if `deep`.

    Raises:
        CyrpyError: there can be none, or it would be more than MAX_COPIED resources.
    """
    return _Copying(ctx).collection(source, parent, name, deep=deep)


class _Copying:
    """One COPY; counts what it makes."""

    def __init__(self, ctx: DavContext) -> None:
        self._ctx = ctx
        self._count = 0

    def collection(
        self, source: Collection, parent: Collection, name: str, *, deep: bool
    ) -> Collection:
        """The copy of one collection."""
        self._counted()
        made = parent.draft(name, frozenset(source.types), self._ctx)
        if not isinstance(made, Collection):
            raise DavError(403, "a collection cannot be copied to here")
        _copy_live(source, made, self._ctx)
        made.save(self._ctx)
        copy_dead(source.dead_key(self._ctx), made.dead_key(self._ctx), self._ctx, move=False)
        for member in list(source.members(self._ctx)) if deep else ():
            self._member(member, made)
        return made

    def _member(self, member: Resource, parent: Collection) -> None:
        name = _name(member)
        if isinstance(member, Collection):
            self.collection(member, parent, name, deep=True)
        elif isinstance(member, Item):
            self._counted()
            written = parent.accept(self._ctx, name, member, None, move=False)
            key = member.dead_key(self._ctx)
            copy_dead(key, written.item.dead_key(self._ctx), self._ctx, move=False)

    def _counted(self) -> None:
        self._count += 1
        if self._count > MAX_COPIED:
            raise DavError(507, f"at most {MAX_COPIED} resources can be copied in one request")


def _name(member: Resource) -> str:
    return split(member.url)[-1]


def _copy_live(source: Resource, made: Resource, ctx: DavContext) -> None:
    """Set what clients can set, as a client would that reads one and writes the other."""
    for name, live in ctx.tree.properties(type(made)).items():
        if live.set is None or not isinstance(source, live.on):
            continue
        value = live.get(source, ctx)
        if value is None:
            continue
        start, end, _ = tags(name)
        inside = render(value, ctx.request.base)
        text = b"<x%b>%b%b%b</x>" % (DECLARATIONS, start, inside, end)
        live.set(made, live.parse(etree.fromstring(text)[0]), ctx)
