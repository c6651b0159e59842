"""The HTTP methods of WebDAV, one to a file; they know resources, not what these stand for."""

from __future__ import annotations

from cyrpy.dav.methods import acl, delete, get, mkcol, options, propfind, proppatch, report

METHODS = (
    options.METHOD,
    *get.METHODS,
    propfind.METHOD,
    proppatch.METHOD,
    mkcol.METHOD,
    delete.METHOD,
    acl.METHOD,
    report.METHOD,
)
