"""What a CALDAV:calendar-data element in a request asks for (RFC 4791 §9.6)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from cyrpy.dav.errors import DavError
from cyrpy.dav.xml import DAV, Element, children
from cyrpy.formats.ical.series import Window
from cyrpy.formats.ical.subset import CalendarData, Selection
from cyrpy_caldav.names import CALDAV
from cyrpy_caldav.ranges import window_of

ICALENDAR: Final = "text/calendar"
JCAL: Final = "application/calendar+json"
XCAL: Final = "application/calendar+xml"
JSCALENDAR: Final = "application/jscalendar+json"
# Media types of calendar objects, and their versions.
VERSIONS: Final[Mapping[str, str]] = {ICALENDAR: "2.0", JCAL: "2.0", XCAL: "2.0", JSCALENDAR: "2.0"}
ELEMENT: Final = CALDAV("calendar-data")
WHOLE: Final = CalendarData()


class Asked(NamedTuple):
    """The form in which calendar data is asked for, and which part of it."""

    media_type: str = ICALENDAR
    part: CalendarData = WHOLE

    @property
    def is_whole(self) -> bool:
        """Whether it is the object as it is stored."""
        return self.media_type == ICALENDAR and self.part == WHOLE


def asked_in(body: Element) -> Asked | None:
    """What the calendar-data in the DAV:prop of a request asks for; None if there is none.

    Raises:
        DavError: 403 supported-calendar-data, min-date-time; 400 for what is malformed.
    """
    prop = body.find(DAV("prop"))
    element = None if prop is None else prop.find(ELEMENT)
    return None if element is None else _asked(element)


def _asked(element: Element) -> Asked:
    media_type = element.get("content-type", ICALENDAR).partition(";")[0].strip().lower()
    version = element.get("version", VERSIONS.get(media_type, "")).strip()
    if VERSIONS.get(media_type) != version:
        names = ", ".join(f"{name} {known}" for name, known in VERSIONS.items())
        raise DavError(
            403,
            f"calendar data is given as {names}, not as {media_type[:80]} {version[:20]}",
            CALDAV("supported-calendar-data"),
        )
    parts: dict[str, Element] = {}
    for child in children(element):
        if str(child.tag) in parts:
            raise DavError(400, f"calendar-data holds {_local(child)} more than once")
        parts[str(child.tag)] = child
    windows = {
        name: window_of(parts[CALDAV(name)], both=True)
        for name in ("expand", "limit-recurrence-set", "limit-freebusy-set")
        if CALDAV(name) in parts
    }
    if "expand" in windows and "limit-recurrence-set" in windows:
        raise DavError(400, "calendar-data holds expand or limit-recurrence-set, not both")
    return Asked(media_type, _part(parts.get(CALDAV("comp")), windows))


def _part(comp: Element | None, windows: Mapping[str, Window]) -> CalendarData:
    selection = Selection()
    if comp is not None:
        if _name(comp) != "VCALENDAR":
            raise DavError(400, "the outermost comp in calendar-data is VCALENDAR")
        selection = _selection(comp)
    return CalendarData(
        selection,
        windows.get("expand"),
        windows.get("limit-recurrence-set"),
        windows.get("limit-freebusy-set"),
    )


def _selection(comp: Element) -> Selection:
    """A comp element; one that says nothing asks for everything, as in the example of §7.8.1."""
    props: dict[str, bool] = {}
    comps: dict[str, Selection] = {}
    found = {str(child.tag) for child in children(comp)}
    for child in children(comp):
        if child.tag == CALDAV("prop"):
            novalue = child.get("novalue", "no")
            if novalue not in {"yes", "no"}:
                raise DavError(400, "novalue of a prop in calendar-data is yes or no")
            props[_name(child)] = novalue == "no"
        elif child.tag == CALDAV("comp"):
            comps[_name(child)] = _selection(child)
    if not found:
        return Selection()
    return Selection(
        None if CALDAV("allprop") in found else props,
        None if CALDAV("allcomp") in found else comps,
    )


def _name(element: Element) -> str:
    name = element.get("name", "").strip().upper()
    if not name:
        raise DavError(400, f"{_local(element)} in calendar-data needs a name")
    return name


def _local(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]
