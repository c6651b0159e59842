"""Scripts that are run on a message, for the tests of Sieve."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from cyrpy.formats.mime.message import Message
from cyrpy.formats.sieve.actions import Result
from cyrpy.formats.sieve.check import script_of
from cyrpy.formats.sieve.errors import SieveError
from cyrpy.formats.sieve.run import run
from cyrpy.formats.sieve.world import World

NEWLINE = b"\n"
NOW = datetime(2026, 11, 25, 17, 5, 9, tzinfo=UTC)
MAIL = (
    b"Return-Path: <ada@example.com>\r\n"
    b"Received: from a by b; Wed, 25 Nov 2026 01:30:00 +0100\r\n"
    b"Received: from x by a; Tue, 24 Nov 2026 23:00:00 +0000\r\n"
    b"From: Ada Lovelace <ada@Example.com>\r\n"
    b'To: bob+lists@here.org, "C, D" <carl@there.org>\r\n'
    b"Cc: eve@elsewhere.org\r\n"
    b"Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?= [devel] from  home \r\n"
    b"Date: Tue, 24 Nov 2026 20:15:30 -0800\r\n"
    b"Message-ID: <one@example.com>\r\n"
    b"X-Score: 0042\r\n"
    b"X-Score: 7\r\n"
    b"X-Empty:\r\n"
    b"Content-Type: text/plain; charset=utf-8\r\n"
    b"\r\n"
    b"The missile is ready.\r\n"
)
EVERYTHING = (
    b'require ["body", "comparator-i;ascii-numeric", "comparator-i;unicode-casemap", "copy",'
    b' "date", "duplicate", "editheader", "envelope", "environment", "ereject", "fcc", "fileinto",'
    b' "ihave", "imap4flags", "include", "index", "mailbox", "mailboxid", "reject", "relational",'
    b' "special-use", "subaddress", "vacation", "vacation-seconds", "variables"];\r\n'
)


def world(**more: Any) -> World:
    """Where these scripts are run."""
    values = {
        "sender": "ada@example.com",
        "recipient": "bob+lists@here.org",
        "now": NOW,
        "zone": UTC,
    }
    return World(**{**values, **more})


def result(
    script: str, /, octets: bytes = MAIL, require: bytes = EVERYTHING, **more: Any
) -> Result:
    """What a script leads to, which requires everything."""
    return run(script_of(require + script.encode()), Message(octets), world(**more))


def actions(script: str, /, octets: bytes = MAIL, **more: Any) -> list[Any]:
    """The actions of a script that fails nowhere."""
    found = result(script, octets, **more)
    assert found.error is None, found.error
    return list(found.actions)


def holds(test: str, /, octets: bytes = MAIL, **more: Any) -> bool:
    """Whether a test is true."""
    (found,) = actions(f"if {test} {{ discard; }}", octets, **more)
    return type(found).__name__ == "Discard"


def problem(script: str, require: bytes = EVERYTHING) -> str:
    """Why a script cannot be stored; the line is counted without the requirements."""
    try:
        script_of(require + script.encode())
    except SieveError as exc:
        return f"{exc.place.line - require.count(NEWLINE)}: {exc.message}"
    raise AssertionError("it can be stored")
