"""Envelopes and messages as they go to an SMTP server, and what it answers (RFC 5321).

Pure: what is said depends on the extensions that the server has.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from email import message_from_bytes, policy
from typing import Final, NamedTuple

from cyrpy.data.submissions import Parameters

MAX_REPLY: Final = 1000  # characters
# Parameters of clients that are passed on, and the extension that each is of.
EXTENSIONS: Final[Mapping[str, str]] = {
    "RET": "dsn",
    "ENVID": "dsn",
    "NOTIFY": "dsn",
    "ORCPT": "dsn",
    "BY": "deliverby",
    "MT-PRIORITY": "mt-priority",
    "REQUIRETLS": "requiretls",
    "RRVS": "rrvs",
}
_XTEXT: Final = frozenset({"ENVID", "ORCPT"})  # whose values are written as xtext (RFC 3461 §4)
_ESCAPED: Final = re.compile(r"[^!-*,-<>-~]")
_HEX: Final = re.compile(rb"\+([0-9A-F]{2})")
_VALUE: Final = re.compile(r"[!-<>-~]+")  # esmtp-value (RFC 5321 §4.1.2)
_ADDRESS: Final = re.compile(
    r'(?:"(?:[^"\\\x00-\x1f\x7f]|\\[^\x00-\x1f\x7f])+"|[^\s"<>@\x00-\x1f\x7f]+)'
    r"@[^\s\"<>@\x00-\x1f\x7f]+"
)
_STATUS: Final = re.compile(r"[245]\.\d{1,3}\.\d{1,3}(?=\s|$)")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]+")
_LINE: Final = re.compile(rb"\r\n|\r|\n")
_DOT: Final = re.compile(rb"^\.", re.MULTILINE)
_HEADER_END: Final = re.compile(rb"\A\r?\n|\r?\n\r?\n")
# Not for others: blind recipients (RFC 8621 §7.5), and what the last server adds (RFC 5321 §4.4).
_HIDDEN: Final = re.compile(
    rb"^(?:Bcc|Return-Path)[ \t]*:[^\n]*(?:\n|\Z)(?:[ \t][^\n]*(?:\n|\Z))*",
    re.IGNORECASE | re.MULTILINE,
)


class Reply(NamedTuple):
    """What a server answered, or what is said in its place (RFC 5321 §4.2)."""

    code: int
    text: str

    @classmethod
    def read(cls, code: int, lines: str) -> Reply:
        """An answer of one line or several, as one text (RFC 8621 §7)."""
        kept: list[str] = []
        status = _STATUS.match(lines)
        for line in lines.split("\n"):
            text = line.strip()
            if kept and status is not None:
                text = text.removeprefix(status[0]).strip()
            kept.append(text)
        text = _CONTROL.sub(" ", " ".join(kept)).encode("utf-8", "replace").decode()
        return cls(code, text[:MAX_REPLY].strip())

    @property
    def is_good(self) -> bool:
        """Whether it was done."""
        return 200 <= self.code < 300

    @property
    def is_final(self) -> bool:
        """Whether to try again is no use."""
        return 500 <= self.code < 600

    @property
    def status(self) -> str:
        """The enhanced status code (RFC 3463), as exact as is known."""
        found = _STATUS.match(self.text)
        return found[0] if found else f"{self.code // 100}.0.0"

    def __str__(self) -> str:
        return f"{self.code} {self.text}".strip()


def reply_of(text: str) -> Reply:
    """A reply as it was stored."""
    code, _, rest = text.partition(" ")
    return Reply(int(code), rest) if code.isdigit() else Reply(451, text)


BAD_ADDRESS: Final = Reply(553, "5.1.3 this is no mail address")
NEEDS_UTF8: Final = Reply(553, "5.6.7 the relay takes no addresses with such characters")
TOO_LARGE: Final = Reply(552, "5.3.4 the message is larger than the relay takes")


class Terms(NamedTuple):
    """What both sides agree on for one message.

    Attributes:
        extensions: What the server has, names in lower case, with what it says of each.
        is_utf8: Whether the message is sent as one with international addresses (RFC 6531).
        is_8bit: Whether octets above 127 may be in its body (RFC 6152).
        size: Octets.
    """

    extensions: Mapping[str, str]
    is_utf8: bool
    is_8bit: bool
    size: int


def is_address(address: str) -> bool:
    """Whether it can stand in MAIL and RCPT."""
    return _ADDRESS.fullmatch(address) is not None


def prepared(octets: bytes) -> bytes:
    """A message as it leaves: lines end in CRLF, and without what is not for others."""
    octets = _LINE.sub(b"\r\n", octets)
    end = _HEADER_END.search(octets)
    at = len(octets) if end is None else end.start() + 2
    octets = _HIDDEN.sub(b"", octets[:at]) + octets[at:]
    return octets if octets.endswith(b"\r\n") else octets + b"\r\n"


def dotted(octets: bytes) -> bytes:
    """A prepared message as it is written after DATA, without the dot at its end (§4.5.2)."""
    return _DOT.sub(b"..", octets)


def terms(octets: bytes, addresses: Iterable[str], extensions: Mapping[str, str]) -> Terms:
    """How a prepared message can be sent from and to some addresses."""
    end = _HEADER_END.search(octets)
    header = octets if end is None else octets[: end.start()]
    is_plain = header.isascii() and all(map(str.isascii, addresses))
    is_utf8 = "smtputf8" in extensions and not is_plain
    is_8bit = "8bitmime" in extensions and not octets.isascii()
    return Terms(extensions, is_utf8, is_8bit, len(octets))


def seven_bit(octets: bytes) -> bytes:
    """The message with the content of its parts encoded, for servers without 8BITMIME.

    What cannot be encoded stays as it is.
    """
    seven = policy.compat32.clone(cte_type="7bit", linesep="\r\n", max_line_length=0)
    try:
        return message_from_bytes(octets, policy=seven).as_bytes(policy=seven)
    except (LookupError, ValueError, KeyError, AttributeError):  # the message is broken
        return octets


def refusal(sender: str, terms: Terms) -> Reply | None:
    """Why a message cannot be sent at all; None if it can."""
    if sender and not is_address(sender):
        return BAD_ADDRESS
    if not sender.isascii() and "smtputf8" not in terms.extensions:
        return NEEDS_UTF8
    limit = terms.extensions.get("size", "").strip()
    if limit.isdigit() and 0 < int(limit) < terms.size:
        return TOO_LARGE
    return None


def mail_command(sender: str, parameters: Parameters, terms: Terms) -> list[bytes]:
    """The words of MAIL (RFC 5321 §4.1.1.2)."""
    words = [b"MAIL", b"FROM:<%b>" % sender.encode()]
    if "size" in terms.extensions:
        words.append(b"SIZE=%d" % terms.size)
    if terms.is_8bit:
        words.append(b"BODY=8BITMIME")
    if terms.is_utf8:
        words.append(b"SMTPUTF8")
    return words + _passed_on(parameters, terms.extensions)


def rcpt_command(address: str, parameters: Parameters, terms: Terms) -> list[bytes]:
    """The words of RCPT (RFC 5321 §4.1.1.3)."""
    if "dsn" in terms.extensions and address.isascii():
        parameters = {"ORCPT": f"rfc822;{address}", **parameters}
    return [b"RCPT", b"TO:<%b>" % address.encode(), *_passed_on(parameters, terms.extensions)]


def _passed_on(parameters: Parameters, extensions: Mapping[str, str]) -> list[bytes]:
    words: list[bytes] = []
    for name, value in parameters.items():
        if EXTENSIONS.get(name.upper()) not in extensions:
            continue
        if value is None:
            words.append(name.upper().encode())
            continue
        if name.upper() in _XTEXT:
            value = _ESCAPED.sub(_hex, value)  # noqa: PLW2901 - the same, as it is written
        if _VALUE.fullmatch(value):
            words.append(f"{name.upper()}={value}".encode())
    return words


def xtext_read(text: str) -> str:
    """The text that is written as xtext, or the text itself if it is none (RFC 3461 §4)."""
    try:
        octets = _HEX.sub(lambda match: bytes.fromhex(match[1].decode()), text.encode())
        return octets.decode()
    except UnicodeError:
        return text


def _hex(match: re.Match[str]) -> str:
    return "".join(f"+{octet:02X}" for octet in match[0].encode())
