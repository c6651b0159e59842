"""`cyrpy token`."""

from __future__ import annotations

import json

import pytest

from cyrpy.auth import lookup
from cyrpy.auth.generated import app_password_hash, token_hash


@pytest.fixture
def user(shell):
    shell.ok("user", "add", "test", "--no-password")
    return shell


def tokens(shell):
    return json.loads(shell.ok("token", "list", "test", "--json"))


def test_token_is_printed_once_and_kept_as_a_hash(user, opened):
    secret = user.ok("token", "add", "test", "--label", "phone").strip()
    found = lookup.by_token(opened(), token_hash(secret))
    assert found.user.name == "test@localhost"
    assert secret not in user.ok("token", "list", "test")


def test_app_password_does_for_one_module(user, opened):
    options = ("--label", "phone", "--app-password", "--module", "caldav")
    secret = user.ok("token", "add", "test", *options).strip()
    found = lookup.by_app_password(opened(), "test@localhost", app_password_hash(secret))
    assert found.identity(frozenset()).modules == {"caldav"}


def test_tokens_expire_and_app_passwords_do_not(user):
    user.ok("token", "add", "test", "--label", "a")
    user.ok("token", "add", "test", "--label", "b", "--app-password")
    user.ok("token", "add", "test", "--label", "c", "--expires", "never")
    user.ok("token", "add", "test", "--label", "d", "--app-password", "--expires", "90d")
    expires = {token["label"]: token["expires"] is not None for token in tokens(user)}
    assert expires == {"a": True, "b": False, "c": False, "d": True}


@pytest.mark.parametrize("options", [("--module", "nonsense"), ("--expires", "soon")])
def test_nonsense_is_a_usage_error(user, options):
    result = user.run("token", "add", "test", "--label", "phone", *options)
    assert result.exit_code == 2
    assert tokens(user) == []


def test_token_is_revoked_by_its_number(user):
    user.ok("token", "add", "test", "--label", "phone")
    (token,) = tokens(user)
    user.ok("token", "revoke", "test", str(token["id"]))
    assert tokens(user) == []
    assert "no token" in user.refused("token", "revoke", "test", str(token["id"]))


def test_token_of_another_and_the_password_are_not_revoked(user):
    user.ok("user", "add", "anna", "--generate")
    number = json.loads(user.ok("user", "show", "anna", "--json"))["credentials"][0]["id"]
    assert "no token" in user.refused("token", "revoke", "test", str(number))
    assert "no token" in user.refused("token", "revoke", "anna", str(number))


def test_rooms_have_no_tokens(user):
    user.ok("group", "add", "attic", "--kind", "room")
    assert "rooms" in user.refused("token", "add", "attic", "--label", "phone")


def test_label_is_of_one_line(user):
    assert "one line" in user.refused("token", "add", "test", "--label", "a\nb")
