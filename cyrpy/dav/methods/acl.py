"""ACL: say who may do what (RFC 3744 §8.1)."""

from __future__ import annotations

from cyrpy.dav.acl import grants_of
from cyrpy.dav.answer import Answer
from cyrpy.dav.context import DavContext
from cyrpy.dav.errors import DavError
from cyrpy.dav.extension import Method
from cyrpy.dav.privileges import WRITE_ACL
from cyrpy.dav.xml import DAV


def acl(ctx: DavContext) -> Answer:
    """Share the resource with exactly those whom the body names; the owner's rights stay.

    Raises:
        DavError: 400 if the body is no DAV:acl, 403 for what cannot be granted.
    """
    resource, root = ctx.resource, ctx.request.xml
    if root is None or root.tag != DAV("acl"):
        raise DavError(400, "the body of ACL is a DAV:acl")
    ctx.require(resource, WRITE_ACL.name)
    ctx.locks.require(ctx.request.path)
    resource.set_grants(ctx, grants_of(root, resource, ctx))
    return Answer(200)


METHOD = Method("ACL", acl, has_body=True, writes=True)
