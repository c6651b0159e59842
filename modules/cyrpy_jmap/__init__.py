"""JMAP (RFC 8620): one API for mail, calendars and contacts, in today's dialect and in 2016's."""

from __future__ import annotations

from cyrpy.module import Module
from cyrpy_jmap.loading import app, lifespan, offers
from cyrpy_jmap.settings import JmapSettings

PREFIX = "/jmap"

module = Module(
    name="jmap",
    summary="JMAP (RFC 8620), with the classic dialect of 2016 on the same URL",
    settings=JmapSettings,
    prefixes=(PREFIX,),
    well_known={"jmap": f"{PREFIX}/", "POST jmap": f"{PREFIX}/auth/"},
    # The classic sign-in; and downloads by a signed URL, without an Authorization header.
    paths={"/auth": "none", "/download": "optional"},
    offers=offers,
    app=app,
    lifespan=lifespan,
    migrations="cyrpy_jmap:migrations",
)
