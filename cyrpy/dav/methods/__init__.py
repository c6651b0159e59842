"""The HTTP methods of WebDAV, one to a file; they know resources, not what these stand for."""

from __future__ import annotations

from cyrpy.dav.methods import (
    acl,
    copymove,
    delete,
    get,
    lock,
    mkcol,
    options,
    post,
    propfind,
    proppatch,
    put,
    report,
)

METHODS = (
    options.METHOD,
    *get.METHODS,
    propfind.METHOD,
    proppatch.METHOD,
    mkcol.METHOD,
    put.METHOD,
    post.METHOD,
    *copymove.METHODS,
    delete.METHOD,
    *lock.METHODS,
    acl.METHOD,
    report.METHOD,
)
