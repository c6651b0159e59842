"""REPORT (RFC 3253 §3.6)."""

from __future__ import annotations

from cyrpy.dav.answer import Answer
from cyrpy.dav.context import DavContext
from cyrpy.dav.errors import DavError
from cyrpy.dav.extension import Method
from cyrpy.dav.xml import DAV


def report(ctx: DavContext) -> Answer:
    """Run the report that the body names.

    Raises:
        DavError: 400 without a body; 403 supported-report for one that is not known here.
    """
    resource, root = ctx.resource, ctx.request.xml
    if root is None:
        raise DavError(400, "the body of REPORT names the report")
    found = ctx.tree.reports(type(resource)).get(str(root.tag))
    if found is None:
        raise DavError(
            403,
            f"there is no report {str(root.tag)[:200]} on this resource; "
            "DAV:supported-report-set tells which there are",
            DAV("supported-report"),
        )
    return found.run(resource, root, ctx)


METHOD = Method("REPORT", report, has_body=True)
