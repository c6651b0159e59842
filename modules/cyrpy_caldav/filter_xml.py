"""CALDAV:filter from XML, checked: what is wrong with it is said before anything is looked at.

RFC 4791 §7.8 (valid-filter, supported-filter, supported-collation) and §9.7.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from cyrpy.dav.errors import DavError
from cyrpy.dav.xml import Element, children
from cyrpy.formats.textmatch import ASCII_CASEMAP, OCTET, UNICODE_CASEMAP, Collation, matcher
from cyrpy_caldav.filter import CompFilter, Filter, ParamFilter, PropFilter, TextMatch
from cyrpy_caldav.names import CALDAV
from cyrpy_caldav.ranges import window_of

MAX_CONDITIONS: Final = 200  # in one filter; each costs time for each object
COLLATIONS: Final = (ASCII_CASEMAP, OCTET, UNICODE_CASEMAP)
_BY_NAME: Final[Mapping[str, Collation]] = {
    "default": ASCII_CASEMAP,  # RFC 4791 §7.5
    **{collation.identifier: collation for collation in COLLATIONS},
}
_PARTS: Final = frozenset({"PARTICIPANT", "VLOCATION", "VRESOURCE"})  # RFC 9073
_ALARMS: Final = frozenset({"VALARM"}) | _PARTS
# Which components may be in which; those whose name begins with X- may be anywhere.
NESTING: Final[Mapping[str, frozenset[str]]] = {
    "VCALENDAR": frozenset(
        {"VEVENT", "VTODO", "VJOURNAL", "VFREEBUSY", "VTIMEZONE", "VAVAILABILITY"}
    ),
    "VEVENT": _ALARMS,
    "VTODO": _ALARMS,
    "VJOURNAL": _PARTS,
    "VFREEBUSY": _PARTS,
    "VALARM": frozenset({"VLOCATION"}),  # RFC 9074 §8
    "VTIMEZONE": frozenset({"STANDARD", "DAYLIGHT"}),
    "VAVAILABILITY": frozenset({"AVAILABLE"}),
}
_KNOWN: Final = frozenset().union(NESTING, *NESTING.values())
# Components that a time-range can be asked of, and properties.
TIMED: Final = NESTING["VCALENDAR"] - {"VTIMEZONE"} | {"AVAILABLE", "VALARM"}
_DATES: Final = """
    COMPLETED CREATED DTEND DTSTAMP DTSTART DUE LAST-MODIFIED RECURRENCE-ID EXDATE RDATE FREEBUSY
    ACKNOWLEDGED TRIGGER
