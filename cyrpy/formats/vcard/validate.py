"""What RFC 6352 §5.1 asks of an address object, and RFC 2426 and RFC 6350 of what is in it.

Tolerant where clients are known to be sloppy: no N in 3.0, VERSION that is not the first line,
values of BDAY or REV that are no dates, lines that are no content lines.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import islice
from typing import NamedTuple

from cyrpy.formats.contentline import Line
from cyrpy.formats.ical.component import Component
from cyrpy.formats.textvalue import escape
from cyrpy.formats.vcard import media
from cyrpy.formats.vcard.values import V3, V4, full_name, is_binary, version

DATA = "valid-address-data"
SUPPORTED = "supported-address-data"
VERSIONS = (V3, V4)

MAX_PROBLEMS = 20


class Problem(NamedTuple):
    """One thing that is wrong.

    Attributes:
        precondition: The name of the CardDAV element that says so (RFC 6352 §6.3.2.1).
        description: What is wrong where, for the person who asked.
        is_mendable: Whether `mended` mends it: a server may do so and then answer without ETag.
    """

    precondition: str
    description: str
    is_mendable: bool = False


def problems(card: Component, supported: Collection[str] = VERSIONS) -> list[Problem]:
    """All that keeps a VCARD from being an address object; at most MAX_PROBLEMS.

    Args:
        card: What `parse` gave.
        supported: The versions that the collection takes.
    """
    return list(islice(_all(card, supported), MAX_PROBLEMS))


def mended(card: Component, uid: str) -> Component:
    """A copy with the VERSION, UID and FN that it lacks; `uid` is for one that has none."""
    twin = card.copy()
    if not version(card):
        twin.drop("VERSION")
        twin.properties.insert(0, Line.of("VERSION", V3))
    if not (card.text("UID") or "").strip():
        twin.put(Line.of("UID", escape(uid)))
    if card.first("FN") is None:
        twin.put(Line.of("FN", escape(full_name(card))))
    return twin


def warnings(card: Component) -> list[str]:
    """What is tolerated, but is not as the RFCs say."""
    found = []
    if version(card) == V3 and card.first("N") is None:
        found.append("VCARD has no N, which 3.0 asks for")
    first = card.properties[0] if card.properties else None
    if version(card) == V4 and first is not None and first.name != "VERSION":
        found.append("VERSION is not the first property, as 4.0 asks")
    if any(not line.name and line.value.strip() for line in card.properties):
        found.append("VCARD has lines that are no content lines")
    return found


def _all(card: Component, supported: Collection[str]) -> Iterator[Problem]:
    if card.name != "VCARD":
        yield Problem(DATA, f"{card.name[:40]} is no VCARD")
    yield from _version(card, supported)
    yield from _mandatory(card)
    if card.components:
        name = card.components[0].name
        yield Problem(DATA, f"VCARD has a component in it, BEGIN:{name[:40]}; only 2.1 allows that")
    for line in card.properties:
        if _is_broken(line):
            yield Problem(DATA, f"{line.name}: the value is not base64")


def _mandatory(card: Component) -> Iterator[Problem]:
    for name in ("UID", "VERSION"):
        if len(card.every(name)) > 1:
            yield Problem(DATA, f"VCARD has several {name}; there can be one")
    if not (card.text("UID") or "").strip():
        yield Problem(DATA, "VCARD has no UID", True)
    if card.first("FN") is None:
        yield Problem(DATA, "VCARD has no FN", True)


def _is_broken(line: Line) -> bool:
    return (
        line.name in media.FAMILIES
        and is_binary(line.params)
        and media.decode_base64(line.value) is None
    )


def _version(card: Component, supported: Collection[str]) -> Iterator[Problem]:
    given = version(card)
    if not given:
        yield Problem(DATA, "VCARD has no VERSION", True)
    elif given not in supported:
        takes = " and ".join(sorted(supported))
        yield Problem(SUPPORTED, f"VERSION:{given[:20]} is not supported, only {takes}")
