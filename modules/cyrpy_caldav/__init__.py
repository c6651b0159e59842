"""CalDAV (RFC 4791): calendars as a subtree of the shared WebDAV tree."""

from __future__ import annotations

from collections.abc import Iterable

from cyrpy.core import Core
from cyrpy.dav.app import DavApp
from cyrpy.dav.extension import DavExtension
from cyrpy.module import Module
from cyrpy_caldav import (
    capabilities,
    data_property,
    default_alarms,
    mkcalendar,
    objects,
    principal_properties,
    properties,
    proxies,
    publication_properties,
    scheduling_properties,
    scheduling_reports,
    subscriptions,
)
from cyrpy_caldav.lookup import resolve
from cyrpy_caldav.names import CALDAV
from cyrpy_caldav.reports import freebusy, multiget, query
from cyrpy_caldav.settings import CaldavSettings
from cyrpy_caldav.tree import PREFIX

EXTENSION = DavExtension(
    prefix=PREFIX,
    resolve=resolve,
    features=(
        "calendar-access",
        "calendar-auto-schedule",
        "calendar-availability",
        "calendar-managed-attachments",
        "calendar-no-timezone",
        "calendar-proxy",
        "calendar-query-extended",
        "calendarserver-sharing",
        "calendarserver-subscribed",
        "resource-sharing",
    ),
    properties=(
        *properties.PROPERTIES,
        *capabilities.PROPERTIES,
        *default_alarms.PROPERTIES,
        *objects.PROPERTIES,
        *data_property.PROPERTIES,
        *principal_properties.PROPERTIES,
        *scheduling_properties.PROPERTIES,
        *subscriptions.PROPERTIES,
        *proxies.PROPERTIES,
        *publication_properties.PROPERTIES,
    ),
    reports=(*multiget.REPORTS, *query.REPORTS, *freebusy.REPORTS, *scheduling_reports.REPORTS),
    methods=(mkcalendar.METHOD,),
    creates=("MKCOL", "MKCALENDAR"),
    subprincipals=proxies.SUBPRINCIPALS,
    too_large=CALDAV("max-resource-size"),
)


def offers(settings: CaldavSettings) -> Iterable[object]:
    """CalDAV's part of the tree, for principals and for reports that see all of it."""
    yield EXTENSION


def app(core: Core, settings: CaldavSettings) -> DavApp:
    """The sub-app that the host mounts at PREFIX."""
    return DavApp(core, EXTENSION, limits=settings)


module = Module(
    name="caldav",
    summary="Calendars over WebDAV (RFC 4791)",
    settings=CaldavSettings,
    prefixes=(PREFIX,),
    # Every client asks there for current-user-principal, and most for nothing else.
    well_known={"caldav": "/dav/principals/"},
    requires=("dav",),
    offers=offers,
    app=app,
)
