"""`cyrpy share`: links are made, listed and revoked."""

from __future__ import annotations

import json
import re

import pytest

from cyrpy.groupware import publishing


@pytest.fixture
def user(shell):
    shell.ok("user", "add", "test", "--no-password")
    return shell


def links(shell):
    return json.loads(shell.ok("share", "list", "test", "--json"))


def token_in(text: str) -> str:
    return re.search(r"/public/([\w-]{43})/", text)[1]


@pytest.mark.parametrize(
    ("options", "kind", "suffix"),
    [
        (("--calendar", "Default"), "Calendar", "/Default.ics"),
        (("--book", "Default"), "AddressBook", "/Default.vcf"),
        (("--free-busy",), "FreeBusy", "/test.ifb"),
    ],
)
def test_a_link_is_printed_once_and_opens_what_it_names(user, opened, options, kind, suffix):
    printed = user.ok("share", "add", "test", *options).strip()
    assert printed.startswith("https://")
    assert printed.endswith(suffix)
    token = token_in(printed)
    with opened().read() as unit:
        assert publishing.opened(unit, token).link.kind == kind
    assert token not in json.dumps(links(user))


def test_links_are_listed_with_what_they_show(user):
    user.ok("share", "add", "test", "-c", "Default", "--label", "club", "--people", "--alarms")
    (link,) = links(user)
    assert (link["name"], link["label"], link["shows"]) == ("Default", "club", ["alarms", "people"])


def test_a_revoked_link_opens_nothing(user, opened):
    token = token_in(user.ok("share", "add", "test", "--free-busy"))
    (link,) = links(user)
    user.ok("share", "revoke", "test", str(link["id"]))
    with opened().read() as unit:
        assert publishing.opened(unit, token) is None
    assert "has no link" in user.refused("share", "revoke", "test", str(link["id"]))


@pytest.mark.parametrize(
    "options",
    [
        (),
        ("-c", "Default", "--free-busy"),
        ("--free-busy", "--people"),
        ("-b", "Default", "--alarms"),
    ],
)
def test_options_that_do_not_go_together_are_a_usage_error(user, options):
    assert user.run("share", "add", "test", *options).exit_code == 2
    assert links(user) == []


def test_what_does_not_exist_cannot_be_shared(user):
    assert "no calendar" in user.refused("share", "add", "test", "-c", "none")
    assert "there is no" in user.refused("share", "add", "nobody", "--free-busy")
