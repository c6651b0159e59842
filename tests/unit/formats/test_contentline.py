"""Content lines: unfolding, parameters, folding (RFC 5545 §3.1, RFC 6868)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyrpy.errors import FormatError
from cyrpy.formats import textvalue
from cyrpy.formats.contentline import Line, decode, fold, parse_line, parse_lines, split_lines

# What a line can carry: everything but control characters (RFC 5545 §3.1: CONTROL is excluded).
TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]))


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
@pytest.mark.parametrize("space", [" ", "\t"])
def test_unfolds_whatever_ends_the_lines(end, space):
    raws = split_lines(f"SUMMARY:one{end}{space}two{end}UID:1{end}")
    assert [(line.name, line.value) for line in parse_lines(raws)] == [
        ("SUMMARY", "onetwo"),
        ("UID", "1"),
    ]


def test_unfolds_inside_a_character():
    octets = "SUMMARY:南".encode()
    line = parse_line(decode(octets[:-1] + b"\r\n " + octets[-1:]))
    assert line.value == "南"


def test_reads_as_latin_1_what_is_not_utf_8():
    assert parse_line(decode("SUMMARY:Grüße".encode("latin-1"))).value == "Grüße"


def test_refuses_utf_16_and_says_what_to_do():
    with pytest.raises(FormatError, match="save it as UTF-8"):
        decode("BEGIN:VCALENDAR".encode("utf-16"))


@pytest.mark.parametrize(
    ("raw", "name", "params", "value"),
    [
        ("UID:a:b", "UID", {}, "a:b"),
        ("dtstart;value=date:20260101", "DTSTART", {"VALUE": ("date",)}, "20260101"),
        ('X;CN="a;b:c,d":v', "X", {"CN": ("a;b:c,d",)}, "v"),
        ('X;M=a,"b,c",d:v', "X", {"M": ("a", "b,c", "d")}, "v"),
        ("X;L=^'x^' ^^ y^n^z:v", "X", {"L": ('"x" ^ y\n^z',)}, "v"),
        ("TEL;HOME;TYPE=cell;TYPE=voice:1", "TEL", {"HOME": (), "TYPE": ("cell", "voice")}, "1"),
        ('X;CN=The "Boss:v', "X", {"CN": ("The Boss",)}, "v"),
        ("X_FOO.BAR:v", "BAR", {}, "v"),
        ("X-FOO_BAR ;A=b:v", "X-FOO_BAR", {"A": ("b",)}, "v"),
        ("X;A=;B=c:", "X", {"A": ("",), "B": ("c",)}, ""),
    ],
)
def test_splits_name_params_and_value(raw, name, params, value):
    line = parse_line(raw)
    assert (line.name, line.params, line.value) == (name, params, value)


def test_a_group_is_no_part_of_the_name():
    line = parse_line("item1.EMAIL;TYPE=work:a@example.org")
    assert (line.group, line.name) == ("item1", "EMAIL")
    assert Line.of("TEL", "1", group="g").written() == "g.TEL:1\r\n"


@pytest.mark.parametrize("raw", ["", "no colon", ":value", "=:", ";A=b:c"])
def test_what_is_no_content_line_has_no_name_and_is_kept(raw):
    line = parse_line(raw)
    assert line.name == ""
    assert line.written() == raw + "\r\n"


@given(st.dictionaries(st.sampled_from(["CN", "LABEL", "X-A"]), st.lists(TEXT, min_size=1)), TEXT)
def test_a_new_line_is_read_back_as_it_was_made(params, value):
    written = Line.of("X-P", value, params).written()
    assert max(len(part) for part in written.encode().split(b"\r\n")) <= 75
    read = parse_lines(split_lines(written))[0]
    clean = {name: tuple(values) for name, values in params.items()}
    assert (read.params, read.value) == (clean, value)


def test_control_characters_are_not_written():
    assert Line.of("SUMMARY", "a\x00\x07b\r\nUID:evil", {"X": "\x0bc"}).written() == (
        "SUMMARY;X=c:abUID:evil\r\n"
    )


def test_folds_between_characters():
    for part in fold("SUMMARY:" + "🎶" * 60).encode().split(b"\r\n"):
        part.decode()


@given(st.text())
def test_text_survives_escaping(text):
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    assert textvalue.unescape(textvalue.escape(text)) == plain


@given(st.lists(st.lists(TEXT.filter(bool), min_size=1), min_size=1))
def test_structured_values_survive_escaping(components):
    assert textvalue.unescape_structured(textvalue.escape_structured(components)) == components


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (r"a\, b\; c\\d\ne\Nf", "a, b; c\\d\ne\nf"),
        (r"https\://x", "https://x"),
        (r"C:\temp", r"C:\temp"),
        ("end\\", "end\\"),
    ],
)
def test_unescapes_what_clients_write(value, text):
    assert textvalue.unescape(value) == text


def test_splits_only_where_the_separator_is_not_escaped():
    assert textvalue.split(r"a\,b,c\\,d") == [r"a\,b", r"c\\", "d"]
    assert textvalue.unescape_structured(r";;Ring 1\;2;Wien,Vienna;") == [
        [],
        [],
        ["Ring 1;2"],
        ["Wien", "Vienna"],
        [],
    ]
