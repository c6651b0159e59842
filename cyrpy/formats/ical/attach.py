"""ATTACH of attachments that a server manages (RFC 8607 §4)."""

from __future__ import annotations

import re
from base64 import b64encode, urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Mapping

from cyrpy.formats.contentline import Line
from cyrpy.formats.ical.component import Component

MANAGED_ID = "MANAGED-ID"
# What the server calls attachments: the SHA-256 of the content, and what makes it the only one.
_NAME = re.compile(r"([A-Za-z0-9_-]{43})\.[0-9a-f]{8}", re.ASCII)


def managed_id_of(digest: bytes, token: bytes) -> str:
    """A managed id for what has that SHA-256; `token` are four octets by chance."""
    return f"{urlsafe_b64encode(digest).decode().rstrip('=')}.{token.hex()}"


def blob_id_in(managed_id: str | None) -> str | None:
    """The blob that a managed id means; None of one that was not made by `managed_id_of`."""
    found = _NAME.fullmatch(managed_id or "")
    return None if found is None else "G" + urlsafe_b64decode(found[1] + "=").hex()


def managed(component: Component) -> list[Line]:
    """The ATTACH properties of a component that name a managed attachment."""
    return [line for line in component.every("ATTACH") if line.param(MANAGED_ID)]


def managed_ids(calendar: Component) -> set[str]:
    """The ids of all managed attachments in a calendar object, alarms included."""
    return {
        id
        for inside in calendar.components
        for component in inside.walk()
        for line in managed(component)
        if (id := line.param(MANAGED_ID))
    }


def attach(url: str, managed_id: str, *, media_type: str, size: int, filename: str | None) -> Line:
    """ATTACH for an attachment."""
    params = {MANAGED_ID: managed_id, "FMTTYPE": media_type, "SIZE": str(size)}
    if filename:
        params["FILENAME"] = filename
    return Line.of("ATTACH", url, {name: value for name, value in params.items() if value})


def embedded(line: Line, octets: bytes) -> Line:
    """The same attachment with its content, for who cannot fetch it (RFC 5545 §3.8.1.1)."""
    kept = ("FMTTYPE", "FILENAME")
    params = {name: value for name in kept if (value := line.param(name))}
    inline = {"ENCODING": "BASE64", "VALUE": "BINARY"}
    return Line.of("ATTACH", b64encode(octets).decode(), params | inline)


def name(calendar: Component, managed_ids: Mapping[str, str]) -> Component:
    """The object in which ATTACHs of these URLs have their managed ids; URL -> managed id.

    One of ours that stands at another URL by now is taken away.
    """
    lines = [line for inside in calendar.components for line in _attachments(inside)]
    if all(_named(line, managed_ids) is line for line in lines):
        return calendar
    made = calendar.copy()
    for inside in made.components:
        for component in inside.walk():
            component.properties = [_named(line, managed_ids) for line in component.properties]
    return made


def _named(line: Line, managed_ids: Mapping[str, str]) -> Line:
    if line.name != "ATTACH":
        return line
    wanted, there = managed_ids.get(line.value), line.param(MANAGED_ID)
    is_past = blob_id_in(there) is not None and not line.value.endswith(f"/{there}")
    if wanted == there or (wanted is None and not is_past):
        return line
    kept = ("FMTTYPE", "SIZE", "FILENAME", "JSID")
    params = {name: value for name in kept if (value := line.param(name))}
    return Line.of("ATTACH", line.value, ({MANAGED_ID: wanted} if wanted else {}) | params)


def _attachments(component: Component) -> list[Line]:
    return [line for inside in component.walk() for line in inside.every("ATTACH")]


def add(components: Iterable[Component], line: Line) -> None:
    """Put ATTACH into components."""
    for component in components:
        component.properties.append(line)


def replace(calendar: Component, managed_id: str, line: Line) -> None:
    """Put another attachment in the place of one, wherever that is."""
    for component in calendar.components:
        component.properties = [
            line if _is(old, managed_id) else old for old in component.properties
        ]


def remove(components: Iterable[Component], managed_id: str) -> int:
    """Take an attachment out of components; from how many."""
    count = 0
    for component in components:
        if any(_is(line, managed_id) for line in component.properties):
            component.keep(lambda line: not _is(line, managed_id))
            count += 1
    return count


def _is(line: Line, managed_id: str) -> bool:
    return line.name == "ATTACH" and line.param(MANAGED_ID) == managed_id


def parts(calendar: Component) -> Mapping[str | None, Component]:
    """The components but time zones, by their RECURRENCE-ID as it was written."""
    return {
        component.value("RECURRENCE-ID"): component
        for component in calendar.components
        if component.name != "VTIMEZONE"
    }
