"""Odd messages, each following from a number: whatever mail has been seen to be, and worse."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Final

BOUNDARIES: Final = ("b", "=_x", "--", "a b", "'()+_,-./:=?", "b" * 70, "outer", "outer-inner")
TYPES: Final = (
    "text/plain",
    "text/html; charset=utf-8",
    'text/plain; charset="iso-8859-1"; format=flowed',
    "text/plain; charset=x-unknown",
    'application/pdf; name="a.pdf"',
    "application/octet-stream; name*=utf-8''%e2%82%ac%20rates",
    "image/png",
    "message/rfc822",
    "message/delivery-status",
    "text/calendar; method=REQUEST",
)
SUBTYPES: Final = ("mixed", "alternative", "related", "digest", "signed", "report", "x-odd")
ENCODINGS: Final = ("7bit", "8bit", "base64", "quoted-printable", "x-uuencode", "BASE64 ", "binary")
LINES: Final = (
    b"plain text",
    b"",
    b".",
    b"..",
    b"--",
    b"--not a boundary",
    b"From the start of a line",
    b"caf\xc3\xa9 \xe9 \x80\xff",
    b"<p>html &amp; <b>more</b></p>",
    b"aGVsbG8gd29ybGQ=",
    b"=C3=A9=\t",
    b"\x00\x01\x1b[31m\x7f",
    b"x" * 3000,
    "\u4e2d\u6587 \u0627\u0644\u0639 \U0001f600".encode(),
    b"Header: like this",
)
VALUES: Final = (
    b"plain",
    b"=?utf-8?Q?caf=C3=A9?= =?utf-8?B?8J+YgA==?=",
    b"=?utf-8?Q?unfinished",
    b"=?x-none?B?!!!?=",
    b"\xe4\xf6\xfc raw \xf0\x9f\x98\x80",
    b"",
    b"  \t ",
    b"folded\r\n and more\r\n\tstill",
    b'"quoted \\" comma, here" <a@b.example>, group: x@y, ;',
    b"<<<@>>>, @, ,, a@b@c (comment (nested",
    b"Mon, 32 Foo 99999 25:61:61 +9999",
    b"Fri, 21 Nov 1997 09:55:06 -0600 (CST)",
    b"<id@x> <id@y>\r\n <id with space@z> broken",
    b"1.0 (odd)",
    b"a" * 2000,
    b"\x00\x0b\x0c",
)
NAMES: Final = (
    b"Subject",
    b"From",
    b"To",
    b"Cc",
    b"Bcc",
    b"Reply-To",
    b"Sender",
    b"Date",
    b"Message-ID",
    b"In-Reply-To",
    b"References",
    b"MIME-Version",
    b"Received",
    b"X-Odd",
    b"List-Unsubscribe",
    b"Content-Disposition",
    b"Content-ID",
    b"Content-Language",
    b"Auto-Submitted",
)


class Maker:
    """Makes messages of one source of chance."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311 - which octets, not secrets
        self.newline = self.random.choice((b"\r\n", b"\r\n", b"\n"))

    def lines(self, most: int = 6) -> bytes:
        """Some of a body."""
        chosen = self.random.choices(LINES, k=self.random.randrange(most))
        return b"".join(line + self.newline for line in chosen)

    def entity(self, depth: int) -> bytes:
        """Header fields of content, and content."""
        if depth and self.random.random() < 0.45:
            return self.multipart(depth)
        type = self.random.choice(TYPES)
        encoding = self.random.choice(ENCODINGS)
        head = f"Content-Type: {type}\nContent-Transfer-Encoding: {encoding}\n\n".encode()
        if self.random.random() < 0.2:
            head = b"\n"
        body = self.entity(depth - 1) if "rfc822" in type and depth else self.lines()
        return head.replace(b"\n", self.newline) + body

    def multipart(self, depth: int) -> bytes:
        """Nested parts, with what may stand before and after them."""
        boundary = f"{self.random.choice(BOUNDARIES)}{depth}"
        subtype = self.random.choice(SUBTYPES)
        mark, newline = b"--" + boundary.encode(), self.newline
        pieces = [f'Content-Type: multipart/{subtype}; boundary="{boundary}"'.encode(), b"", b""]
        head = newline.join(pieces)
        if self.random.random() < 0.3:
            head += b"preamble" + newline
        parts = [self.entity(depth - 1) for _ in range(self.random.randrange(1, 4))]
        body = b"".join(mark + newline + part + newline for part in parts)
        epilogue = b"epilogue" if self.random.random() < 0.2 else b""
        return head + body + mark + b"--" + newline + epilogue

    def message(self) -> bytes:
        """One whole message, all of whose parts are where the standards want them."""
        names = self.random.choices(NAMES, k=self.random.randrange(8))
        fields = [name + b": " + self.random.choice(VALUES) for name in names]
        head = b"".join(field.replace(b"\r\n", self.newline) + self.newline for field in fields)
        return head + self.entity(3)

    def spoilt(self, octets: bytes) -> bytes:
        """The same after what transports, programs and enemies do."""
        for _ in range(self.random.randrange(1, 4)):
            octets = self.random.choice(_SPOILERS)(self.random, octets)
        return octets


