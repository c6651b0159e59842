"""The part of the tree that holds calendars: all that it declares."""

from __future__ import annotations

from cyrpy.dav.extension import DavExtension
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
