"""Values of header fields, from the forms of JMAP to octets (RFC 5322, RFC 2047, RFC 2231)."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from email.utils import format_datetime
from typing import Any, Final
from urllib.parse import quote

from cyrpy.errors import FormatError

LINE: Final = 76  # characters of a line that is folded
MAX_LINE: Final = 998  # octets (RFC 5322 §2.1.1)
WORD: Final = 75  # characters of an encoded word (RFC 2047 §2)
_PREFIX: Final = "=?utf-8?"
_ROOM: Final = (WORD - len(_PREFIX) - len("B??=")) // 4 * 3  # octets in a word of base64

_ATOMS: Final = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?: [A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_BREAK: Final = re.compile(r"(?>\r\n|\r|\n)(?![ \t])")
_ANY_BREAK: Final = re.compile(r"[\r\n\0]+")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]+")
_TOKEN: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_SPACE: Final = re.compile(r"[ \t\r\n]+")


def raw(value: str) -> bytes:
    """A value as it is to stand after the colon.

    Raises:
        FormatError: it would end the field, or the header.
    """
    if _BREAK.search(value) or "\0" in value or _is_blank_line_in(value):
        raise FormatError("a raw header value may have line breaks only before white space")
    normal = re.sub(r"\r\n|\r|\n", "\r\n", value)
    return normal.encode("utf-8", "replace")


def _is_blank_line_in(value: str) -> bool:
    """Whether a continuation line has nothing but white space, which is obsolete (§4.2)."""
    return any(not line.strip() for line in re.split(r"\r\n|\r|\n", value)[1:])


def text(value: str) -> bytes:
    """Unstructured text, encoded where it must be, and folded."""
    plain = _CONTROL.sub(" ", value).strip()
    return _folded(_encoded(plain))


def addresses(value: Iterable[Mapping[str, Any]]) -> bytes:
    """A list of mailboxes."""
    return _folded_list([_mailbox(address) for address in value])


def grouped_addresses(value: Iterable[Mapping[str, Any]]) -> bytes:
    """A list of mailboxes, in groups or not."""
    items: list[str] = []
    for group in value:
        members = [_mailbox(address) for address in group["addresses"]]
        if group.get("name") is None:
            items += members
        else:
            items.append(f"{_phrase(group['name'])}: {', '.join(members)};")
    return _folded_list(items)


def message_ids(value: Iterable[str]) -> bytes:
    """Ids in their brackets."""
    return _folded(" ".join(f"<{_SPACE.sub('', id).strip('<>')}>" for id in value))


def date(value: str) -> bytes:
    """A moment (RFC 5322 §3.3).

    Raises:
        FormatError: `value` is no Date of RFC 8620 §1.4.
    """
    try:
        moment = datetime.fromisoformat(value)
    except ValueError as exc:
        raise FormatError(f"{value[:80]!r} is no date") from exc
    if moment.tzinfo is None:
        raise FormatError(f"{value[:80]!r} has no offset from UTC")
    return b" " + format_datetime(moment).encode("ascii")


def urls(value: Iterable[str]) -> bytes:
    """URLs in their brackets (RFC 2369)."""
    return _folded_list([f"<{_SPACE.sub('', url).strip('<>')}>" for url in value])


FORMS: Final[Mapping[str, Callable[[Any], bytes]]] = {
    "Raw": raw,
    "Text": text,
    "Addresses": addresses,
    "GroupedAddresses": grouped_addresses,
    "MessageIds": message_ids,
    "Date": date,
    "URLs": urls,
}


def parameterized(value: str, parameters: Iterable[tuple[str, str]]) -> bytes:
    """A value with parameters, one on each line; those not in ASCII by RFC 2231."""
    lines = [f" {_ANY_BREAK.sub('', value)}"]
    for name, given in parameters:
        clean = _CONTROL.sub("", given)
        if clean.isascii() and len(clean) < LINE - len(name) - 5:
            is_token = _TOKEN.fullmatch(clean) is not None
            lines.append(f" {name}={clean if is_token else _quoted(clean)}")
        else:
            lines += _extended(name, clean)
    return ";\r\n".join(lines).encode("ascii", "replace")


def _extended(name: str, value: str) -> list[str]:
    """One parameter in numbered pieces, if one line is too short for it (RFC 2231 §3, §4)."""
    encoded = quote(value.encode("utf-8", "replace"), safe="!#$&+-.^_`|~")
    if len(encoded) + len(name) < LINE - 12:
        return [f" {name}*=utf-8''{encoded}"]
    pieces: list[str] = []
    at, room = 0, LINE - len(name) - 16
    while at < len(encoded):
        end = min(at + room, len(encoded))
        cut = encoded.rfind("%", max(end - 2, at), end)
        if cut > at and end < len(encoded):
            end = cut
        start = "utf-8''" if not pieces else ""
        pieces.append(f" {name}*{len(pieces)}*={start}{encoded[at:end]}")
        at = end
    return pieces


def _mailbox(address: Mapping[str, Any]) -> str:
    email = _SPACE.sub("", address["email"]) if '"' not in address["email"] else address["email"]
    email = _ANY_BREAK.sub("", email)
    name = address.get("name")
    if not name or not name.strip():
        return email
    return f"{_phrase(name)} <{email}>"


def _phrase(name: str) -> str:
    """A display name: atoms, else a quoted string, else encoded words (RFC 2047 §5)."""
    plain = _SPACE.sub(" ", _CONTROL.sub(" ", name)).strip()
    if not plain.isascii() or "=?" in plain or len(plain) > 10 * LINE:
        return _words(plain)
    return plain if _ATOMS.fullmatch(plain) else _quoted(plain)


def _quoted(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _encoded(plain: str) -> str:
    """Text, with encoded words from the first to the last word that needs to be one."""
    words = plain.split(" ")
    needing = [n for n, word in enumerate(words) if _needs_encoding(word)]
    if not needing:
        return plain
    first, last = needing[0], needing[-1] + 1
    middle = _words(" ".join(words[first:last]))
    return " ".join([*words[:first], middle, *words[last:]])


def _needs_encoding(word: str) -> bool:
    return not word.isascii() or "=?" in word or len(word) > MAX_LINE // 2


def _words(value: str) -> str:
    """Encoded words, none of which ends within a character."""
    words: list[str] = []
    piece = b""
    for character in value:
        octets = character.encode("utf-8", "replace")
        if len(piece) + len(octets) > _ROOM:
            words.append(_word(piece))
            piece = b""
        piece += octets
    words.append(_word(piece))
    return " ".join(words)


def _word(octets: bytes) -> str:
    return f"{_PREFIX}B?{base64.b64encode(octets).decode('ascii')}?="


def _folded(value: str) -> bytes:
    """On lines of at most LINE characters, where there are spaces to break at."""
    lines: list[str] = [""]
    for word in value.split(" "):
        can_break = word != "" and lines[-1].strip() != ""
        if can_break and len(lines[-1]) + len(word) > LINE - (18 if len(lines) == 1 else 0):
            lines.append("")
        lines[-1] += f" {word}"
    return "\r\n".join(lines).encode("utf-8", "replace")


def _folded_list(items: list[str]) -> bytes:
    """Items with commas, each on the line where it fits."""
    return _folded(", ".join(items))
