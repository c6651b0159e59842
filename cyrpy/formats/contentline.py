"""Content lines, which iCalendar and vCard share (RFC 5545 §3.1, RFC 6350 §3.3, RFC 6868)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from cyrpy.errors import FormatError
from cyrpy.formats import textvalue

MAX_OCTETS = 75  # of one physical line, without its end
LINE_END = "\r\n"

Params = dict[str, tuple[str, ...]]

# Names as the RFCs spell them: a name that is found here needs no closer look.
_NAMES = """
    BEGIN END VERSION PRODID CALSCALE METHOD UID DTSTAMP DTSTART DTEND DUE DURATION SUMMARY
    DESCRIPTION LOCATION STATUS TRANSP CLASS SEQUENCE PRIORITY CREATED LAST-MODIFIED RRULE RDATE
    EXDATE RECURRENCE-ID ORGANIZER ATTENDEE CATEGORIES COMMENT URL GEO ATTACH ACTION TRIGGER
    REPEAT ACKNOWLEDGED TZID TZNAME TZOFFSETFROM TZOFFSETTO X-LIC-LOCATION RELATED-TO COMPLETED
    PERCENT-COMPLETE FREEBUSY COLOR CONFERENCE FN N ORG TITLE EMAIL TEL ADR NOTE PHOTO BDAY REV
    NICKNAME KIND MEMBER
