"""Counting failures in a sliding window."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyrpy.auth import ratelimit
from cyrpy.auth.ratelimit import FailureLimits, Key, network_of
from tests.support.clock import Clock

KEY = Key("user", "test@localhost")


@given(st.lists(st.floats(0, 30), max_size=30))
def test_who_waits_as_told_may_try_and_not_before(pauses):
    clock = Clock()
    limits = FailureLimits(3, 60, clock)
    for pause in pauses:
        clock.advance(pause)
        seconds = limits.wait(KEY)
        assert (seconds > 0) == (limits.count(KEY) >= 3)
        if seconds:
            clock.advance(seconds)
            assert limits.wait(KEY) == 0
        limits.failed(KEY)


def test_longest_wait_of_several_keys_counts():
    clock = Clock()
    limits = FailureLimits(1, 60, clock)
    limits.failed(Key("user", "a"))
    clock.advance(10)
    limits.failed(Key("user", "b"))
    assert limits.wait(Key("user", "a"), Key("user", "b"), Key("user", "c")) == 60


def test_memory_is_bounded_and_forgets_the_oldest_failure(monkeypatch):
    monkeypatch.setattr(ratelimit, "CAPACITY", 2)
    limits = FailureLimits(1, 60, Clock())
    for name in ("a", "b", "a", "c"):
        limits.failed(Key("user", name))
    counts = {name: limits.count(Key("user", name)) for name in "abc"}
    assert counts == {"a": 1, "b": 0, "c": 1}


def test_trust_is_bounded_and_forgets_the_oldest(monkeypatch):
    monkeypatch.setattr(ratelimit, "TRUSTED", 2)
    limits = FailureLimits(1, 60, Clock())
    for address in ("a", "b", "a", "c"):
        limits.trust("test", address)
    assert [limits.trusts("test", address) for address in "abc"] == [True, False, True]


@pytest.mark.parametrize(
    ("host", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        (None, "unix"),
        ("testclient", "testclient"),
    ],
)
def test_address_is_counted_with_its_network(host, network):
    assert network_of(host) == network
