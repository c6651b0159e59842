"""A card made ready to be stored: parsed, judged, converted; before the writer's lock."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, NamedTuple

import orjson

from cyrpy.data.cardsearch import MAX_KIND
from cyrpy.data.keys import bounded, tag_of
from cyrpy.data.search import Document
from cyrpy.errors import FormatError
from cyrpy.formats.contentline import Line
from cyrpy.formats.ical.component import Component
from cyrpy.formats.ical.parse import Limits
from cyrpy.formats.textmatch import UNICODE_CASEMAP
from cyrpy.formats.textvalue import split, unescape
from cyrpy.formats.vcard import parse, validate, write
from cyrpy.formats.vcard.values import version
from cyrpy.groupware.cards.document import document
from cyrpy.groupware.cards.errors import Refused
from cyrpy.groupware.cards.media import with_blob_ids
from cyrpy.groupware.cards.rendering import VERSION, as_jscontact

MAX_SIZE: Final = 10 << 20  # octets
MAX_TOLD: Final = 3  # problems that one answer tells of
UTF_16: Final = (b"\xff\xfe", b"\xfe\xff")  # its byte order marks
LARGE: Final = 4096  # octets; only a larger vCard has an outline
LONG: Final = 2048  # characters of a value that an outline leaves out
LEFT_OUT: Final = "LEFT-OUT-BY-CYRPY"  # stands in an outline for a long value
MAX_SORTED: Final = 255  # octets of a sort key


class Prepared(NamedTuple):
    """A vCard, checked, with the columns that follow from its text.

    Attributes:
        octets: Those that came, where `exact` says so; else written anew.
        uid: As `cyrpy.data.keys` bounds it.
        sort_given: With those that follow, what JMAP sorts by.
        outline: The vCard without its long values, if it is large.
        rendering: Version of what made `jscontact`.
        created: What the card says of when, in unix seconds.
        document: Its words, for full-text search.
    """

    octets: bytes
    exact: bool
    uid: str
    etag: str
    version: str
    kind: str
    sort_given: bytes
    sort_surname: bytes
    sort_surname2: bytes
    sort_company: bytes
    outline: bytes | None
    rendering: int
    jscontact: bytes
    created: int | None
    updated: int | None
    document: Document

    def columns(self) -> dict[str, Any]:
        """The columns that follow from the card itself."""
        values = self._asdict()
        del values["exact"], values["document"]
        values["vcard"] = values.pop("octets")
        return {**values, "size": len(self.octets)}


def prepare(source: bytes | Component, max_size: int = MAX_SIZE) -> Prepared:
    """Make octets, which are kept as they are, or a tree that was made here, ready.

    Raises:
        Refused: it is not one valid vCard of a version that is stored here, or it is too large.
    """
    if isinstance(source, Component):
        card, octets = source, write.write(source)
    else:
        card, octets = _parsed(source, max_size)
    if len(octets) > max_size:
        raise _too_large(len(octets), max_size)
    problems = validate.problems(card)
    if problems:
        told = "; ".join(problem.description for problem in problems[:MAX_TOLD])
        raise Refused(problems[0].precondition, told)
    json, blob_ids = with_blob_ids(as_jscontact(card))
    return Prepared(
        octets,
        octets is source,
        bounded((card.text("UID") or "").strip()),
        tag_of(octets),
        version(card),
        bounded(json.get("kind", "individual"))[:MAX_KIND],
        *_names(json),
        _company(card),
        _outline(card, octets),
        VERSION,
        orjson.dumps(json),
        _moment(json.get("created")),
        _moment(json.get("updated")),
        document(json, blob_ids),
    )


def _moment(utc: str | None) -> int | None:
    """Unix seconds of a UTCDateTime."""
    try:
        return None if utc is None else int(datetime.fromisoformat(utc).timestamp())
    except ValueError:  # the sixtieth second
        return None


def _parsed(octets: bytes, max_size: int) -> tuple[Component, bytes]:
    """The card, and its octets; those of one in UTF-16 are written anew."""
    if len(octets) > max_size:
        raise _too_large(len(octets), max_size)
    try:
        card = parse.parse(octets, limits=Limits(max_octets=max_size))
    except FormatError as exc:
        raise Refused(validate.DATA, str(exc)) from exc
    return card, write.write(card) if octets[:2] in UTF_16 else octets


def _too_large(size: int, most: int) -> Refused:
    return Refused("max-resource-size", f"the card has {size} octets; at most {most} are accepted")


def _names(json: dict[str, Any]) -> tuple[bytes, bytes, bytes]:
    """Given name, surname and secondary surname, the first of each (RFC 9610 §3.3.2)."""
    components = json.get("name", {}).get("components", ())

    def key(kind: str) -> bytes:
        return _sorted(next((c["value"] for c in components if c.get("kind") == kind), ""))

    return key("given"), key("surname"), key("surname2")


def _company(card: Component) -> bytes:
    return _sorted(unescape(split(card.value("ORG") or "", ";")[0]))


def _sorted(value: str) -> bytes:
    """What two values are ordered by: as i;unicode-casemap has it, in octets."""
    return UNICODE_CASEMAP.key(value[:MAX_SORTED]).encode("utf-8", "replace")[:MAX_SORTED]


def _outline(card: Component, octets: bytes) -> bytes | None:
    """The vCard without its long values, so that looking for a name reads no photos."""
    if len(octets) <= LARGE:
        return None
    lines = [_shortened(line) for line in card.properties]
    if not any(line.value == LEFT_OUT for line in lines):
        return None
    return write.write(Component(card.name, lines, card.components))


def _shortened(line: Line) -> Line:
    if len(line.value) <= LONG:
        return line
    return Line(line.name, line.param_text, LEFT_OUT, None, line.group)
