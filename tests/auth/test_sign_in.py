"""Signing in: passwords, app passwords and tokens, and what is answered to the others."""

from __future__ import annotations

import asyncio
import json
import logging

import pytest

from cyrpy.auth.challenge import Reason, Refusal
from cyrpy.auth.identity import Identity
from cyrpy.auth.passwords import Passwords
from cyrpy.data import credentials
from cyrpy.groupware.groups import join
from tests.auth.conftest import basic, bearer, request

TEST = basic("test", "test")


def detail(refusal: Refusal) -> str:
    return json.loads(refusal.body)["detail"]


def header(refusal: Refusal, name: bytes) -> list[bytes]:
    return [value for key, value in refusal.headers if key == name]


def test_password_leads_to_the_user(server):
    identity = server.sign_in(TEST)
    user = server.user()
    assert identity == Identity(
        principal_id=user.id,
        userid="test@localhost",
        account_id="test_40localhost",
        is_admin=False,
        modules=None,
        groups=frozenset(),
        epoch=user.epoch,
        credential_id=identity.credential_id,
    )


def test_full_name_is_the_same_user(server):
    assert server.sign_in(basic("Test@LOCALHOST", "test")).userid == "test@localhost"


def test_admins_are_known_by_their_userid(start):
    server = start(admins=("test",))
    server.add("test", "test")
    assert server.sign_in(TEST).is_admin


def test_groups_are_part_of_the_identity(server):
    group = server.add("staff", type="group")
    server.database.write(lambda unit: join(unit, group, server.user()))
    assert server.sign_in(TEST).groups == {group.id}


def test_password_may_hold_colons_and_any_letters(server):
    server.set_password("pä:ss wörd")
    assert server.status(basic("test", "pä:ss wörd")) == 200


def test_password_is_the_same_in_composed_and_decomposed_letters(server):
    server.set_password("caf\u00e9")
    assert server.status(basic("test", "cafe\u0301")) == 200


def test_second_request_verifies_nothing(server):
    server.sign_in(TEST)
    server.sign_in(TEST)
    assert server.passwords.verified == 1


def test_password_is_verified_again_when_it_was_remembered_long_enough(server, clock):
    server.sign_in(TEST)
    clock.advance(server.settings.auth_cache_seconds)
    server.sign_in(TEST)
    assert server.passwords.verified == 2


def test_nothing_is_remembered_if_the_admin_says_so(start):
    server = start(auth_cache_seconds=0)
    server.add("test", "test")
    server.sign_in(TEST)
    server.sign_in(TEST)
    assert server.passwords.verified == 2


def test_many_requests_at_once_verify_once(server):
    async def burst():
        scopes = [request(TEST) for _ in range(20)]
        return await asyncio.gather(*map(server.authenticator.authenticate, scopes))

    answers = asyncio.run(burst())
    assert {answer.userid for answer in answers} == {"test@localhost"}
    assert server.passwords.verified == 1


def test_unknown_user_costs_a_verification_as_a_known_one_does(server):
    assert server.status(basic("nobody", "test")) == 401
    assert server.passwords.verified == 1
    assert server.status(basic("test", "wrong")) == 401
    assert server.passwords.verified == 2


def test_user_without_password_costs_a_verification_too(server):
    server.add("anna")
    assert server.status(basic("anna", "")) == 401
    assert server.status(basic("anna", "stand-in")) == 401
    assert server.passwords.verified == 1


def test_unknown_user_and_wrong_password_are_answered_alike(server):
    assert server.sign_in(basic("nobody", "test")) == server.sign_in(basic("test", "wrong"))


def test_refusal_has_one_clear_challenge_and_says_how_to_sign_in(server):
    refusal = server.sign_in()
    assert refusal.is_missing
    assert refusal.status == 401
    assert header(refusal, b"www-authenticate") == [
        b'Basic realm="mail.example.com", charset="UTF-8"'
    ]
    assert header(refusal, b"content-type") == [b"application/problem+json"]
    assert "app password" in detail(refusal)


@pytest.mark.parametrize(
    "value",
    [b"", b" ", b"Basic", b"Basic ???", b"Basic dGVzdA==", b"Bearer", b"Bearer \xff", b"Digest x"],
)
def test_garbage_is_refused_and_not_an_error(server, value):
    refusal = server.sign_in(value)
    assert (refusal.status, refusal.reason) == (401, Reason.MALFORMED)


def test_two_headers_are_refused(server):
    assert server.sign_in(TEST, TEST).reason is Reason.MALFORMED


