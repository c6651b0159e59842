"""A message as scripts see it, with the changes that they make to its header (RFC 5293)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import islice
from typing import Final, NamedTuple

from cyrpy.formats.mime import addresses, charsets, compose, html, transfer, words
from cyrpy.formats.mime.message import Message
from cyrpy.formats.mime.part import Part

MAX_BODY: Final = 1024 * 1024  # octets of one part that are looked at
MAX_TEXT: Final = 4 * 1024 * 1024  # characters of all parts together
MAX_PARTS: Final = 100
MAX_INSIDE: Final = 3  # messages within messages
MAX_FIELDS: Final = 5000  # of a header
MAX_ADDRESSES: Final = 1000  # of one field
_MESSAGES: Final = frozenset({"message/rfc822", "message/global"})
_HTML: Final = frozenset({"text/html", "application/xhtml+xml"})


class Field(NamedTuple):
    """One header field: its name, the octets after the colon, and where it stands."""

    name: str
    octets: bytes
    at: int | None  # its number in the message; None: a script added it


class View:
    """One message."""

    def __init__(self, message: Message) -> None:
        self.octets = octets = message.octets
        self.message = message
        fields = self.message.root.fields[:MAX_FIELDS]
        self.fields = [
            Field(one.name.decode("ascii", "replace"), octets[one.start : one.end], number)
            for number, one in enumerate(fields)
        ]
        self.is_edited = False
        self._by_name: dict[str, list[Field]] | None = None
        # By the octets of fields: scripts look at the same ones again and again.
        self._texts: dict[bytes, str] = {}
        self._addresses: dict[bytes, list[str]] = {}

    @property
    def size(self) -> int:
        """Octets of the message as it came."""
        return len(self.octets)

    def named(self, name: str) -> list[Field]:
        """The header fields of that name, in their order."""
        if self._by_name is None:
            self._by_name = {}
            for one in self.fields:
                self._by_name.setdefault(one.name.lower(), []).append(one)
        return self._by_name.get(name.lower(), [])

    def text(self, field: Field) -> str:
        """The value of a field as tests see it: decoded, on one line, no white space around."""
        found = self._texts.get(field.octets)
        if found is None:
            found = self._texts[field.octets] = words.text(field.octets).strip()
        return found

    def addresses(self, field: Field) -> list[str]:
        """The mail addresses in a field; an empty one is of a null path."""
        found = self._addresses.get(field.octets)
        if found is None:
            found = [one.email for one in islice(addresses.read(field.octets), MAX_ADDRESSES)]
            if not found and field.octets.strip() == b"<>":
                found = [""]
            self._addresses[field.octets] = found
        return found

    def add(self, name: str, value: str, *, is_last: bool) -> None:
        """Add a header field."""
        made = Field(name, compose.text(value), None)
        self.fields.insert(len(self.fields) if is_last else 0, made)
        self.is_edited, self._by_name = True, None

    def remove(self, gone: Sequence[Field]) -> None:
        """Take fields away."""
        marks = {id(one) for one in gone}
        self.fields = [one for one in self.fields if id(one) not in marks]
        self.is_edited |= bool(marks)
        self._by_name = None

    def edited(self) -> bytes:
        """The message with the header as scripts left it."""
        octets, root = self.octets, self.message.root
        newline = b"\r\n" if b"\r\n" in octets[:1000] or b"\n" not in octets else b"\n"
        lines: list[bytes] = []
        for one in self.fields:
            if one.at is None:
                added = one.octets.replace(b"\r\n", newline)
                lines.append(one.name.encode("ascii", "replace") + b":" + added)
            else:
                lines.append(self._line(one.at))
        lines += [self._line(at) for at in range(MAX_FIELDS, len(root.fields))]
        header = b"".join(line + newline for line in lines)
        return header + newline + octets[root.body : root.end]

    def _line(self, at: int) -> bytes:
        """A field of the message as it stands there."""
        field = self.message.root.fields[at]
        return field.name + b":" + self.octets[field.start : field.end].rstrip(b"\r\n")

    @cached_property
    def texts(self) -> list[str]:
        """The texts as people read them: `body :text` (RFC 5173 §5.3)."""
        return [
            html.text_of(text) if type in _HTML else text
            for type, text in self._parts
            if type.startswith("text/")
        ]

    @cached_property
    def raw(self) -> str:
        """All that follows the header, as it stands there: `body :raw` (§5.1)."""
        root = self.message.root
        octets = self.octets[root.body : min(root.end, root.body + MAX_TEXT)]
        return octets.decode("utf-8", "replace")

    def contents(self, types: Sequence[str]) -> list[str]:
        """The content of parts of those types: `body :content` (§5.2)."""
        return [text for type, text in self._parts if any(_is_of(type, one) for one in types)]

    @cached_property
    def _parts(self) -> list[tuple[str, str]]:
        """The parts, those of messages inside it with them: their types and contents."""
        found: list[tuple[str, str]] = []
        room = MAX_TEXT
        walk = _walk(self.octets, self.message.root, MAX_INSIDE)
        for octets, part in islice(walk, MAX_PARTS):
            text = _content(octets, part)[:room]
            room -= len(text)
            found.append((part.type, text))
            if room <= 0:
                break
        return found


def _walk(octets: bytes, root: Part, depth: int) -> Iterator[tuple[bytes, Part]]:
    for part in root.walk():
        yield octets, part
        if depth and part.type in _MESSAGES:
            inside = Message(_decoded(octets, part), b"")
            yield from _walk(inside.octets, inside.root, depth - 1)


def _decoded(octets: bytes, part: Part) -> bytes:
    content = octets[part.body : min(part.end, part.body + 2 * MAX_BODY)]
    return transfer.decode(content, transfer.letter_of(octets, part))[:MAX_BODY]


def _text(octets: bytes, part: Part) -> str:
    """The content of a part, in Unicode if it is text."""
    return charsets.decode(_decoded(octets, part), part.parameters.get("charset")).text


def _content(octets: bytes, part: Part) -> str:
    """What `body :content` sees of a part: of a message its header, its parts are their own."""
    if part.subparts is not None:  # what stands before the first part
        first = part.subparts[0].start if part.subparts else part.end
        before = octets[part.body : min(first, part.body + MAX_BODY)]
        return before.rpartition(b"--")[0].decode("utf-8", "replace")
    if part.type in _MESSAGES:
        inside = Message(_decoded(octets, part), b"")
        return inside.octets[: inside.root.body].decode("utf-8", "replace")
    return _text(octets, part)


def _is_of(type: str, wanted: str) -> bool:
    """Whether a media type is of a kind: all, a main type, or one type (§5.2)."""
    wanted = wanted.lower().strip()
    if not wanted:
        return True
    if wanted.startswith("/") or wanted.endswith("/") or wanted.count("/") > 1:
        return False
    return type == wanted if "/" in wanted else type.partition("/")[0] == wanted
