"""Signed texts, and downloads by them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyrpy_jmap.signing import (
    DOWNLOAD_SECONDS,
    Signer,
    sign_download,
    signed_identity,
)
from tests.support.clock import Clock
from tests.unit.jmap.classic.codec import VIEWER

KEY = b"k" * 32
IDENTITY = VIEWER.identity


@pytest.fixture
def signer(clock: Clock) -> Signer:
    return Signer(KEY, clock)


def test_what_was_signed_comes_back(signer):
    assert signer.check("sign-in", signer.sign("sign-in", {"a": "ü"}, 10)) == {"a": "ü"}


def test_a_text_is_good_for_its_purpose_alone(signer):
    assert signer.check("download", signer.sign("sign-in", {}, 10)) is None


def test_another_key_does_not_open_it(signer, clock):
    assert Signer(b"x" * 32, clock).check("sign-in", signer.sign("sign-in", {}, 10)) is None


@given(text=st.text(max_size=60), position=st.integers(0, 40))
def test_no_other_text_is_good(text, position):
    signer = Signer(KEY, lambda: 0.0)
    signed = signer.sign("sign-in", {"a": 1}, 10)
    changed = signed[:position] + text + signed[position + 1 :]
    if changed != signed:
        assert signer.check("sign-in", changed) in (None, {"a": 1})
    assert signer.check("sign-in", text) is None


def test_a_download_is_of_one_blob_in_one_account(signer):
    token = sign_download(signer, IDENTITY, "A", "G1")
    assert signed_identity(signer, token, "A", "G2") is None
    assert signed_identity(signer, token, "B", "G1") is None
    found = signed_identity(signer, token, "A", "G1")
    assert found is not None
    assert (found.userid, found.credential_id) == (IDENTITY.userid, IDENTITY.credential_id)


def test_the_identity_of_a_download_has_no_rights_until_it_is_refreshed(signer):
    found = signed_identity(signer, sign_download(signer, IDENTITY, "A", "G1"), "A", "G1")
    assert found is not None
    assert (found.modules, found.groups, found.is_admin) == (frozenset(), frozenset(), False)
    assert found.epoch != IDENTITY.epoch


def test_a_download_must_begin_soon(signer, clock):
    token = sign_download(signer, IDENTITY, "A", "G1")
    clock.now += DOWNLOAD_SECONDS
    assert signed_identity(signer, token, "A", "G1") is None
