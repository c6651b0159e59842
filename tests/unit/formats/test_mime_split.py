"""The splitter against the standard library, and its bounds."""

from __future__ import annotations

import email
import email.policy
import re
import time

from hypothesis import given, settings
from hypothesis import strategies as st

from cyrpy.formats.mime import partid, transfer
from cyrpy.formats.mime.message import Message
from cyrpy.formats.mime.part import OPAQUE, Part
from cyrpy.formats.mime.searchable import searchable
from cyrpy.formats.mime.split import MAX_DEPTH, MAX_PARTS, split

LINES = [
    b"--b\n",
    b"--b--\n",
    b"--c\r\n",
    b"--c--\r\n",
    b"--b \t\n",
    b"--bx\n",
    b"\n",
    b"\r\n",
    b"Content-Type: multipart/mixed; boundary=b\n",
    b'Content-Type: multipart/alternative;\r\n boundary="c"\r\n',
    b"Content-Type: multipart/digest; boundary=b\n",
    b"Content-Type: multipart/mixed\n",
    b"Content-Type: text/html\n",
    b"Content-Type: message/rfc822\n",
    b"Content-Transfer-Encoding: base64\n\nQUJD\n",
    b"Subject: x\n",
    b"text\n",
    b"From foo\n",
    b"Subject: folded\n text\n",
    b"\xff\xfe",
    b"\0",
    b'Content-Type: text/plain; charset="utf-7"\n\n+2AA-',
]
# The library takes the last boundary for one more of those that have nothing between them.
SWALLOWED = re.compile(rb"--([bc])[ \t]*\r?\n--\1--")
messages = st.lists(st.sampled_from(LINES), max_size=16).map(b"".join)
anything = st.one_of(messages, st.binary(max_size=400))


def types_of(part: Part) -> list[object]:
    """Types, nested as the parts are."""
    if part.subparts is None:
        return [part.type]
    return [part.type, [types_of(below) for below in part.subparts]]


def types_by_library(message: email.message.Message) -> list[object]:
    """The same by the standard library, whose multiparts without parts hold text."""
    type = message.get_content_type()
    if message.get_content_maintype() != "multipart":
        return [type]
    if not message.is_multipart():
        return [type, [["text/plain"]]]
    return [type, [types_by_library(below) for below in message.get_payload()]]


def is_differently_lenient(message: email.message.Message) -> bool:
    """Where the library ends a header at the first odd line, and we look further."""
    return any(
        "MissingHeaderBodySeparator" in type(defect).__name__ or "\n" in part.get_content_type()
        for part in message.walk()
        for defect in [*part.defects, None]
    )


@settings(max_examples=300, deadline=None)
@given(messages)
def test_the_tree_is_that_of_the_standard_library(octets):
    library = email.message_from_bytes(octets, policy=email.policy.compat32)
    if not is_differently_lenient(library) and not SWALLOWED.search(octets):
        assert types_of(split(octets)) == types_by_library(library)


@settings(max_examples=300, deadline=None)
@given(anything)
def test_any_octets_can_be_read_whole(octets):
    message = Message(octets)
    message.rendered()
    message.structure()
    message.headers()
    searchable(message)
    assert len(message.preview) <= 256
    assert all(isinstance(key, int) for key in message.thread_keys)
    assert len(message.sort_keys.subject) <= 100


@settings(max_examples=300, deadline=None)
@given(anything)
def test_parts_are_ranges_that_lie_within_each_other(octets):
    def check(part: Part) -> None:
        assert 0 <= part.start <= part.body <= part.end <= len(octets)
        before = part.body
        for below in part.subparts or ():
            assert before <= below.start
            assert below.end <= part.end
            before = below.end
            check(below)

    check(split(octets))


@settings(max_examples=200, deadline=None)
@given(anything)
def test_the_blob_of_a_part_is_as_large_as_is_said(octets):
    for part in Message(octets).body.leaves:
        found = partid.read(part.json["blobId"])
        assert found is not None
        content = transfer.decode(octets[found.start : found.end], found.letter)
        assert len(content) == part.json["size"]


def test_parts_beyond_the_limit_are_one_opaque_part():
    octets = b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * 5000 + b"--b--\n"
    root = split(octets)
    assert root.subparts is not None
    assert len(root.subparts) == MAX_PARTS
    assert root.subparts[-1].type == OPAQUE
    assert root.subparts[-2].type == "text/plain"
    Message(octets).structure()


def test_parts_that_are_too_deep_are_opaque():
    octets = b""
    for n in range(200):
        octets += b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n)
    part, depth = split(octets), 0
    while part.subparts:
        part, depth = part.subparts[0], depth + 1
    assert depth == MAX_DEPTH
    assert part.type == OPAQUE


def costs(octets: bytes) -> float:
    """Seconds of CPU that it takes to read all of a message."""
    started = time.thread_time()
    message = Message(octets)
    message.rendered()
    message.structure()
    return time.thread_time() - started


def test_hostile_messages_cost_no_more_than_their_size():
    size = 2_000_000
    nested = b"".join(
        b"Content-Type: multipart/mixed; boundary=-%s\n\n--%s\n" % (b"-" * n, b"-" * (n + 1))
        for n in range(45)
    )
    for octets in (
        b"Content-Type: multipart/mixed; boundary=-\n\n" + b"\n---x" * (size // 5),
        nested + b"\n-" + b"-" * size,
        b"\r" * size,
        b"\n" * size,
        b"a" * size,
        b"a:\n" * (size // 3),
        b"a: b\n " * (size // 6),
        b"x\n" * (size // 2),
        b"Subject: " + b"=?utf-8?q?a?= " * (size // 14),
        b"Subject: " + b"=?" * (size // 2),
        b"To: " + b"(" * size,
        b"To: " + b'"' * size,
        b"To: " + b"a@b," * (size // 4),
        b"To: " + b"<" * size,
        b"To: " + b'<"' * (size // 2),
        b"Content-Type: text/plain; " + b"a*0*=b;" * (size // 7),
        b"Content-Type: text/plain" + b";" * size,
        b'Content-Type: text/plain; a="' + b"\\" * size,
        b"Content-Type: text/plain; " + b"(" * size,
        b"Content-Type: text/html\n\n" + b"<div>" * (size // 5),
        b"Content-Type: text/html\n\n" + b"<" * size,
        b"\n" + b"> " * (size // 2),
        b"Message-ID: " + b"<" * size,
        b"References: " + b"<a@b> " * (size // 6),
        b"Date: " + b"(" * size,
    ):
        assert costs(octets) < 2, octets[:60]
