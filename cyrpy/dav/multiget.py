"""Multiget: many named members in one answer (RFC 4791 §7.9, RFC 6352 §8.7)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from cyrpy.dav.answer import Answer
from cyrpy.dav.errors import DavError
from cyrpy.dav.multistatus import Multistatus, requested_properties
from cyrpy.dav.resource import Collection, Resource
from cyrpy.dav.sheet import Sheet
from cyrpy.dav.urls import Path, encode, path_of, split
from cyrpy.dav.xml import DAV, Element

if TYPE_CHECKING:
    from cyrpy.dav.context import DavContext

_PLAIN: Final = re.compile(r"[A-Za-z0-9_~@-][A-Za-z0-9._~@-]*")
MAX_HREFS: Final = 5000  # in one request
PAGE: Final = 100  # members whose texts are read at once


def multiget(resource: Resource, body: Element, ctx: DavContext) -> Answer:
    """The members that the body names, in its order; each that is not there is a 404.

    They are looked up all at once, by `Collection.members_named`.

    Raises:
        DavError: 400 if the body names none; 403 if it names more than MAX_HREFS.
    """
    hrefs = [(node.text or "").strip() for node in body.iterchildren(DAV("href"))]
    if not hrefs:
        raise DavError(400, "a multiget names members by at least one DAV:href")
    if len(hrefs) > MAX_HREFS:
        raise DavError(
            403,
            f"at most {MAX_HREFS} members may be asked for at once",
            DAV("number-of-matches-within-limits"),
        )
    names = requested_properties(body)
    result = Multistatus(ctx)
    here = split(resource.url)
    start = ctx.request.base + ctx.request.asked
    paths = {href: _near(href, start, here) or _path(href, ctx) for href in hrefs}  # each once
    sheet = resource.sheet(names, ctx) if isinstance(resource, Collection) else None
    if sheet is not None and isinstance(resource, Collection):
        _from_rows(sheet, resource, paths, result, ctx)
        return Answer.multistatus(result.body())
    found = _found(resource, paths, ctx)
    for href, path in paths.items():
        member = None if path is None else found.get(path)
        if member is None:
            result.missing(href)
        else:
            result.add(member, names)
            result.respell(ctx.spelled(member.url), href)
    return Answer.multistatus(result.body())


def _from_rows(
    sheet: Sheet,
    collection: Collection,
    paths: Mapping[str, Path | None],
    result: Multistatus,
    ctx: DavContext,
) -> None:
    """Answer from rows of the members, a page of them at a time."""
    here = split(collection.url)
    url = ctx.spelled(collection.url)
    asked = [(href, _name(path, here)) for href, path in paths.items()]
    for at in range(0, len(asked), PAGE):
        page = asked[at : at + PAGE]
        names = [name for _, name in page if name is not None]
        rows = {row[0]: row for row in collection.sheet_rows_named(sheet, names, ctx)}
        for href, name in page:
            row = None if name is None else rows.get(name)
            if row is None:
                result.missing(href)
            else:
                result.add_row(sheet, row, collection)
                result.respell(url + encode(row[0]), href)


def _name(path: Path | None, here: Path) -> str | None:
    """The name of the member of a collection that a path means."""
    return path[-1] if path is not None and path[:-1] == here else None


def _near(href: str, start: str, here: Path) -> Path | None:
    """What a plain name means that follows the URL of the request, as nearly all do."""
    name = href.removeprefix(start)
    if name is href or not start.endswith("/") or not _PLAIN.fullmatch(name):
        return None
    return (*here, name)


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