"""
_COMMON = {name: name for name in _NAMES.split()}
_FOLD = re.compile(r"(?:\r\n|\n|\r)[ \t]")
_UNFOLDED_END = {end: re.compile(end + r"(?![ \t])") for end in ("\r\n", "\n", "\r")}
_HEAD_START = r"\s*+(?:(?P<group>[A-Za-z0-9_-]++)\.)?+(?P<name>[^\s:;,=.\"]++)[ \t]*+"
_HEAD = re.compile(_HEAD_START + r'(?:;(?P<params>(?:[^":]|"[^"]*+")*+))?+:')
_LOOSE_HEAD = re.compile(_HEAD_START + r"(?:;(?P<params>[^:]*+))?+:")
_PARAM = re.compile(r'(?P<name>[^=;]*+)(?:=(?P<values>(?:[^";]|"[^"]*+"|")*+))?+(?:;|$)')
_PARAM_VALUE = re.compile(r'((?:[^",]|"[^"]*+"|")*+)(?:,|$)')
_CIRCUMFLEX = re.compile(r"\^([n^'])")
_DECODED = {"n": "\n", "^": "^", "'": '"'}
_NEEDS_QUOTES = re.compile(r"[,;:]")
_CONTROL = dict.fromkeys((*range(9), *range(10, 32), 127))


class Line:
    """One content line; immutable, so that what nobody replaced is written as it was read.

    Attributes:
        name: In upper case, without the group.
        param_text: Parameters as they were written, without the first semicolon.
        value: Unfolded, but encoded as the type of the property asks.
        raw: The characters that were read, or None if the line was made here; CRLF at the end
            is left out, any other line end is part of it.
        group: Of a vCard property (RFC 6350 §3.3).
    """

    __slots__ = ("_params", "group", "name", "param_text", "raw", "value")

    _params: Params

    def __init__(
        self,
        name: str,
        param_text: str,
        value: str,
        raw: str | None = None,
        group: str | None = None,
    ) -> None:
        self.name = name
        self.param_text = param_text
        self.value = value
        self.raw = raw
        self.group = group

    @classmethod
    def of(
        cls,
        name: str,
        value: str,
        params: Mapping[str, str | Sequence[str]] | None = None,
        group: str | None = None,
    ) -> Line:
        """A new line; `params` are plain texts, which are encoded here (RFC 6868)."""
        return cls(name, encode_params(params) if params else "", value, None, group)

    @property
    def params(self) -> Params:
        """Decoded values by name in upper case; of a name without `=`, as in vCard 2.1, none."""
        try:
            return self._params
        except AttributeError:
            self._params = decode_params(self.param_text) if self.param_text else {}
            return self._params

    def param(self, name: str) -> str | None:
        """The first value of a parameter."""
        if not self.param_text:
            return None
        values = self.params.get(name)
        return values[0] if values else None

    @property
    def text(self) -> str:
        """The value, read as TEXT."""
        return textvalue.unescape(self.value)

    def written(self) -> str:
        """The line as it goes out, with its line end."""
        return self.folded() if self.raw is None else with_end(self.raw)

    def folded(self) -> str:
        """The line written anew, whatever was read: control characters dropped, folded."""
        name = f"{self.group}.{self.name}" if self.group else self.name
        head = f"{name};{self.param_text}:" if self.param_text else f"{name}:"
        return fold((head + self.value).translate(_CONTROL))

    def __repr__(self) -> str:
        return f"Line({self.name};{self.param_text}:{self.value[:60]})"


def split_lines(text: str) -> list[str]:
    """Logical lines, still folded: CRLF is left out, any other line end stays at the end.

    What ends a line is, for the whole of `text`, CRLF or LF, and CR where there is no LF.
    """
    if "\n" not in text:
        return _split(text, "\r")
    crlf = text.count("\r\n")
    if text.count("\n") != crlf or text.count("\r") != crlf:
        return _split(text, "\n")
    raws = _UNFOLDED_END[LINE_END].split(text)
    if not raws[-1]:
        raws.pop()
    return raws


def _split(text: str, end: str) -> list[str]:
    raws = _UNFOLDED_END[end].split(text)
    last = raws.pop()
    kept = [raw + end for raw in raws]
    if last:
        kept.append(last)
    return kept


def parse_lines(raws: Iterable[str]) -> list[Line]:
    """The content lines that logical lines hold; one that is none gets the name ""."""
    known = _COMMON.get
    lines = []
    for raw in raws:
        head, _, value = raw.partition(":")
        name = known(head)
        if name is None or "\n" in raw or "\r" in raw or not (raw.isascii() or is_utf8(raw)):
            lines.append(_parse(raw, head, value))
        else:
            lines.append(Line(name, "", value, raw))
    return lines


def parse_line(raw: str) -> Line:
    """The content line that one logical line holds; its name is "" if it is none."""
    return parse_lines((raw,))[0]


def with_end(raw: str) -> str:
    """A logical line with its line end."""
    return raw if raw[-1:] in ("\r", "\n") else raw + LINE_END


def _parse(raw: str, head: str, value: str) -> Line:
    """A line that has parameters, or is none of the plainest."""
    word, semicolon, params = head.partition(";")
    name = _COMMON.get(word)
    is_plain = raw.isascii() and '"' not in params and "\n" not in raw and "\r" not in raw
    if name and semicolon and is_plain and len(head) + len(value) < len(raw):  # a colon
        return Line(name, params, value, raw)
    return _parse_unusual(raw)


def _parse_unusual(raw: str) -> Line:
    """Folded lines, quoted parameters, groups, names in lower case or of our own making."""
    text = _FOLD.sub("", raw).rstrip("\r\n")
    if not is_utf8(text):
        text = _mend(text)
    found = _HEAD.match(text) or _LOOSE_HEAD.match(text)
    if found is None:
        return Line("", "", text, raw)
    name = found["name"].upper()
    return Line(
        _COMMON.get(name, name), found["params"] or "", text[found.end() :], raw, found["group"]
    )


def decode(octets: bytes) -> str:
    """Text of a stream of content lines, whatever its octets.

    Octets that are not UTF-8 come through as surrogates: some clients fold inside a character,
    which only unfolding mends, and others send Latin-1; `parse_line` settles both.

    Raises:
        FormatError: It is UTF-16 or UTF-32.
    """
    if octets[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise FormatError("the text is UTF-16; save it as UTF-8 and send it again")
    return octets.decode("utf-8", "surrogateescape")


def _mend(text: str) -> str:
    octets = text.encode("utf-8", "surrogateescape")
    try:
        return octets.decode("utf-8")
    except UnicodeDecodeError:
        return octets.decode("latin-1")


def is_utf8(raw: str) -> bool:
    """Whether what `decode` gave is UTF-8 as it stands."""
    if not raw.isascii():
        try:
            raw.encode()
        except UnicodeEncodeError:
            return False
    return True


def fold(text: str) -> str:
    """`text` as physical lines of at most 75 octets, split between characters."""
    if len(text) <= MAX_OCTETS and text.isascii():
        return text + LINE_END
    octets = text.encode("utf-8", "replace")
    pieces = []
    start, room = 0, MAX_OCTETS
    while len(octets) - start > room:
        end = start + room
        while octets[end] & 0xC0 == 0x80:  # the middle of a character
            end -= 1
        pieces.append(octets[start:end])
        start, room = end, MAX_OCTETS - 1  # the space counts
    pieces.append(octets[start:])
    return b"\r\n ".join(pieces).decode() + LINE_END


def decode_params(text: str) -> Params:
    """Parameters by name in upper case, values unquoted and decoded (RFC 6868 §3)."""
    params: Params = {}
    if '"' in text or "^" in text:
        pairs = [(found["name"], found["values"]) for found in _PARAM.finditer(text)]
    else:
        pairs = [(name, value if equals else None) for name, equals, value in _halves(text)]
    for name, values in pairs:
        key = name.strip().upper()
        if key:
            params[key] = params.get(key, ()) + _decode_values(values)
    return params


def _halves(text: str) -> list[tuple[str, str, str]]:
    return [part.partition("=") for part in text.split(";")]


def _decode_values(values: str | None) -> tuple[str, ...]:
    if values is None:
        return ()
    if '"' not in values and "^" not in values:
        return tuple(values.split(","))
    found = _PARAM_VALUE.findall(values)
    if not values.endswith(","):
        found.pop()  # the empty match at the end
    return tuple(
        _CIRCUMFLEX.sub(lambda m: _DECODED[m[1]], value.replace('"', "")) for value in found
    )


def encode_params(params: Mapping[str, str | Sequence[str]]) -> str:
    """Parameters as a line holds them, without the first semicolon."""
    return ";".join(
        f"{name}=" + ",".join(map(encode_param_value, [v] if isinstance(v, str) else v))
        for name, v in params.items()
    )


def encode_param_value(text: str) -> str:
    """One value, encoded (RFC 6868 §3.1) and quoted where it must be."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = text.replace("^", "^^").replace("\n", "^n").replace('"', "^'").translate(_CONTROL)
    return f'"{text}"' if _NEEDS_QUOTES.search(text) else text
