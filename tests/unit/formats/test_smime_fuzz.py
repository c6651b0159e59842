"""S/MIME that is damaged, or made to hurt: a verdict, and never anything else."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cyrpy.errors import FormatError
from cyrpy.formats.mime.message import Message
from cyrpy.formats.smime import Trust, cms, verify
from cyrpy.formats.smime.ber import MAX_DEPTH, MAX_ELEMENTS, oid, parse
from tests.support.smime import TEXT, authority, opaque, signature, signed, signer

AUTHORITY = authority()
SIGNER = signer(AUTHORITY, is_rsa=False)
TRUST = Trust([AUTHORITY.certificate])
DETACHED = signature(SIGNER, TEXT)
WHOLE = signature(SIGNER, TEXT, detached=False)
STATUSES = {"unknown", "signed/verified", "signed/failed"}


def status(octets: bytes) -> str | None:
    found = verify(Message(octets), TRUST, datetime.now(UTC))
    return None if found is None else found.status


def test_what_is_mutated_below_is_sound():
    assert status(opaque(WHOLE)) == status(signed(SIGNER)) == "signed/verified"


@given(st.binary(max_size=300))
@settings(max_examples=300)
def test_anything_is_an_element_or_refused(octets):
    with suppress(FormatError):
        parse(octets)
    with suppress(FormatError):
        cms.read(octets)


@pytest.mark.filterwarnings("ignore::cryptography.utils.CryptographyDeprecationWarning")
@given(st.integers(0, len(WHOLE) - 1), st.integers(0, 255), st.integers(0, 40))
@settings(max_examples=300)
def test_damage_leads_to_a_verdict(at, octet, lost):
    changed = WHOLE[:at] + bytes([octet]) + WHOLE[at + 1 + lost :]
    assert status(opaque(changed)) in STATUSES


@given(st.integers(0, len(TEXT) - 1), st.integers(0, 255))
@settings(max_examples=100)
def test_no_other_text_is_verified(at, octet):
    text = TEXT[:at] + bytes([octet]) + TEXT[at + 1 :]
    whole = WHOLE.replace(TEXT, text)
    assert (status(opaque(whole)) == "signed/verified") is (text == TEXT)


@pytest.mark.parametrize(
    "octets",
    [
        b"\x30\x80" * (MAX_DEPTH + 2),
        b"\x30\x84\x00\x03\x00\x00" + b"\x05\x00" * (MAX_ELEMENTS + 1),
        b"\x30\x86\xff\xff\xff\xff\xff\xff",
        b"\x1f\x1f\x1f",
        b"\x04\x80abc\0\0",
        b"\x30\x80\x02\x01\x01",
        b"",
    ],
)
def test_what_is_made_to_hurt_is_refused(octets):
    with pytest.raises(FormatError):
        parse(octets)


def test_strings_in_pieces_are_put_together():
    pieces = b"\x24\x80\x04\x02ab\x24\x03\x04\x01c\0\0"
    assert parse(pieces).content == b"abc"


def test_object_identifiers_are_written_as_der_has_them():
    assert oid("1.2.840.113549.1.7.2") == bytes.fromhex("2a864886f70d010702")
