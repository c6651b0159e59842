"""Body structure: EmailBodyPart objects, and what of them is text, HTML, attachment (RFC 8621)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from cyrpy.formats.mime import parameters, partid, transfer
from cyrpy.formats.mime.parameters import without_comments
from cyrpy.formats.mime.part import Part
from cyrpy.formats.mime.words import raw, unfold

MAX_NAME: Final = 1000  # characters of a file's name
MEDIA: Final = ("image/", "audio/", "video/")
_BODY_TYPES: Final = frozenset({"text/plain", "text/html"})
_SPACE: Final = re.compile(r"\s+")
_LANGUAGE: Final = re.compile(r"[A-Za-z0-9*-]+")


@dataclass(slots=True, eq=False)
class BodyPart:
    """One part as JMAP shows it (§4.1.4); `json` has the properties that are given by default."""

    part: Part
    letter: str  # of `transfer`
    json: dict[str, Any]
    subparts: list[BodyPart] | None

    @property
    def type(self) -> str:
        """Media type in lower case."""
        type: str = self.json["type"]
        return type

    @property
    def is_media(self) -> bool:
        """Whether it can be shown between texts."""
        return self.type.startswith(MEDIA)


@dataclass(slots=True)
class Body:
    """The body of a message: the tree, and the three lists that are made of it (§4.1.4)."""

    root: BodyPart
    text: list[BodyPart] = field(default_factory=list)
    html: list[BodyPart] = field(default_factory=list)
    attachments: list[BodyPart] = field(default_factory=list)
    leaves: list[BodyPart] = field(default_factory=list)

    @property
    def has_attachment(self) -> bool:
        """Whether there is something to offer for download: not what is shown with the text."""
        return any(_is_offered(part) for part in self.attachments)


def body_of(octets: bytes, root: Part, digest: bytes) -> Body:
    """The body of a message that was split; `digest` is the message's, for the ids of parts."""
    described = _Describer(octets, digest)
    body = Body(described.part(root))
    body.leaves = described.leaves
    _arrange([body.root], "mixed", _Lists(body.text, body.html, body.attachments))
    return body


class _Describer:
    """Makes the properties of parts, numbering those that have content."""

    def __init__(self, octets: bytes, digest: bytes) -> None:
        self._octets = octets
        self._digest = digest
        self.leaves: list[BodyPart] = []

    def part(self, part: Part) -> BodyPart:
        """One part with those below it."""
        octets = self._octets
        letter = transfer.letter_of(octets, part)
        disposition = part.first(octets, b"content-disposition")
        found = None if disposition is None else parameters.read(disposition)
        name = part.parameters.get("name")
        if found is not None:
            name = found.parameters.get("filename", name)
        json: dict[str, Any] = {
            "partId": None,
            "blobId": None,
            "size": 0,  # of multipart, which has no blob: there is nothing to download
            "name": None if name is None else parameters.displayed(name)[:MAX_NAME] or None,
            "type": part.type,
            "charset": _charset(part),
            "disposition": None if found is None else parameters.displayed(found.value) or None,
            "cid": self._cid(part),
            "language": self._language(part),
            "location": self._location(part),
        }
        if part.subparts is not None:
            return BodyPart(part, letter, json, [self.part(p) for p in part.subparts])
        made = BodyPart(part, letter, json, None)
        self.leaves.append(made)
        json["partId"] = str(len(self.leaves))
        json["blobId"] = partid.write(self._digest, part.body, part.end, letter)
        json["size"] = transfer.decoded_size(octets, part.body, part.end, letter)
        return made

    def _cid(self, part: Part) -> str | None:
        value = part.first(self._octets, b"content-id")
        if value is None:
            return None
        text = raw(value)
        if "(" in text:
            text = without_comments(text)
        return _SPACE.sub("", text).removeprefix("<").removesuffix(">") or None

    def _language(self, part: Part) -> list[str] | None:
        value = part.first(self._octets, b"content-language")
        return None if value is None else _LANGUAGE.findall(without_comments(raw(value))) or None

    def _location(self, part: Part) -> str | None:
        value = part.first(self._octets, b"content-location")
        return None if value is None else _SPACE.sub("", unfold(raw(value))) or None


def _charset(part: Part) -> str | None:
    """The charset parameter, or what is implied without it; null for what is no text."""
    given = part.parameters.get("charset")
    if given:
        words = parameters.displayed(given).split()
        if words:
            return words[0].strip("'")
    return "us-ascii" if part.implicit or part.type.startswith("text/") else None


@dataclass(slots=True)
class _Lists:
    """The lists that parts are put in; text and HTML are None where the other one was chosen."""

    text: list[BodyPart] | None
    html: list[BodyPart] | None
    attachments: list[BodyPart]
    in_alternative: bool = False

    def put(self, part: BodyPart) -> None:
        """A part that is shown where it stands."""
        if self.in_alternative:
            if part.type == "text/plain":
                self.html = None
            if part.type == "text/html":
                self.text = None
        if self.text is not None:
            self.text.append(part)
        if self.html is not None:
            self.html.append(part)
        if (self.text is None or self.html is None) and part.is_media:
            self.attachments.append(part)

    def put_alternative(self, part: BodyPart) -> None:
        """One of several forms of the same."""
        if part.type == "text/plain" and self.text is not None:
            self.text.append(part)
        elif part.type == "text/html" and self.html is not None:
            self.html.append(part)
        elif part.type not in _BODY_TYPES:
            self.attachments.append(part)


def _arrange(parts: Sequence[BodyPart], multipart: str, lists: _Lists) -> None:
    """Put the parts of a multipart into the lists, as §4.1.4 suggests."""
    before = (len(lists.text or ()), len(lists.html or ()))
    for position, part in enumerate(parts):
        if part.subparts is not None:
            kind = part.type.partition("/")[2]
            inside = lists.in_alternative or kind == "alternative"
            own = _Lists(lists.text, lists.html, lists.attachments, inside)
            _arrange(part.subparts, kind, own)
        elif not _is_inline(part, position, multipart):
            lists.attachments.append(part)
        elif multipart == "alternative":
            lists.put_alternative(part)
        else:
            lists.put(part)
    if multipart == "alternative" and lists.text is not None and lists.html is not None:
        _complete(lists.text, lists.html, before)


def _complete(text: list[BodyPart], html: list[BodyPart], before: tuple[int, int]) -> None:
    """What there was in one form only is shown in both."""
    text_found, html_found = len(text) > before[0], len(html) > before[1]
    if html_found and not text_found:
        text.extend(html[before[1] :])
    if text_found and not html_found:
        html.extend(text[before[0] :])


def _is_inline(part: BodyPart, position: int, multipart: str) -> bool:
    """Whether it belongs to what is read, and is not attached to it."""
    if part.json["disposition"] == "attachment":
        return False
    if part.type not in _BODY_TYPES and not part.is_media:
        return False
    if position == 0:
        return True
    return multipart != "related" and (part.is_media or not part.json["name"])


def _is_offered(part: BodyPart) -> bool:
    """Whether a client should offer it: not what an HTML text shows."""
    disposition, cid = part.json["disposition"], part.json["cid"]
    is_embedded = disposition is None and part.is_media and cid is not None
    return disposition != "inline" and not is_embedded
