"""REPORT (RFC 3253 §3.6)."""

from __future__ import annotations

from typing import Any

from cyrpy.dav.answer import Answer
from cyrpy.dav.context import DavContext
from cyrpy.dav.errors import DavError
from cyrpy.dav.extension import Method
from cyrpy.dav.report import Report
from cyrpy.dav.resource import Resource
from cyrpy.dav.xml import DAV, Element


def report(ctx: DavContext) -> Answer:
    """Run the report that the body names.

    Raises:
        DavError: 400 without a body; 403 supported-report for one that is not known here.
    """
    resource, root = ctx.resource, ctx.request.xml
    if root is None:
        raise DavError(400, "the body of REPORT names the report")
    found = _named(resource, root, ctx)
    if found is None:
        raise DavError(
            403,
            f"there is no report {str(root.tag)[:200]} on this resource; "
            "DAV:supported-report-set tells which there are",
            DAV("supported-report"),
        )
    return found.run(resource, root, ctx)


def is_brief(ctx: DavContext) -> bool:
    """As the report says itself; what there is not is refused at once."""
    resource, root = ctx.found, ctx.request.xml
    if resource is None or root is None:
        return True
    found = _named(resource, root, ctx)
    return found is None or (found.brief is not None and found.brief(resource, root, ctx))


def _named(resource: Resource, root: Element, ctx: DavContext) -> Report[Any] | None:
    return ctx.tree.reports(type(resource)).get(str(root.tag))


METHOD = Method("REPORT", report, has_body=True, brief=is_brief)