@pytest.mark.parametrize("client", ["127.0.0.1", "::1", None])
def test_same_machine_needs_no_encryption(server, client):
    assert server.status(TEST, client=client, scheme="http") == 200


def test_password_over_an_open_line_is_refused_and_not_verified(server):
    refusal = server.sign_in(TEST, scheme="http")
    assert (refusal.status, refusal.reason) == (403, Reason.PLAINTEXT)
    assert "allowplaintext" in detail(refusal)
    assert header(refusal, b"www-authenticate") == []
    assert server.passwords.verified == 0


def test_what_is_remembered_from_tls_does_not_open_an_open_line(server):
    server.sign_in(TEST)
    assert server.status(TEST, scheme="http") == 403


def test_open_line_asks_for_no_password(server):
    refusal = server.sign_in(scheme="http")
    assert refusal.is_missing
    assert header(refusal, b"www-authenticate") == []


def test_admin_may_allow_open_lines(start):
    server = start(allowplaintext=True)
    server.add("test", "test")
    assert server.status(TEST, scheme="http") == 200


def test_app_password_signs_in_with_or_without_its_hyphens(server):
    secret = server.app_password().secret
    assert server.status(basic("test", secret)) == 200
    assert server.status(basic("test", secret.replace("-", "").upper())) == 200
    assert server.passwords.verified == 0


def test_app_password_of_another_does_not(server):
    server.add("anna", "anna")
    assert server.status(basic("anna", server.app_password().secret)) == 401


def test_token_signs_in(server):
    token = server.token().secret
    assert server.sign_in(bearer(token)).userid == "test@localhost"


@pytest.mark.parametrize("spelling", [b"X-JMAP %s", b"%s"])
def test_token_signs_in_as_classic_clients_spell_it(server, spelling):
    assert server.status(spelling % server.token().secret.encode()) == 200


def test_token_is_no_password_and_an_app_password_no_token(server):
    assert server.status(basic("test", server.token().secret)) == 401
    assert server.status(bearer(server.app_password().secret)) == 401


def test_wrong_token_is_told_so_in_the_terms_of_bearer(server):
    (challenge,) = header(server.sign_in(bearer("wrong")), b"www-authenticate")
    assert challenge.startswith(b'Bearer realm="mail.example.com", error="invalid_token"')


def test_expired_token_fails_even_if_it_is_remembered(server, clock):
    token = bearer(server.token(expires_at=int(clock.now) + 60).secret)
    assert server.status(token) == 200
    clock.advance(60)
    assert server.status(token) == 401


def test_scoped_credential_is_good_for_its_modules_only(server):
    secret = server.app_password(modules=frozenset({"caldav"})).secret
    identity = server.sign_in(basic("test", secret))
    permit = server.authenticator.permit
    assert permit(identity, frozenset({"caldav"})) is None
    assert permit(identity, frozenset({"dav", "caldav", "carddav"})) is None
    refusal = permit(identity, frozenset({"jmap"}))
    assert (refusal.status, refusal.reason) == (403, Reason.SCOPE)
    assert "caldav" in detail(refusal)


def test_password_is_good_for_every_module(server):
    assert server.authenticator.permit(server.sign_in(TEST), frozenset({"jmap"})) is None


def test_groups_do_not_sign_in(server):
    group = server.add("staff", type="group")
    hashed = server.passwords.hash("staff")
    server.database.write(lambda unit: credentials.set_password(unit, group.id, hashed))
    assert server.status(basic("staff", "staff")) == 401


def test_password_is_hashed_anew_when_the_parameters_changed(server):
    stronger = Passwords(memory_kib=16, passes=1)
    user = server.user()
    hashed = stronger.hash("test")
    stronger.close()
    server.database.write(lambda unit: credentials.set_password(unit, user.id, hashed))
    first = server.sign_in(TEST)
    with server.database.read() as unit:
        row = unit.first(credentials.PASSWORD_OF, principal_id=user.id)
    assert "m=8," in row.secret
    assert server.sign_in(TEST) == first


def test_no_secret_is_logged(server, caplog):
    caplog.set_level(logging.DEBUG)
    server.sign_in(basic("test", "hunter2"))
    server.sign_in(basic("hunter2", "x"))
    server.sign_in(bearer("hunter2"))
    assert "sign-in of test@localhost" in caplog.text
    assert "hunter2" not in caplog.text


def test_connection_that_lasts_learns_what_changed(server):
    async def refreshed():
        identity = await server.authenticator.authenticate(request(TEST))
        assert await server.authenticator.refresh(identity) is identity
        await asyncio.to_thread(server.set_password, "new")
        return await server.authenticator.refresh(identity)

    assert asyncio.run(refreshed()) is None
