"""Which IANA zone a client means: by the name it uses, else by the rules that it sends."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path

from cyrpy.formats.ical.component import Component
from cyrpy.formats.ical.fingerprint import by_rules, fixed
from cyrpy.formats.tzif import release

MAX_TZID = 255  # characters; a longer one is no name that we could know

# Names that Outlook and Exchange show for zones without naming a city.
_REGIONS = {
    "alaska": "America/Anchorage",
    "arizona": "America/Phoenix",
    "atlantic time (canada)": "America/Halifax",
    "brasilia": "America/Sao_Paulo",
    "central america": "America/Guatemala",
    "central time (us & canada)": "America/Chicago",
    "coordinated universal time": "Etc/UTC",
    "eastern time (us & canada)": "America/New_York",
    "fiji": "Pacific/Fiji",
    "greenland": "America/Nuuk",
    "greenwich mean time": "Etc/UTC",
    "hawaii": "Pacific/Honolulu",
    "indiana (east)": "America/Indiana/Indianapolis",
    "international date line west": "Etc/GMT+12",
    "mountain time (us & canada)": "America/Denver",
    "newfoundland": "America/St_Johns",
    "pacific time (us & canada)": "America/Los_Angeles",
    "samoa": "Pacific/Apia",
    "saskatchewan": "America/Regina",
    "west central africa": "Africa/Lagos",
    "z": "Etc/UTC",
}
_DISPLAY = re.compile(r"\((?:UTC|GMT)(?P<offset>[-+]\d\d:?\d\d)?\)\s*(?P<places>.+)", re.IGNORECASE)
_FIXED = re.compile(r"(?:UTC|GMT)?(?P<offset>[-+]\d{1,2}(?::?\d\d)?)", re.IGNORECASE)


def guess(component: Component | None, tzid: str) -> str | None:
    """The IANA name for a TZID and its VTIMEZONE, if there is one; None: nothing fits.

    A name is believed first, then X-LIC-LOCATION and TZID-ALIAS-OF. Else the zone is sought that
    does from now on what the component says; of several, one whose city or abbreviations the
    component names.
    """
    found = by_name(tzid)
    if found is not None or component is None:
        return found
    for line in component.properties:
        if line.name in {"X-LIC-LOCATION", "TZID-ALIAS-OF"}:
            found = by_name(line.value)
            if found is not None:
                return found
    return by_rules(component, tzid)


def by_name(tzid: str) -> str | None:
    """The IANA name that a TZID is, ends in, or is another system's word for."""
    name = tzid.strip().strip('"').strip()
    if not name or len(name) > MAX_TZID:
        return None
    found = release.find(name) or windows_names().get(name.lower()) or _REGIONS.get(name.lower())
    return found or _by_suffix(name) or _by_offset(name) or _by_display_name(name)


@cache
def windows_names() -> Mapping[str, str]:
    """Windows names in lower case to IANA names, as CLDR's windowsZones maps them.

    The table is a file of the icalendar package. It is loaded by its path, as importing all of
    icalendar would take 200 ms of a request.
    """
    package = find_spec("icalendar")
    if package is None or package.origin is None:
        return {}
    path = Path(package.origin).parent / "timezone" / "windows_to_olson.py"
    spec = spec_from_file_location("_windows_to_olson", path)
    if spec is None or spec.loader is None:
        return {}
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return {windows.lower(): iana for windows, iana in module.WINDOWS_TO_OLSON.items()}


def _by_suffix(name: str) -> str | None:
    """`/freeassociation.sourceforge.net/Tzfile/Europe/Berlin`, `tzone://Microsoft/Utc`."""
    segments = name.split("/")
    for count in (3, 2, 1):
        if len(segments) > count:
            found = release.find("/".join(segments[-count:]))
            if found is not None:
                return found
    return None


def _by_offset(name: str) -> str | None:
    """`GMT+01:00`, `UTC-5`: a fixed offset, for which IANA has names if it is of whole hours."""
    found = _FIXED.fullmatch(name)
    return None if found is None else fixed(_seconds(found["offset"]))


def _by_display_name(name: str) -> str | None:
    """`(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna`."""
    found = _DISPLAY.fullmatch(name)
    if found is None:
        return None
    offset = _seconds(found["offset"]) if found["offset"] else 0
    places = found["places"].lower()
    region = _REGIONS.get(places) or _REGIONS.get(places.partition(":")[0].strip())
    for place in re.split(r"[,:/]", places):
        for zone in _cities().get(place.strip(), ()):
            if offset in _offsets(zone):
                return zone
    return region


@cache
def _cities() -> Mapping[str, Sequence[str]]:
    """The zones that are named after a place, by its name in lower case."""
    cities: dict[str, list[str]] = {}
    for name in release.names():
        area, _, place = name.rpartition("/")
        if area and area != "Etc":
            cities.setdefault(place.replace("_", " ").lower(), []).append(name)
    return cities


def _offsets(name: str) -> set[int]:
    """The offsets that a zone uses from now on."""
    zone = release.load(name)
    if zone.footer is None:
        return set()
    daylight = zone.footer.daylight
    return {zone.footer.standard.offset} | ({daylight.type.offset} if daylight else set())


def _seconds(offset: str) -> int:
    digits = offset[1:].replace(":", "")
    hours, minutes = (int(digits[:-2]), int(digits[-2:])) if len(digits) > 2 else (int(digits), 0)
    return (-1 if offset[0] == "-" else 1) * (hours * 3600 + minutes * 60)
