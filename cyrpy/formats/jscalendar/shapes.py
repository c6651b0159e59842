"""The types of JSCalendar 2.0: which properties each has, and what they must be.

(draft-ietf-calext-jscalendarbis, §1.4 and §3; draft-ietf-jmap-calendars for what JMAP adds.)
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from cyrpy.formats.jscalendar import checks as c
from cyrpy.formats.jscalendar.checks import Check, Found
from cyrpy.formats.jscalendar.shape import (
    MAX_RULE_LIST,
    Deep,
    Shape,
    list_of,
    map_of,
    set_of,
    shapes_of,
)

MAX_LIST = 5000  # entries of a Group that are looked at


def _days(value: Any, at: str, found: Found) -> None:  # noqa: ANN401 - JSON
    if not isinstance(value, list) or not 0 < len(value) <= MAX_RULE_LIST:
        found.add(at, f"must be an array of 1 to {MAX_RULE_LIST} members")
        return
    for index, one in enumerate(value):
        N_DAY(one, f"{at}/{index}", found)


def _trigger(value: Any, at: str, found: Found) -> None:  # noqa: ANN401 - JSON
    if not isinstance(value, dict):
        found.add(at, "must be an object")
        return
    kind = value.get("@type", "OffsetTrigger")
    shape = _TRIGGERS.get(kind) if isinstance(kind, str) else OFFSET_TRIGGER
    if shape is not None:  # else one of a kind that is not known, which is kept
        shape.check(value, at + "/", found)


def _ical(value: Any, at: str, found: Found) -> None:  # noqa: ANN401 - JSON
    if not isinstance(value, dict) or not isinstance(value.get("name"), str):
        found.add(at, "must be an ICalComponent, which has a name")
        return
    for name, kind in (("properties", list), ("components", list), ("convertedProperties", dict)):
        if name in value and not isinstance(value[name], kind):
            found.add(f"{at}/{name}", "must be an array" if kind is list else "must be an object")


def _judged_elsewhere(_: Any, at: str, found: Found) -> None:  # noqa: ANN401 - JSON
    """recurrenceOverrides: by `schema`, as it needs the whole object."""


_DAY = c.one_of("mo", "tu", "we", "th", "fr", "sa", "su", vendor=False)
_TYPE = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,99}")

RELATION = Shape("Relation", {}, {"relation": set_of(c.matching(_TYPE, "a kind of relation"))})
LINK = Shape(
    "Link",
    {
        "href": c.uri,
        "blobId": c.text,  # of JMAP, in place of href
        "contentType": c.media_type,
        "size": c.number(),
        "rel": c.rel,
        "title": c.text,
    },
    {"display": set_of(c.one_of("badge", "graphic", "fullsize", "thumbnail"))},
    reserved="cid extra",
)
LINKS = map_of(LINK)
LOCATION = Shape(
    "Location",
    {"name": c.text, "coordinates": c.geo},
    {
        "locationTypes": set_of(c.matching(_TYPE, "a type of location")),
        "links": LINKS,
        "iCalendar": _ical,
    },
    reserved="description relativeTo timeZone extra",
)
VIRTUAL_LOCATION = Shape(
    "VirtualLocation",
    {"name": c.text, "uri": c.uri},
    {
        "features": set_of(
            c.one_of("audio", "chat", "feed", "moderator", "phone", "screen", "video")
        )
    },
    ("uri",),
    reserved="description extra",
)
N_DAY = Shape("NDay", {"day": _DAY, "nthOfPeriod": c.nonzero(366)}, mandatory=("day",))
RULE = Shape(
    "RecurrenceRule",
    {
        "frequency": c.one_of(
            "yearly", "monthly", "weekly", "daily", "hourly", "minutely", "secondly", vendor=False
        ),
        "interval": c.number(1, 10**9),
        "count": c.number(1, 10**9),
        "until": c.local_date_time,
        "rscale": c.matching(re.compile(r"[a-z0-9-]+"), "the name of a calendar", 40),
        "skip": c.one_of("omit", "backward", "forward", vendor=False),
        "firstDayOfWeek": _DAY,
    },
    {
        "byDay": _days,
        "byMonthDay": list_of(c.nonzero(31)),
        "byMonth": list_of(c.month),
        "byYearDay": list_of(c.nonzero(385)),
        "byWeekNo": list_of(c.nonzero(56)),
        "byHour": list_of(c.number(0, 23)),
        "byMinute": list_of(c.number(0, 59)),
        "bySecond": list_of(c.number(0, 60)),
        "bySetPosition": list_of(c.nonzero(385)),
    },
    ("frequency",),
)
OFFSET_TRIGGER = Shape(
    "OffsetTrigger",
    {"offset": c.signed_duration, "relativeTo": c.one_of("start", "end", vendor=False)},
    mandatory=("offset",),
)
ABSOLUTE_TRIGGER = Shape("AbsoluteTrigger", {"when": c.utc_date_time}, mandatory=("when",))
_TRIGGERS = {"OffsetTrigger": OFFSET_TRIGGER, "AbsoluteTrigger": ABSOLUTE_TRIGGER}
RELATED = map_of(RELATION, c.uid)
ALERT = Shape(
    "Alert",
    {"acknowledged": c.utc_date_time, "action": c.one_of("display", "email")},
    {"trigger": _trigger, "relatedTo": map_of(RELATION), "iCalendar": _ical},
    ("trigger",),
)
_PROGRESS = ("needs-action", "in-process", "completed", "failed", "cancelled")
PARTICIPANT = Shape(
    "Participant",
    {
        "name": c.text,
        "email": c.email,
        "description": c.text,
        "descriptionContentType": c.text_type,
        "calendarAddress": c.uri,
        "kind": c.one_of("individual", "group", "location", "resource"),
        "participationStatus": c.one_of(
            "needs-action", "accepted", "declined", "tentative", "delegated"
        ),
        "expectReply": c.boolean,
        "sentBy": c.email,
        "progress": c.one_of("in-process", "completed", "failed"),
        "percentComplete": c.number(0, 100),
        "scheduleSequence": c.number(),  # of JMAP, as is the next one
        "scheduleUpdated": c.utc_date_time,
    },
    {
        "roles": set_of(
            c.one_of("owner", "optional", "informational", "chair", "required", "assignee")
        ),
        "delegatedTo": set_of(c.uri),
        "delegatedFrom": set_of(c.uri),
        "memberOf": set_of(c.uri),
        "links": LINKS,
        "iCalendar": _ical,
    },
    reserved="""extra invitedBy participationComment scheduleAgent scheduleForceSend scheduleStatus
        sendTo language locationId progressUpdated""",
)
_ATTENDING = frozenset(
    """email kind roles participationStatus expectReply sentBy delegatedTo delegatedFrom memberOf
    progress""".split()  # noqa: SIM905
)


def _link(value: Mapping[str, Any], at: str, found: Found) -> None:
    if "href" not in value and "blobId" not in value:
        found.add(at + "href", "is missing")


def _location(value: Mapping[str, Any], at: str, found: Found) -> None:
    if not value.keys() - {"@type"}:
        found.add(at.rstrip("/"), "must have at least one property")


def _participant(value: Mapping[str, Any], at: str, found: Found) -> None:
    if "calendarAddress" not in value and not _ATTENDING.isdisjoint(value):
        names = ", ".join(sorted(_ATTENDING & value.keys()))
        found.add(at + "calendarAddress", f"must be set beside {names}")
    if "descriptionContentType" in value and "description" not in value:
        found.add(at + "descriptionContentType", "must not be set without description")
    if value.get("roles") == {}:
        found.add(at + "roles", "must have at least one role")


def _rule(value: Mapping[str, Any], at: str, found: Found) -> None:
    if "count" in value and "until" in value:
        found.add(at + "count", "must not be set beside until")


LINK.rule = _link
LOCATION.rule = _location
PARTICIPANT.rule = _participant
RULE.rule = _rule

_SHARED: Mapping[str, Check] = {
    "uid": c.uid,
    "version": c.one_of("2.0", vendor=False),
    "prodId": c.text,
    "created": c.utc_date_time,
    "updated": c.utc_date_time,
    "title": c.text,
    "description": c.text,
    "descriptionContentType": c.text_type,
    "locale": c.language,
    "color": c.color,
}
_SETS: Mapping[str, Deep] = {
    "keywords": set_of(c.text),
    "categories": set_of(c.uri),
    "links": LINKS,
    "iCalendar": _ical,
}
_FLAT: Mapping[str, Check] = {
    **_SHARED,
    "sequence": c.number(),
    "method": c.matching(re.compile(r"[a-z-]+"), "a method of iTIP in lower case", 40),
    "showWithoutTime": c.boolean,
    "mainLocationId": c.identifier,
    "recurrenceId": c.local_date_time,
    "recurrenceIdTimeZone": c.time_zone,
    "priority": c.number(0, 9),
    "freeBusyStatus": c.one_of("free", "busy", "tentative", "unavailable"),
    "privacy": c.one_of("public", "private", "secret"),
    "organizerCalendarAddress": c.uri,
    "sentBy": c.email,
    "timeZone": c.time_zone,
    "start": c.local_date_time,
    "useDefaultAlerts": c.boolean,  # of JMAP, as are the next three
    "mayInviteSelf": c.boolean,
    "mayInviteOthers": c.boolean,
    "hideAttendees": c.boolean,
}
_DEEP: Mapping[str, Deep] = {
    **_SETS,
    "relatedTo": RELATED,
    "locations": map_of(LOCATION),
    "virtualLocations": map_of(VIRTUAL_LOCATION),
    "recurrenceRule": RULE,
    "recurrenceOverrides": _judged_elsewhere,
    "participants": map_of(PARTICIPANT),
    "alerts": map_of(ALERT),
}
_OBSOLETE = """extra excluded recurrenceRules excludedRecurrenceRules replyTo requestStatus
    timeZones localizations"""
EVENT = Shape(
    "Event",
    {
        **_FLAT,
        "duration": c.duration,
        "endTimeZone": c.time_zone,
        "status": c.one_of("confirmed", "cancelled", "tentative"),
    },
    _DEEP,
    ("@type", "uid", "updated", "start"),
    _OBSOLETE + " due estimatedDuration percentComplete progress",
)
# Of JMAP's tasks (draft-ietf-jmap-tasks-06): work, checklists and comments.
_ORDER = c.number(0, 2**31 - 1)
PERSON = Shape("Person", {"name": c.text, "uri": c.uri, "principalId": c.text})
CHECK_ITEM = Shape(
    "CheckItem",
    {
        "title": c.text,
        "sortOrder": _ORDER,
        "updated": c.utc_date_time,
        "isComplete": c.boolean,
    },
    {"assignee": PERSON, "assigneee": PERSON},  # the second is how the draft has it
    ("title", "isComplete"),
)
CHECKLIST = Shape("Checklist", {"title": c.text}, {"checkItems": shapes_of(CHECK_ITEM)})
COMMENT = Shape(
    "Comment",
    {"message": c.text, "created": c.utc_date_time, "updated": c.utc_date_time},
    {"author": PERSON},
    ("message",),
)
TASK = Shape(
    "Task",
    {
        **_FLAT,
        "due": c.local_date_time,
        "estimatedDuration": c.duration,
        "percentComplete": c.number(0, 100),
        "progress": c.one_of(*_PROGRESS),
        "sortOrder": _ORDER,
        "workflowStatus": c.one_of(*_PROGRESS, "pending", vendor=False),
        "estimatedWork": c.number(),
        "impact": c.text,
    },
    {**_DEEP, "checklists": map_of(CHECKLIST), "comments": map_of(COMMENT)},
    ("@type", "uid", "updated"),
    _OBSOLETE + " progressUpdated duration endTimeZone status",
)
OBJECTS = {"Event": EVENT, "Task": TASK}
GROUP = Shape(
    "Group",
    {
        **_SHARED,
        "source": c.uri,
        "entries": lambda v: None if isinstance(v, list) else "must be an array",
    },
    _SETS,
    ("@type", "uid", "updated", "version", "entries"),
    "extra",
)
