"""What a line of a vCard says: its types and encoding, and the lines of vCard 2.1 modernised."""

from __future__ import annotations

import quopri
import re
from collections.abc import Mapping, Sequence

from cyrpy.formats import textvalue
from cyrpy.formats.contentline import LINE_END, Line, Params, is_utf8
from cyrpy.formats.ical.component import Component

OLD, V3, V4 = "2.1", "3.0", "4.0"

_SOFT_BREAK = re.compile(r"=[ \t]*(?:\r\n|\n|\r)")
_FOLD = re.compile(r"(?:\r\n|\n|\r)[ \t]?")
_LINE_END = re.compile(r"\r\n|\r|\n")
_BARE_ENCODINGS = frozenset(("QUOTED-PRINTABLE", "BASE64", "B", "7BIT", "8BIT"))
_QUOTED, _BINARY = "QUOTED-PRINTABLE", ("B", "BASE64")
_PLAIN_COMMA = re.compile(r"(?<!\\),")
_TEXTS = "FN N ADR ORG NOTE TITLE ROLE LABEL TEL EMAIL MAILER UID"
_TEXTS_OF_OLD = frozenset(_TEXTS.split())
_MEDIA = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")


def version(card: Component) -> str:
    """The VERSION of a card, "" if it has none."""
    return (card.value("VERSION") or "").strip()


def types(line: Line) -> tuple[str, ...]:
    """The values of TYPE in lower case; clients write `TYPE=a,b`, `TYPE="a,b"`, `TYPE=a;TYPE=b`."""
    if not line.param_text:
        return ()
    return split_types(line.params)


def split_types(params: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """The same of decoded parameters."""
    values = params.get("TYPE")
    if not values:
        return ()
    return tuple(
        word for value in values for part in value.lower().split(",") if (word := part.strip())
    )


def param_of(params: Mapping[str, Sequence[str]], name: str, default: str = "") -> str:
    """The first value of a parameter, which clients may write without any."""
    values = params.get(name)
    return values[0] if values else default


def take_param(params: Params, name: str, default: str = "") -> str:
    """The same, which is removed."""
    values = params.pop(name, None)
    return values[0] if values else default


def is_binary(params: Mapping[str, Sequence[str]]) -> bool:
    """Whether the value is base64 (RFC 2426 §2.4.1)."""
    return param_of(params, "ENCODING").strip().upper() in _BINARY


def is_uri(text: str) -> bool:
    """Whether a value begins as a URI does."""
    return _MEDIA.match(text) is not None


def modern(line: Line, version: str = "") -> Line:
    """The line as 3.0 and 4.0 write it: no quoted-printable, no CHARSET, no bare types.

    A line that is so already is returned itself.
    """
    is_old = version == OLD
    if not line.param_text:
        return _escaped(line) if is_old else line
    before = line.params
    params, encoding = _named(before)
    if encoding == _QUOTED:
        value = _unquoted(line, before)
    elif "CHARSET" in before:
        value = _recoded(line, before)
    else:
        value = line.value
    if encoding in _BINARY:
        params["ENCODING"] = ("b",)
        value = "".join(value.split())
    if params == before and value == line.value:
        return _escaped(line) if is_old else line
    changed = Line.of(line.name, value, params, line.group)
    return _escaped(changed) if is_old else changed


def _named(before: Params) -> tuple[Params, str]:
    """Parameters without CHARSET, bare words as TYPE; and the encoding in upper case."""
    params: Params = {}
    encoding = ""
    for name, values in before.items():
        if name == "ENCODING" and values and values[0].strip().upper() in _BARE_ENCODINGS:
            encoding = values[0].strip().upper()
        elif not values:
            if name in _BARE_ENCODINGS:
                encoding = name
            else:
                params["TYPE"] = (*params.get("TYPE", ()), name.lower())
        elif name == "TYPE":
            params["TYPE"] = (*params.get("TYPE", ()), *values)
        elif name != "CHARSET":
            params[name] = values
    return params, encoding


def _charset(before: Params) -> str:
    return param_of(before, "CHARSET", "utf-8").strip()


def _unquoted(line: Line, before: Params) -> str:
    value = line.value
    if line.raw is not None and '"' not in line.param_text:
        # Soft breaks come before unfolding: what follows one may begin with a space.
        value = _FOLD.sub("", _SOFT_BREAK.sub("", line.raw)).partition(":")[2]
    octets = quopri.decodestring(value.encode("utf-8", "surrogateescape"))
    return _LINE_END.sub(r"\\n", _decoded(octets, _charset(before)))


def _recoded(line: Line, before: Params) -> str:
    """Octets that were taken for Latin-1 because they are not UTF-8, in their own charset."""
    if line.raw is None or is_utf8(line.raw):
        return line.value
    try:
        return _decoded(line.value.encode("latin-1"), _charset(before))
    except UnicodeEncodeError:  # the line was mended in another way
        return line.value


def _decoded(octets: bytes, charset: str) -> str:
    for name in (charset, "utf-8"):
        try:
            return octets.decode(name)
        except (LookupError, ValueError):
            continue
    return octets.decode("latin-1")


def _escaped(line: Line) -> Line:
    """A text of 2.1, in which a comma needs no backslash."""
    if "," not in line.value or line.name not in _TEXTS_OF_OLD:
        return line
    value = _PLAIN_COMMA.sub(r"\\,", line.value)
    return Line(line.name, line.param_text, value, None, line.group)


def label_param(values: Sequence[str]) -> str:
    """A LABEL parameter, whose line ends RFC 6350 §6.3.1 writes as texts do, not as RFC 6868."""
    return ",".join(values).replace("\\n", "\n").replace("\\N", "\n").replace("\\,", ",")


def full_name(card: Component) -> str:
    """A text for FN where there is none: of N, else of whatever else names the card."""
    name = card.value("N")
    if name:
        parts = [" ".join(part) for part in textvalue.unescape_structured(name)]
        family, given, more, prefix, suffix = (*parts, "", "", "", "", "")[:5]
        text = " ".join(filter(None, (prefix, given, more, family, suffix)))
        if text:
            return text
    for other in ("ORG", "NICKNAME", "EMAIL", "TEL"):
        value = card.value(other)
        if value:
            parts = [" ".join(part) for part in textvalue.unescape_structured(value)]
            return " ".join(filter(None, parts))
    return ""


def text_of(component: Component) -> str:
    """A nested card of 2.1 as text."""
    end = LINE_END
    lines = [line.written() for line in component.properties]
    return f"BEGIN:{component.name}{end}{''.join(lines)}END:{component.name}{end}"
