"""textBody, htmlBody and attachments (RFC 8621 §4.1.4)."""

from __future__ import annotations

import pytest

from cyrpy.formats.mime import values
from cyrpy.formats.mime.message import Message


def entity(type: str, *parts: bytes, disposition: str = "", name: str = "", cid: str = "") -> bytes:
    """A part, or a multipart of some."""
    boundary = f"b{hash((type, parts)) & 0xFFFFFF}"
    head = f"Content-Type: {type}"
    if parts:
        head += f'; boundary="{boundary}"'
    if disposition:
        head += f"\r\nContent-Disposition: {disposition}" + (f"; filename={name}" if name else "")
    if cid:
        head += f"\r\nContent-ID: <{cid}>"
    if not parts:
        return f"{head}\r\n\r\n{name or type}".encode()
    lines = b"".join(b"--" + boundary.encode() + b"\r\n" + part + b"\r\n" for part in parts)
    return head.encode() + b"\r\n\r\n" + lines + b"--" + boundary.encode() + b"--\r\n"


def lists(octets: bytes) -> tuple[list[str], list[str], list[str]]:
    """The three lists; parts by letters in their order."""
    body = Message(octets).body
    letters = {id(part): "ABCDEFGHIJ"[n] for n, part in enumerate(body.leaves)}
    return tuple(
        [letters[id(p)] for p in some] for some in (body.text, body.html, body.attachments)
    )  # type: ignore[return-value]


def test_the_example_of_the_rfc_is_taken_apart_as_it_says():
    inline, attachment = "inline", "attachment"
    octets = entity(
        "multipart/mixed",
        entity("text/plain", disposition=inline),  # A
        entity(
            "multipart/mixed",
            entity(
                "multipart/alternative",
                entity(
                    "multipart/mixed",
                    entity("text/plain", disposition=inline),  # B
                    entity("image/jpeg", disposition=inline),  # C
                    entity("text/plain", disposition=inline),  # D
                ),
                entity("multipart/related", entity("text/html"), entity("image/jpeg")),  # E F
            ),
            entity("image/jpeg", disposition=attachment),  # G
            entity("application/x-excel"),  # H
            entity("message/rfc822"),  # J in the example, I here
        ),
        entity("text/plain", disposition=inline),  # K in the example, J here
    )
    assert lists(octets) == (
        ["A", "B", "C", "D", "J"],
        ["A", "E", "J"],
        ["C", "F", "G", "H", "I"],
    )


@pytest.mark.parametrize(
    ("octets", "expected"),
    [
        (entity("text/html"), (["A"], ["A"], [])),
        (entity("image/png"), (["A"], ["A"], [])),
        (entity("application/pdf"), ([], [], ["A"])),
        (entity("text/plain", disposition="attachment"), ([], [], ["A"])),
        (entity("multipart/alternative", entity("text/html")), (["A"], ["A"], [])),
        (
            entity("multipart/alternative", entity("text/plain"), entity("text/calendar")),
            (["A"], ["A"], ["B"]),
        ),
        (
            entity("multipart/mixed", entity("text/plain"), entity("text/plain", name="x")),
            (["A", "B"], ["A", "B"], []),
        ),
        (
            entity(
                "multipart/mixed",
                entity("text/plain"),
                entity("text/plain", disposition="inline", name="x"),
            ),
            (["A"], ["A"], ["B"]),
        ),
        (
            entity("multipart/related", entity("text/html"), entity("text/plain")),
            (["A"], ["A"], ["B"]),
        ),
    ],
)
def test_what_is_read_and_what_is_attached(octets, expected):
    assert lists(octets) == expected


@pytest.mark.parametrize(
    ("part", "offered"),
    [
        (entity("application/pdf"), True),
        (entity("application/pdf", disposition="inline"), False),
        (entity("image/png", disposition="attachment"), True),
        (entity("image/png", disposition="attachment", cid="a@b"), True),
        (entity("image/png", cid="a@b"), False),
    ],
)
def test_what_is_offered_for_download(part, offered):
    octets = entity("multipart/related", entity("text/html"), part)
    assert Message(octets).body.has_attachment == offered


@pytest.mark.parametrize(
    ("text", "limit", "html", "expected"),
    [
        ("hello", 0, False, ("hello", False)),
        ("hello", 5, False, ("hello", False)),
        ("hello", 4, False, ("hell", True)),
        ("aäb", 2, False, ("a", True)),
        ("\U0001f600x", 3, False, ("", True)),
        ("ab <a href='x'>c", 9, True, ("ab ", True)),
        ("ab <b>c</b>", 7, True, ("ab <b>c", True)),
    ],
)
def test_values_are_cut_between_characters_and_tags(text, limit, html, expected):
    assert values.truncated(text, limit, is_html=html) == expected
