"""vCard octets to a tree and back: 2.1, 3.0, 4.0 (RFC 2426, RFC 6350 §3)."""

from __future__ import annotations

import time

import pytest
import vobject

from cyrpy.errors import FormatError
from cyrpy.formats.contentline import Line
from cyrpy.formats.ical.parse import Limits
from cyrpy.formats.vcard import media
from cyrpy.formats.vcard.parse import parse, parse_stream
from cyrpy.formats.vcard.validate import mended, problems, warnings
from cyrpy.formats.vcard.values import modern, types
from cyrpy.formats.vcard.write import write, write_utf8


def vcard(*lines: str) -> bytes:
    return "\r\n".join(["BEGIN:VCARD", *lines, "END:VCARD", ""]).encode()


def modern_line(*physical: str) -> Line:
    octets = vcard("VERSION:2.1", *physical)
    card = parse(octets)
    assert write(card) == octets
    return modern(card.properties[1], "2.1")


@pytest.mark.parametrize(
    ("lines", "value"),
    [
        (["N;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:=C3=A4;b"], "ä;b"),
        (["N;QUOTED-PRINTABLE:=C3=", "=A4;b"], "ä;b"),
        (["N;CHARSET=ISO-8859-1;ENCODING=QUOTED-PRINTABLE:=E4"], "ä"),
        (["N;CHARSET=Shift_JIS;ENCODING=QUOTED-PRINTABLE:=8E=52"], "山"),
        (["N;CHARSET=no-such;ENCODING=QUOTED-PRINTABLE:=C3=A4"], "ä"),
        (["NOTE;ENCODING=QUOTED-PRINTABLE:one=0D=0Atwo"], "one\\ntwo"),
        (["NOTE;ENCODING=QUOTED-PRINTABLE:a =", " b=", "c"], "a  bc"),
        (["NOTE;ENCODING=QUOTED-PRINTABLE:stray="], "stray"),
        (["ORG:Example, Ltd.;R&D"], "Example\\, Ltd.;R&D"),
        (["PHOTO;BASE64;JPEG:", " AAAA", " BBBB", ""], "AAAABBBB"),
        (["PHOTO;ENCODING=BASE64:AAAA", "BBBB=="], "AAAABBBB=="),
    ],
)
def test_a_line_of_2_1_has_the_value_it_means(lines, value):
    assert modern_line(*lines).value == value


def test_a_stray_soft_break_does_not_swallow_the_end():
    cards = parse_stream(vcard("NOTE;QUOTED-PRINTABLE:a=") + vcard("FN:b"))
    assert [len(card.properties) for card in cards] == [1, 1]


@pytest.mark.parametrize(
    "params",
    ["TYPE=home,voice", 'TYPE="home,voice"', "type=HOME;type=VOICE", "TYPE=HOME;TYPE=voice"],
)
def test_types_are_read_however_they_are_written(params):
    line = parse(vcard(f"TEL;{params}:1")).properties[0]
    assert types(line) == ("home", "voice")


def test_bare_words_are_types():
    assert types(modern_line("TEL;HOME;VOICE;PREF:1")) == ("home", "voice", "pref")


def test_groups_and_encoded_parameters():
    [line] = parse(vcard("item1.ADR;LABEL=a^nb^'c^';TYPE=home:;;x;;;;")).properties
    assert (line.group, line.name) == ("item1", "ADR")
    assert line.param("LABEL") == 'a\nb"c"'


def test_a_card_in_a_card_is_a_component():
    octets = vcard("VERSION:2.1", "AGENT:", "BEGIN:VCARD", "N:Agent", "END:VCARD", "N:Boss")
    card = parse(octets)
    assert [inside.value("N") for inside in card.components] == ["Agent"]
    assert write(card) == octets


def test_utf_16_is_read_and_written_as_utf_8():
    found: list[str] = []
    card = parse(vcard("FN:Jörg").decode().encode("utf-16"), found)
    assert card.value("FN") == "Jörg"
    assert write_utf8(card) == vcard("FN:Jörg")
    assert found == ["the text was UTF-16; it is stored as UTF-8"]


def test_long_lines_are_folded_between_characters():
    card = parse(vcard("FN:x"))
    card.put(Line.of("NOTE", "ü" * 100))
    octets = write(card)
    assert all(len(line) <= 75 for line in octets.split(b"\r\n"))
    assert parse(octets).value("NOTE") == "ü" * 100


