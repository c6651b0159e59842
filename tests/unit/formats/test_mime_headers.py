"""Forms of header fields (RFC 8621 §4.1.2), beside what the corpus has of them."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from email.header import decode_header, make_header

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cyrpy.formats.mime import addresses, compose, dates, headers, words
from cyrpy.formats.mime.headers import parse_property
from cyrpy.formats.mime.message import Message
from cyrpy.formats.mime.threads import base_subject, keys_of

EXAMPLE = (
    b'  "  James Smythe" <james@example.com>, Friends:\r\n'
    b"  jane@example.com, =?UTF-8?Q?John_Sm=C3=AEth?=\r\n <john@example.com>;"
)


def test_addresses_are_those_of_the_example():
    assert headers.address_list(EXAMPLE) == [
        {"name": "James Smythe", "email": "james@example.com"},
        {"name": None, "email": "jane@example.com"},
        {"name": "John Smîth", "email": "john@example.com"},
    ]


def test_grouped_addresses_are_those_of_the_example():
    groups = headers.grouped_addresses(EXAMPLE)
    assert [(g["name"], [a["email"] for a in g["addresses"]]) for g in groups] == [
        (None, ["james@example.com"]),
        ("Friends", ["jane@example.com", "john@example.com"]),
    ]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (b"ada@x", [(None, "ada@x")]),
        (b"Ada <ada@x>", [("Ada", "ada@x")]),
        (b"ada@x (Ada L.)", [("Ada L.", "ada@x")]),
        (b"Ada Lovelace ada@x", [("Ada Lovelace", "ada@x")]),
        (b"J. R. Smith <x@y>", [("J. R. Smith", "x@y")]),
        (b'"joe q"@x.org', [(None, '"joe q"@x.org')]),
        (b"user@[IPv6:::1]", [(None, "user@[IPv6:::1]")]),
        (b'"unclosed <x@y>, b@c', [('"unclosed', "x@y"), (None, "b@c")]),
        (b"a@b; c@d", [(None, "a@b"), (None, "c@d")]),
        (b"undisclosed-recipients:;", []),
        (b" , ,", []),
        (b"just a name", [(None, "just a name")]),
        (b"half <broken@x, ok@y", [("half", "broken@x"), (None, "ok@y")]),
        (b'"=?utf-8?q?J=C3=B6rg?=" <x@y>', [("Jörg", "x@y")]),
        (b"=?utf-8?q?a=2Cb?= <x@y>, c@d", [("a,b", "x@y"), (None, "c@d")]),
    ],
)
def test_addresses_are_read_leniently(value, expected):
    assert [tuple(address) for address in addresses.read(value)] == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (b" Tue, 10 Jul 2018 11:03:11 +1000", "2018-07-10T11:03:11+10:00"),
        (b"10 Jul 18 01:02", "2018-07-10T01:02:00Z"),
        (b"Tue, 10 Jul 2018 11:03:11 GMT (winter)", "2018-07-10T11:03:11Z"),
        (b"Fri, 21 Nov 97 09(comment):   55  :  06 -0600", "1997-11-21T09:55:06-06:00"),
        (b"Mon, 31 Dec 2016 23:59:60 -0000", "2016-12-31T23:59:59Z"),
        (b"Mon, 01 Jan 2020 10:00:00.123 +0100", "2020-01-01T10:00:00+01:00"),
        (b"Tue, 10 Jul 2018 11:03:11 EST", "2018-07-10T11:03:11-05:00"),
        (b"31 Feb 2020 00:00:00 +0000", None),
        (b"yesterday", None),
        (b"", None),
    ],
)
def test_dates_keep_their_offset(value, expected):
    assert headers.date(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (b"<a@b>", ["a@b"]),
        (b"(c) <a@b> (d)\r\n <e @ f>", ["a@b", "e@f"]),
        (b"a@b", ["a@b"]),
        (b"garbage", None),
        (b"<>", None),
    ],
)
def test_message_ids_are_without_brackets(value, expected):
    assert headers.message_ids(value) == expected


def test_urls_are_without_comments():
    value = b" <mailto:a@b?subject=x> (by mail),\r\n <http://exa\r\n mple.com/>"
    assert headers.urls(value) == ["mailto:a@b?subject=x", "http://example.com/"]
    assert headers.urls(b"none") is None


@pytest.mark.parametrize(
    ("property", "is_known"),
    [
        ("header:Subject", True),
        ("header:Subject:asText", True),
        ("header:Subject:asText:all", True),
        ("header:X-Anything:asDate", True),
        ("header:X-Anything:asGroupedAddresses:all", True),
        ("header:List-Post:asURLs", True),
        ("header:List-Id:asText", True),
        ("header:From:asDate", False),
        ("header:Subject:asAddresses", False),
        ("header:Received:asText", False),
        ("header:Date:asText", False),
        ("header:Subject:asNothing", False),
        ("header:Subject:all:asText", False),
        ("header:", False),
        ("header:a b", False),
        ("subject", False),
    ],
)
def test_forms_are_for_fields_of_which_they_make_sense(property, is_known):
    assert (parse_property(property) is not None) == is_known


def test_the_last_field_counts_unless_all_are_asked_for():
    message = Message(b"X-A: 1\r\nx-a:2\r\nX-A: \r\n =?utf-8?q?3?=\r\n\r\n")

    def value(property: str):
        wanted = parse_property(property)
        assert wanted is not None
        return message.header(wanted)

    assert value("header:X-A") == " \r\n =?utf-8?q?3?="
    assert value("header:x-a:asText:all") == ["1", "2", "3"]
    assert value("header:X-B") is None
    assert value("header:X-B:all") == []
    assert message.headers() == [
        {"name": "X-A", "value": " 1"},
        {"name": "x-a", "value": "2"},
        {"name": "X-A", "value": " \r\n =?utf-8?q?3?="},
    ]


readable = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=12)
sentences = st.lists(readable, min_size=1, max_size=12).map(" ".join)


@settings(max_examples=200, deadline=None)
@given(sentences)
def test_text_comes_back_as_it_was_written(text):
    written = compose.text(text)
    assert words.text(written) == words.composed(text)
    assert all(len(line) <= 998 for line in written.split(b"\r\n"))
    assert written.isascii()


@settings(max_examples=200, deadline=None)
@given(sentences)
def test_the_standard_library_reads_what_we_encode(text):
    value = compose.text(text).decode().replace("\r\n", "").strip()
    assert str(make_header(decode_header(value))) == text


names = st.one_of(st.none(), sentences)
mailboxes = st.fixed_dictionaries({"name": names, "email": st.just("a.b+c@example.com")})


@settings(max_examples=200, deadline=None)
@given(st.lists(mailboxes, max_size=6))
def test_addresses_come_back_as_they_were_written(given_addresses):
    composed = [
        {"name": a["name"] and words.composed(a["name"]), "email": a["email"]}
        for a in given_addresses
    ]
    assert headers.address_list(compose.addresses(given_addresses)) == composed


zones = st.integers(-1439, 1439).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@given(st.datetimes(datetime(1900, 1, 1), datetime(9998, 1, 1), timezones=zones))
def test_dates_come_back_as_they_were_written(moment):
    moment = moment.replace(microsecond=0)
    assert dates.read(compose.date(moment.isoformat())) == moment


@given(st.binary(max_size=200))
def test_no_value_is_an_error_in_any_form(value):
    for form in headers.FORMS.values():
        form(value)


@pytest.mark.parametrize(
    ("subject", "base"),
    [
        ("Re: Hello", "Hello"),
        ("RE[2]: Fwd: [list] Hello (fwd)", "Hello"),
        ("[fwd: [list] re: Hello (FWD)]", "Hello"),
        ("AW: WG: Antw: Hello", "Hello"),
        ("[only a blob]", "[only a blob]"),
        ("[a] [b] c", "c"),
        ("Re :  x\t y", "x y"),
        ("Reference: x", "Reference: x"),
        ("hello re: x", "hello re: x"),
        ("re: re:", ""),
        (None, ""),
    ],
)
def test_base_subjects(subject, base):
    assert base_subject(subject) == base


def test_messages_share_a_key_if_an_id_and_the_subject_are_the_same():
    first = set(keys_of(["a@x"], "Plan"))
    assert first & set(keys_of(["b@x", "a@x"], "Re: PLAN "))
    assert not first & set(keys_of(["a@x"], "Other"))
    assert not first & set(keys_of(["c@x"], "Plan"))
    assert len(keys_of([f"{n}@x" for n in range(5000)], "Plan")) == 100
