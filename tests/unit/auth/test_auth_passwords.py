"""Hashing and verifying passwords with argon2id."""

from __future__ import annotations

import asyncio
import threading

import pytest

from cyrpy.auth import passwords
from cyrpy.auth.passwords import Passwords, prepared
from cyrpy.errors import FormatError, Unavailable


@pytest.fixture
def cheap():
    made = Passwords(memory_kib=8, passes=1)
    yield made
    made.close()


def test_default_is_argon2id_with_19_mib_two_passes_one_lane():
    hashed = Passwords().hash("test")
    assert hashed.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert Passwords().verify(hashed, "test")


def test_same_password_never_has_the_same_hash(cheap):
    assert cheap.hash("test") != cheap.hash("test")


def test_another_password_fails(cheap):
    assert not cheap.verify(cheap.hash("test"), "Test")


def test_without_a_hash_no_password_is_right(cheap):
    assert not cheap.verify(None, "stand-in")
    assert cheap.verified == 1


def test_broken_hash_fails(cheap):
    assert not cheap.verify("not a hash", "test")


@pytest.mark.parametrize("password", ["", "a" * 1025, "tab\tbed", "null\x00", "\ud800"])
def test_what_cannot_be_sent_cannot_be_a_password(password):
    with pytest.raises(FormatError):
        prepared(password)


def test_wrong_kind_of_password_fails_without_an_error(cheap):
    assert not cheap.verify(cheap.hash("test"), "a" * 1025)


def test_spaces_of_all_scripts_are_the_same():
    assert prepared("a\u3000b") == "a b"


def test_queue_is_bounded(cheap, monkeypatch):
    monkeypatch.setattr(passwords, "MAX_WAITING", 3)
    hashed = cheap.hash("test")

    async def flood():
        checks = [cheap.check(hashed, "test") for _ in range(5)]
        return await asyncio.gather(*checks, return_exceptions=True)

    outcomes = asyncio.run(flood())
    assert outcomes[:3] == [True] * 3
    assert all(isinstance(outcome, Unavailable) for outcome in outcomes[3:])


class Watched(Passwords):
    """Notes how many verifications ran at one time."""

    def __init__(self):
        super().__init__(memory_kib=8, passes=1)
        self.lock = threading.Lock()
        self.running = self.most = 0

    def verify(self, hashed, password):
        with self.lock:
            self.running += 1
            self.most = max(self.most, self.running)
        try:
            return super().verify(hashed, password)
        finally:
            with self.lock:
                self.running -= 1


def test_no_more_than_two_run_at_once():
    watched = Watched()
    hashed = watched.hash("test")

    async def flood():
        return await asyncio.gather(*[watched.check(hashed, "test") for _ in range(50)])

    assert all(asyncio.run(flood()))
    assert watched.verified == 50
    assert watched.most <= passwords.AT_ONCE == 2
    watched.close()
