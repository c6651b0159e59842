"""Streams cut into components."""

from __future__ import annotations

from io import BytesIO

from hypothesis import given
from hypothesis import strategies as st

from cyrpy.transfer.outcome import Failure, Ready
from cyrpy.transfer.pieces import cut
from cyrpy.transfer.read_calendar import CalendarStream
from cyrpy.transfer.read_cards import CardStream

LINES = st.sampled_from(
    [
        "BEGIN:VCALENDAR",
        "END:VCALENDAR",
        "BEGIN:VEVENT",
        "END:VEVENT",
        "BEGIN:VTODO",
        "END:VTODO",
        "BEGIN:VALARM",
        "END:VALARM",
        "BEGIN:VTIMEZONE",
        "END:VTIMEZONE",
        "BEGIN:VCARD",
        "END:VCARD",
        "BEGIN:",
        "END:",
        "begin:x-own",
        "END:X-OWN",
        "UID:a",
        "UID:b",
        " folded",
        "uid;x=1:c",
        "AGENT:",
        "VERSION:3.0",
        "VERSION:2.1",
        "FN:A",
        "DTSTART:20260105T100000Z",
        "TZID:X",
        "nonsense",
        "",
    ]
)


@given(st.lists(LINES, max_size=40), st.sampled_from(["\r\n", "\n"]))
def test_whatever_comes_each_object_is_read_or_told_of(lines, end):
    octets = end.join(lines).encode()
    for stream in (CalendarStream, CardStream):
        found = list(stream("file", BytesIO(octets)).objects())
        assert all(isinstance(one, Ready | Failure) for one in found)


@given(st.binary(max_size=300))
def test_octets_of_any_kind_are_read_or_told_of(octets):
    for stream in (CalendarStream, CardStream):
        found = list(stream("file", BytesIO(b"BEGIN:VCARD\n" + octets)).objects())
        assert all(isinstance(one, Ready | Failure) for one in found)


@given(st.lists(LINES, max_size=40))
def test_pieces_lie_one_after_the_other(lines):
    octets = "\n".join(lines).encode()
    at = 0
    for piece in cut(BytesIO(octets)).pieces:
        assert at <= piece.start < piece.stop <= len(octets)
        assert octets[piece.start :].upper().startswith(b"BEGIN:")
        assert octets[: piece.start].count(b"\n") + 1 == piece.line
        at = piece.stop


def test_a_folded_uid_is_one():
    octets = b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:ab\n c\\,d\nEND:VEVENT\nEND:VCALENDAR\n"
    (piece,) = cut(BytesIO(octets)).pieces
    assert piece.uid == "abc,d"


def test_the_uid_of_what_is_inside_is_not_that_of_the_object():
    octets = b"BEGIN:VEVENT\nBEGIN:VALARM\nUID:inner\nEND:VALARM\nUID:outer\nEND:VEVENT\n"
    (piece,) = cut(BytesIO(octets)).pieces
    assert piece.uid == "outer"


def test_a_card_in_a_card_is_part_of_it():
    inner = b"BEGIN:VCARD\nN:Inner\nEND:VCARD\n"
    octets = b"BEGIN:VCARD\nUID:a\nAGENT:\n" + inner + b"END:VCARD\n" + inner
    found = cut(BytesIO(octets), "").pieces
    assert [(piece.uid, piece.trouble) for piece in found] == [("a", None), ("", None)]
