"""vCard to JSContact (RFC 9555 §2), with the dialects of Apple and others."""

from __future__ import annotations

from typing import Any

from cyrpy.errors import FormatError
from cyrpy.formats.ical.component import Component
from cyrpy.formats.jscontact import gather, localized, patches, schema
from cyrpy.formats.jscontact.checks import is_language
from cyrpy.formats.jscontact.readers import READERS, map_of, unknown
from cyrpy.formats.jscontact.reading import Label, Reading, prop_id
from cyrpy.formats.vcard.upgrade import line_to_v4

_AS_V4 = frozenset(("PHOTO", "LOGO", "SOUND", "KEY", "GEO", "TZ"))


def card(vcard: Component) -> dict[str, Any]:
    """The Card that a vCard of any version says (RFC 9555 §2).

    Raises:
        FormatError: It has more lines than are read.
    """
    return read(vcard).card


def read(vcard: Component, *, jsprops: bool = True) -> Reading:
    """The same, with which line says what.

    Args:
        vcard: What `vcard.parse` gave.
        jsprops: Whether what JSPROP lines say is taken up.

    Raises:
        FormatError: It has more lines than are read.
    """
    reading = Reading(vcard)
    later = _survey(reading)
    readers = READERS
    is_v4 = reading.is_v4
    for index, line in enumerate(reading.lines):
        if index in later:
            continue
        name = line.name
        if not is_v4 and name in _AS_V4:
            line = line_to_v4(line)  # noqa: PLW2901
            name = line.name
        readers.get(name, unknown)(reading, index, line)
    gather.name(reading)
    gather.address_lines(reading)
    gather.occasion_places(reading)
    if later:
        localized.read(reading, sorted(later))
    if "members" in reading.card:
        gather.members(reading)
    if reading.groups:
        gather.labels(reading)
        gather.titles(reading)
    if jsprops and reading.jsprops:
        _apply(reading)
    return reading


def _survey(reading: Reading) -> set[int]:
    """Groups, labels, keys and the language; which lines are for other languages."""
    tagged: list[int] = []
    for index, line in enumerate(reading.lines):
        if line.group:
            reading.groups.setdefault(line.group, []).append(index)
            if line.name == "X-ABLABEL" and line.group not in reading.labels:
                reading.labels[line.group] = Label(index, line.text)
        elif line.name == "LANGUAGE" and is_language(line.value.strip()):
            reading.language = reading.language or line.value.strip()
        text = line.param_text
        if text:
            upper = text.upper()
            if "PROP-ID" in upper and (given := prop_id(line)):
                reading.reserved.add((map_of(line.name), given))
            if "LANGUAGE" in upper or "PHONETIC" in upper:
                tagged.append(index)
    return localized.later(reading, tagged) if tagged else set()


def _apply(reading: Reading) -> None:
    """JSPROP lines together are one patch, valid or without effect (RFC 9555 §3.2.1)."""
    patch = {pointer: value for _, pointer, value in reading.jsprops}
    if len(patch) < len(reading.jsprops):
        return
    try:
        patched = patches.apply(reading.card, patch)
    except FormatError:
        return
    if schema.problems(patched):
        return
    reading.card = patched
