"""Multiget: many named members in one answer (RFC 4791 §7.9, RFC 6352 §8.7)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Final

from cyrpy.dav.answer import Answer
from cyrpy.dav.errors import DavError
from cyrpy.dav.multistatus import Multistatus, requested_properties
from cyrpy.dav.resource import Collection, Resource
from cyrpy.dav.sheet import Sheet
from cyrpy.dav.urls import Path, all_plain, path_of, split
from cyrpy.dav.xml import DAV, Element

if TYPE_CHECKING:
    from cyrpy.dav.context import DavContext

_NO_NAMES: Final = frozenset({"", ".", ".."})
MAX_HREFS: Final = 5000  # in one request
PAGE: Final = 100  # members whose texts are read at once
FEW: Final = 64  # members that the event loop may read itself


def multiget(resource: Resource, body: Element, ctx: DavContext) -> Answer:
    """The members that the body names, in its order; each that is not there is a 404.

    They are looked up all at once, by `Collection.members_named`.

    Raises:
        DavError: 400 if the body names none; 403 if it names more than MAX_HREFS.
    """
    hrefs = _hrefs(body)
    if not hrefs:
        raise DavError(400, "a multiget names members by at least one DAV:href")
    if len(hrefs) > MAX_HREFS:
        raise DavError(
            403,
            f"at most {MAX_HREFS} members may be asked for at once",
            DAV("number-of-matches-within-limits"),
        )
    names = ctx.request.said(requested_properties)
    result = Multistatus(ctx)
    sheet = resource.sheet(names, ctx) if isinstance(resource, Collection) else None
    if sheet is not None and isinstance(resource, Collection):
        _from_rows(sheet, resource, hrefs, result, ctx)
        return Answer.multistatus(result.body())
    paths = {href: _path(href, ctx) for href in hrefs}  # each once
    found = _found(resource, paths, ctx)
    for href, path in paths.items():
        member = None if path is None else found.get(path)
        if member is None:
            result.missing(href)
        else:
            result.add(member, names)
            result.respell(ctx.spelled(member.url), href)
    return Answer.multistatus(result.body())


def is_brief(resource: Resource, body: Element, ctx: DavContext) -> bool:
    """Whether rows tell all that is asked for, of not many members."""
    if not isinstance(resource, Collection) or len(body) > FEW:
        return False
    return resource.sheet(ctx.request.said(requested_properties), ctx) is not None


def _hrefs(body: Element) -> list[str]:
    return [(node.text or "").strip() for node in body.iterchildren(DAV("href"))]


def _from_rows(
    sheet: Sheet,
    collection: Collection,
    hrefs: Sequence[str],
    result: Multistatus,
    ctx: DavContext,
) -> None:
    """Answer from rows of the members, a page of them at a time."""
    plain = _plain_names(hrefs, ctx.spelled(collection.url))
    every = list((plain or _names(hrefs, split(collection.url), ctx)).items())
    for at in range(0, len(every), PAGE):
        page = every[at : at + PAGE]
        names = [name for _, name in page if name is not None]
        rows = {row[0]: row for row in collection.sheet_rows_named(sheet, names, ctx)}
        for is_there, run in groupby(page, key=lambda pair: pair[1] in rows):
            asked = dict(run)
            if is_there:
                told = [rows[name] for name in asked.values() if name is not None]
                result.add_rows(sheet, told, collection, () if plain else tuple(asked))
            else:
                for href in asked:
                    result.missing(href)


def _plain_names(hrefs: Sequence[str], start: str) -> dict[str, str] | None:
    """Href -> name, where all are below the collection and spelled plainly, as nearly all are."""
    if not all(href.startswith(start) for href in hrefs):
        return None
    names = [href[len(start) :] for href in hrefs]
    if not all_plain(names) or not _NO_NAMES.isdisjoint(names):
        return None
    return dict(zip(hrefs, names, strict=True))


def _names(hrefs: Sequence[str], here: Path, ctx: DavContext) -> dict[str, str | None]:
    """Href -> name; None for what is not in the collection."""
    paths = {href: _path(href, ctx) for href in hrefs}
    return {
        href: path[-1] if path is not None and path[:-1] == here else None
        for href, path in paths.items()
    }


def _path(href: str, ctx: DavContext) -> Path | None:
    """What it means; None if that can be nothing here."""
    try:
        return path_of(href, ctx.request.base)
    except DavError:
        return None


def _found(
    resource: Resource, paths: Mapping[str, Path | None], ctx: DavContext
) -> dict[Path, Resource]:
    """Those that are there and in the collection, or are the resource itself (RFC 4791 §7.9)."""
    here = split(resource.url)
    within = [path for path in paths.values() if path is not None and path[: len(here)] == here]
    if not isinstance(resource, Collection):
        return {here: resource} if here in within else {}
    names = [path[-1] for path in within if len(path) == len(here) + 1]
    members = resource.members_named(names, ctx)
    found = {(*here, name): member for name, member in members.items()}
    for path in within:  # what is deeper, where homes are asked
        deeper = ctx.resolve(path) if len(path) > len(here) + 1 else None
        if deeper is not None:
            found[path] = deeper
    return found
