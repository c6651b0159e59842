"""What is at a URL: calendars and objects, and what is found only by those who know its URL."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cyrpy_caldav import attachment_items, hidden, tree
from cyrpy_caldav.attachment_items import FOLDER, attachment_at
from cyrpy_caldav.hidden import hidden_calendar

if TYPE_CHECKING:
    from cyrpy.dav.context import DavContext
    from cyrpy.dav.resource import Resource
    from cyrpy.dav.urls import Path


def resolve(path: Path, ctx: DavContext) -> Resource | None:
    """The resource at a path below the prefix, if the user may see it."""
    if len(path) == attachment_items.DEPTH and path[2].lower() == FOLDER:
        return attachment_at(path, ctx)
    found = tree.resolve(path, ctx)
    if found is None and len(path) == hidden.DEPTH:
        return hidden_calendar(path, ctx)
    return found