@pytest.mark.parametrize(
    ("octets", "message"),
    [
        (b"", "there is no BEGIN:VCARD"),
        (b"hello", "BEGIN:VCARD is expected"),
        (b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "BEGIN:VCALENDAR where BEGIN:VCARD"),
        (b"BEGIN:VCARD\r\nFN:x\r\n", "no END:VCARD"),
        (vcard() + vcard(), "2 VCARD components where one is expected"),
        (vcard(*["BEGIN:VCARD"] * 20), "nested deeper"),
    ],
)
def test_says_what_is_no_vcard(octets, message):
    with pytest.raises(FormatError, match=message):
        parse(octets)


def test_size_is_bounded():
    with pytest.raises(FormatError, match="at most 10"):
        parse(vcard(), limits=Limits(max_octets=10))


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        (["VERSION:3.0", "UID:1", "FN:x", "N:x;;;;"], []),
        (["VERSION:3.0", "UID:1", "FN:x"], []),
        (["VERSION:4.0", "UID:1", "FN:"], []),
        (["VERSION:2.1", "UID:1", "FN:x"], ["supported-address-data"]),
        (["VERSION:3.0", "FN:x"], ["valid-address-data"]),
        (["VERSION:4.0", "UID: ", "FN:x"], ["valid-address-data"]),
        (["UID:1", "FN:x"], ["valid-address-data"]),
        (["VERSION:3.0", "UID:1"], ["valid-address-data"]),
        (["VERSION:3.0", "UID:1", "UID:2", "FN:x"], ["valid-address-data"]),
        (["VERSION:3.0", "UID:1", "FN:x", "PHOTO;ENCODING=b:%%"], ["valid-address-data"]),
        (["VERSION:3.0", "UID:1", "FN:x", "BEGIN:VCARD", "END:VCARD"], ["valid-address-data"]),
    ],
)
def test_an_address_object_is_checked(lines, found):
    assert [problem.precondition for problem in problems(parse(vcard(*lines)))] == found


def test_what_can_be_mended_is():
    card = parse(vcard("N:Doe;John;;Dr.;", "garbage"))
    assert all(problem.is_mendable for problem in problems(card))
    whole = mended(card, "new-uid")
    assert problems(whole) == []
    assert whole.value("FN") == "Dr. John Doe"
    assert (whole.value("VERSION"), whole.value("UID")) == ("3.0", "new-uid")
    assert "no content lines" in warnings(whole)[0]


@pytest.mark.parametrize("octets", [b"", b"\x00\xff", b"<svg/>"])
def test_a_data_uri_holds_the_octets_exactly(octets):
    uri = media.encode_uri(octets, "image/svg+xml;charset=utf-8")
    assert media.decode_uri(uri) == ("image/svg+xml;charset=utf-8", octets)


@pytest.mark.parametrize(
    ("uri", "data"),
    [
        ("data:,a%20b", ("text/plain", b"a b")),
        ("DATA:image/png;BASE64,iVBO Rw0K", ("image/png", b"\x89PNG\r\n")),
        ("data:image/png;base64,%69VBORw0K", ("image/png", b"\x89PNG\r\n")),
        ("data:image/png;base64,***", None),
        ("https://example.com/", None),
    ],
)
def test_data_uris_are_read_leniently(uri, data):
    assert media.decode_uri(uri) == data


def test_vobject_reads_the_same_3_0():
    octets = vcard(
        "VERSION:3.0", "N:Doe;John,Jack;;Dr.;", "FN:John", "NOTE:a\\, b\\nc", "ORG:A\\;B;C",
        "item1.EMAIL;TYPE=home,pref:a@b", "TEL;TYPE=CELL:+1",
    )  # fmt: skip
    theirs = vobject.readOne(octets.decode())
    ours = parse(octets)
    assert theirs.note.value == ours.text("NOTE")
    assert theirs.org.value == ["A;B", "C"]
    assert theirs.n.value.given == ["John", "Jack"]
    email = ours.first("EMAIL")
    assert email is not None
    assert (theirs.email.group, theirs.email.params["TYPE"]) == (email.group, ["home", "pref"])


def test_hostile_streams_take_linear_time():
    began = time.perf_counter()
    parse(vcard("PHOTO;BASE64:", *["A" * 70] * 20_000))
    parse(vcard(*["NOTE;QUOTED-PRINTABLE:" + "=" * 60] * 5_000, "FN:x"))
    parse(vcard(*[";" * 5_000] * 200))
    assert time.perf_counter() - began < 10
