"""Rate limits on failures: guessing is stopped, and nobody is locked out by others."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from cyrpy.auth.challenge import Reason
from tests.auth.conftest import Server, basic, bearer, request

LIMIT = 3
WINDOW = 60
TEST = basic("test", "test")
HOME, ELSEWHERE = "192.0.2.1", "198.51.100."


@pytest.fixture
def server(start: Callable[..., Server]) -> Server:
    made = start(auth_rate_limit=LIMIT, auth_rate_window=WINDOW, failedloginpause=3)
    made.add("test", "test")
    made.add("anna", "anna")
    return made


def guess(server, count=LIMIT, name="test", client=HOME):
    for n in range(count):
        assert server.status(basic(name, f"guess {n} {client}"), client=client) == 401


def attack_from_everywhere(server):
    for n in range(LIMIT):
        guess(server, 1, client=f"{ELSEWHERE}{n}")


def test_address_that_failed_too_often_has_to_wait(server, clock):
    guess(server)
    clock.advance(20)
    refusal = server.sign_in(basic("anna", "anna"))
    assert (refusal.status, refusal.reason) == (429, Reason.TOO_MANY)
    assert (b"retry-after", b"40") in refusal.headers


def test_others_are_not_concerned(server):
    guess(server)
    assert server.status(basic("anna", "anna"), client="192.0.2.2") == 200


def test_after_the_window_it_may_try_again(server, clock):
    guess(server)
    clock.advance(WINDOW)
    assert server.status(TEST) == 200


def test_window_slides(server, clock):
    guess(server, 1)
    clock.advance(WINDOW - 1)
    guess(server, LIMIT - 1, name="anna")
    assert server.status(TEST) == 429
    clock.advance(1)
    assert server.status(TEST) == 200


def test_ipv6_customer_is_one_address(server):
    for n in range(LIMIT):
        guess(server, 1, name=f"user{n}", client=f"2001:db8::{n}")
    assert server.status(TEST, client="2001:db8::ffff") == 429
    assert server.status(TEST, client="2001:db8:0:1::1") == 200


def test_user_who_was_tried_from_everywhere_cannot_be_tried_further(server):
    attack_from_everywhere(server)
    assert server.status(TEST, client=f"{ELSEWHERE}99") == 429


def test_unknown_user_is_counted_like_a_known_one(server):
    for n in range(LIMIT):
        guess(server, 1, name="nobody", client=f"{ELSEWHERE}{n}")
    assert server.status(basic("nobody", "x"), client=f"{ELSEWHERE}99") == 429


def test_attack_does_not_end_a_session(server):
    assert server.status(TEST) == 200
    attack_from_everywhere(server)
    assert server.status(TEST) == 200


def test_attack_does_not_lock_the_user_out_where_it_is_at_home(server):
    assert server.status(TEST) == 200
    server.set_password("new")
    attack_from_everywhere(server)
    assert server.status(basic("test", "new")) == 200


def test_known_password_is_verified_again_under_attack(server, clock):
    assert server.status(TEST) == 200
    clock.advance(server.settings.auth_cache_seconds)
    guess(server)
    assert server.status(TEST) == 200


def test_app_passwords_and_tokens_are_not_locked_out(server):
    app, token = server.app_password().secret, server.token().secret
    guess(server)
    assert server.status(basic("test", app)) == 200
    assert server.status(bearer(token)) == 200


def test_one_wrong_password_repeated_is_hashed_once_and_closes_nothing_but_itself(server):
    wrong = basic("test", "old password of a telephone")
    assert [server.status(wrong) for _ in range(LIMIT + 2)] == [401] * LIMIT + [429] * 2
    assert server.passwords.verified == 1
    assert server.status(TEST) == 200


def test_guessed_tokens_close_the_address(server):
    for n in range(LIMIT):
        assert server.status(bearer(f"guess{n}")) == 401
    assert server.status(bearer("another")) == 429


def test_one_wrong_token_repeated_closes_nothing_but_itself(server):
    statuses = [server.status(bearer("revoked")) for _ in range(LIMIT + 1)]
    assert statuses == [401] * LIMIT + [429]
    assert server.status(bearer("another")) == 401


def test_guesses_at_the_same_moment_are_limited_too(server):
    async def burst():
        scopes = [request(basic("test", f"guess {n}")) for n in range(20)]
        return await asyncio.gather(*map(server.authenticator.authenticate, scopes))

    statuses = [refusal.status for refusal in asyncio.run(burst())]
    assert statuses.count(429) >= 20 - LIMIT - 1  # one may be under way beside the last
    assert server.passwords.verified <= LIMIT + 1


def test_refusals_are_held_back_longer_and_longer(start):
    server = start(auth_rate_limit=100, failedloginpause=1)
    guess(server, 5)
    assert server.pauses == [0.25, 0.5, 1, 1]


def test_refusals_are_not_held_back_if_the_admin_says_so(start):
    server = start(failedloginpause=0)
    guess(server, 3)
    assert server.pauses == []