"""
TIMES: Final = frozenset(_DATES.split())
_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,100}")


def filter_of(body: Element) -> Filter:
    """What the one CALDAV:filter in a report says.

    Raises:
        DavError: 403 valid-filter, supported-filter, supported-collation or min-date-time.
    """
    given = body.findall(CALDAV("filter"))
    if len(given) != 1:
        raise _invalid(f"there are {len(given)} CALDAV:filter elements where one is expected")
    conditions = sum(1 for _ in given[0].iter(CALDAV("*"))) - 1
    if conditions > MAX_CONDITIONS:
        raise _unsupported(f"a filter has at most {MAX_CONDITIONS} elements here")
    comps = _parts(given[0], "filter", {"comp-filter"})["comp-filter"]
    if not comps or any(_name(comp) != "VCALENDAR" for comp in comps):
        raise _invalid("a filter holds a comp-filter of the name VCALENDAR")
    return Filter(tuple(_comp(comp, "VCALENDAR") for comp in comps), _any_of(given[0]))


def _comp(element: Element, name: str) -> CompFilter:
    allowed = {"is-not-defined", "time-range", "prop-filter", "comp-filter"}
    parts = _parts(element, f"comp-filter {name}", allowed)
    if parts["is-not-defined"]:
        return CompFilter(name, is_defined=False)
    window = None
    for time_range in parts["time-range"]:
        if name not in TIMED:
            wrong = _invalid if name in _KNOWN else _unsupported
            raise wrong(f"{name} has no time that a time-range could mean")
        window = window_of(time_range, "valid-filter")
    return CompFilter(
        name,
        window=window,
        props=tuple(_prop(prop) for prop in parts["prop-filter"]),
        comps=tuple(_comp(comp, _inside(name, _name(comp))) for comp in parts["comp-filter"]),
        any_of=_any_of(element),
    )


def _inside(outer: str, inner: str) -> str:
    """The name of a component inside another, if it can be there."""
    if inner.startswith("X-") or outer.startswith("X-") or inner in NESTING.get(outer, ()):
        return inner
    if inner in _KNOWN:
        raise _invalid(f"there is no {inner} inside {outer}")
    raise _unsupported(f"components of the name {inner} are not known here")


def _prop(element: Element) -> PropFilter:
    name = _name(element)
    allowed = {"is-not-defined", "time-range", "text-match", "param-filter"}
    parts = _parts(element, f"prop-filter {name}", allowed)
    if parts["is-not-defined"]:
        return PropFilter(name, is_defined=False)
    window = None
    for time_range in parts["time-range"]:
        if name not in TIMES and not name.startswith("X-"):
            raise _invalid(f"{name} is no date or time, so it cannot have a time-range")
        window = window_of(time_range, "valid-filter")
    return PropFilter(
        name,
        window=window,
        texts=tuple(map(_text, parts["text-match"])),
        params=tuple(map(_param, parts["param-filter"])),
        any_of=_any_of(element),
    )


def _param(element: Element) -> ParamFilter:
    name = _name(element)
    parts = _parts(element, f"param-filter {name}", {"is-not-defined", "text-match"})
    if parts["is-not-defined"]:
        return ParamFilter(name, is_defined=False)
    return ParamFilter(name, text=_text(parts["text-match"][0]) if parts["text-match"] else None)


def _text(element: Element) -> TextMatch:
    asked = element.get("collation", "default").strip()
    collation = _BY_NAME.get(asked)
    if collation is None:
        names = ", ".join(known.identifier for known in COLLATIONS)
        raise DavError(
            403,
            f"collation {asked[:60]!r} is none of {names}",
            CALDAV("supported-collation"),
        )
    match_type = element.get("match-type", "contains")
    if match_type not in {"equals", "contains", "starts-with", "ends-with"}:
        raise _invalid("match-type is equals, contains, starts-with or ends-with")
    negated = element.get("negate-condition", "no")
    if negated not in {"yes", "no"}:
        raise _invalid("negate-condition is yes or no")
    text = element.text or ""
    is_exact = match_type == "equals" and collation is OCTET and negated == "no"
    test = matcher(text, collation, match_type)
    return TextMatch(test, text, negated == "yes", is_exact)


# Elements of which there is at most one.
_SINGLE: Final = frozenset({"is-not-defined", "time-range"})


def _parts(element: Element, where: str, allowed: Iterable[str]) -> dict[str, list[Element]]:
    """The child elements by name; those of other namespaces are ignored (RFC 4918 §17)."""
    parts: dict[str, list[Element]] = {name: [] for name in allowed}
    for child in children(element):
        uri, _, name = str(child.tag)[1:].rpartition("}")
        if f"{{{uri}}}" != CALDAV(""):
            continue
        if name not in parts:
            raise _invalid(f"{where} cannot hold a CALDAV:{name[:40]}")
        parts[name].append(child)
    for name in _SINGLE.intersection(parts):
        if len(parts[name]) > 1:
            raise _invalid(f"{where} holds CALDAV:{name} more than once")
    if parts.get("is-not-defined") and sum(map(len, parts.values())) > 1:
        raise _invalid(f"{where}: nothing else can be asked of what is not defined")
    if where.startswith("param-filter") and len(parts["text-match"]) > 1:
        raise _invalid(f"{where} holds CALDAV:text-match more than once")
    return parts


def _any_of(element: Element) -> bool:
    test = element.get("test", "allof")
    if test not in {"allof", "anyof"}:
        raise _invalid("test is allof or anyof")
    return test == "anyof"


def _name(element: Element) -> str:
    name = element.get("name", "").strip()
    if _NAME.fullmatch(name) is None:
        kind = str(element.tag).rpartition("}")[2]
        raise _invalid(f"{kind} needs a name, of letters, digits and hyphens")
    return name.upper()


def _invalid(description: str) -> DavError:
    return DavError(403, description, CALDAV("valid-filter"))


def _unsupported(description: str) -> DavError:
    return DavError(403, description, CALDAV("supported-filter"))