def _cut(chance: random.Random, octets: bytes) -> bytes:
    return octets[: chance.randrange(len(octets) + 1)]


def _behead(chance: random.Random, octets: bytes) -> bytes:
    return octets[chance.randrange(len(octets) + 1) :]


def _flip(chance: random.Random, octets: bytes) -> bytes:
    changed = bytearray(octets)
    for _ in range(chance.randrange(1, 9)):
        if changed:
            changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def _newlines(chance: random.Random, octets: bytes) -> bytes:
    return octets.replace(b"\n", chance.choice((b"\r", b"\n", b"\n\n", b"\r\r\n", b" ")))


def _twice(chance: random.Random, octets: bytes) -> bytes:
    at, length = chance.randrange(len(octets) + 1), chance.randrange(400)
    return octets[:at] + octets[at : at + length] * chance.randrange(2, 5) + octets[at + length :]


def _blanks(chance: random.Random, octets: bytes) -> bytes:
    return octets.replace(b":", chance.choice((b" :", b"", b":\t", b"\x00:")), 3)


def _unended(chance: random.Random, octets: bytes) -> bytes:
    """Without the ends of its multiparts, or some of them."""
    return octets.replace(b"--\n", b"\n").replace(b"--\r\n", b"\r\n", chance.randrange(4))


_SPOILERS: Final[tuple[Callable[[random.Random, bytes], bytes], ...]] = (
    _cut,
    _behead,
    _flip,
    _flip,
    _newlines,
    _twice,
    _blanks,
    _unended,
)


def monsters() -> Iterator[bytes]:
    """Single ones, each too much of something."""
    yield b""
    yield b"\r\n"
    yield b"no header at all"
    yield b":\r\n:\r\n\r\n"
    yield b"\x00" * 1000
    yield b"Subject: " + b"x" * 300_000 + b"\r\n\r\nbody"
    yield b"".join(b"X-%d: y\r\n" % n for n in range(20_000)) + b"\r\nbody"
    yield b"To: " + b"a@b.example, " * 20_000 + b"\r\n\r\n"
    yield b"References: " + b"<a@b> " * 20_000 + b"\r\nSubject: many\r\n\r\n"
    yield b"Subject: " + b"=?utf-8?B?w6k=?= " * 5_000 + b"\r\n\r\n"
    yield b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\nx\r\n" * 5_000
    deep = b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n"
    yield b"".join(deep % (n, n) for n in range(500)) + b"\r\nat the bottom"
    yield b"Content-Type: message/rfc822\r\n\r\n" * 500 + b"Subject: innermost\r\n\r\n"
    yield b"Content-Type: text/html\r\n\r\n" + b"<div>" * 50_000
    yield b"Content-Type: text/html\r\n\r\n<" + b"a" * 500_000
    yield b"Content-Type: text/plain; " + b"a=b; " * 20_000 + b"\r\n\r\n"
    yield b"Content-Transfer-Encoding: base64\r\n\r\n" + b"====" * 50_000
    yield b"From: " + b"(" * 20_000 + b"\r\n\r\n"
    yield b"Subject: " + b"Re: " * 50_000 + b"\r\n\r\n"
    yield b"Content-Type: text/plain; charset=utf-7\r\n\r\n+AOk-" * 100


def odd(number: int) -> bytes:
    """The message of a number; most are spoilt."""
    maker = Maker(number)
    octets = maker.message()
    return octets if number % 4 == 0 else maker.spoilt(octets)
