"""Parsing of the Authorization header (RFC 7617, RFC 6750)."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyrpy.auth.header import MAX_HEADER, Basic, Bearer, Malformed, authorization_of, parse

PLAIN = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=50)


@given(st.binary(max_size=200))
def test_anything_is_parsed(value):
    assert isinstance(parse(value), Basic | Bearer | Malformed)


@given(st.binary(max_size=200))
def test_anything_is_parsed_as_basic(value):
    assert isinstance(parse(b"Basic " + base64.b64encode(value)), Basic | Malformed)


@given(name=PLAIN.filter(lambda text: ":" not in text), password=PLAIN)
def test_what_a_client_encodes_is_read(name, password):
    value = b"basic " + base64.b64encode(f"{name}:{password}".encode())
    assert parse(value) == Basic(name, password)


@given(st.from_regex(r"[A-Za-z0-9._~+/-]{1,80}=*", fullmatch=True))
def test_every_b64token_is_a_token(token):
    assert parse(b"Bearer " + token.encode()) == Bearer(token)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (b"name", "name:password"),
        (b":password", "not be empty"),
        (b"name:", "not be empty"),
        (b"name:pass\x00word", "control"),
        (b"name:\xff", "UTF-8"),
    ],
)
def test_what_is_wrong_is_told(text, why):
    parsed = parse(b"Basic " + base64.b64encode(text))
    assert isinstance(parsed, Malformed)
    assert why in parsed.detail


def test_too_long_a_header_is_not_looked_at():
    assert isinstance(parse(b"Bearer " + b"a" * MAX_HEADER), Malformed)


def test_secrets_are_in_no_representation():
    assert "geheim" not in repr([Basic("test", "geheim"), Bearer("geheim")])


def test_header_is_found_among_others():
    assert authorization_of([(b"host", b"x"), (b"authorization", b"Basic x")]) == b"Basic x"
    assert authorization_of([(b"host", b"x")]) is None
