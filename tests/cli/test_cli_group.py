"""`cyrpy group`, `cyrpy address` and `cyrpy domain`."""

from __future__ import annotations

import json

import pytest


@pytest.fixture
def staff(shell):
    shell.ok("user", "add", "test", "--no-password")
    shell.ok("group", "add", "staff", "--name", "All of us")
    shell.ok("group", "add", "attic", "--kind", "room", "--description", "12 seats")
    return shell


def shown(shell, name):
    return json.loads(shell.ok("group", "show", name, "--json"))


def test_groups_and_rooms_are_listed_and_users_are_not(staff):
    lines = [line.split("\t")[:3] for line in staff.ok("group", "list").splitlines()]
    assert lines == [
        ["attic@localhost", "room", "attic"],
        ["staff@localhost", "group", "All of us"],
    ]


def test_members_join_and_leave(staff):
    staff.ok("group", "join", "staff", "test", "attic")
    assert shown(staff, "staff")["members"] == ["attic@localhost", "test@localhost"]
    assert json.loads(staff.ok("user", "show", "test", "--json"))["groups"] == ["staff@localhost"]
    staff.ok("group", "leave", "staff", "test")
    assert shown(staff, "staff")["members"] == ["attic@localhost"]


def test_all_members_join_or_none(staff):
    assert "nobody" in staff.refused("group", "join", "staff", "test", "nobody")
    assert shown(staff, "staff")["members"] == []


def test_rooms_have_no_members(staff):
    assert "no group" in staff.refused("group", "join", "attic", "test")


def test_room_is_renamed_and_removed(staff):
    staff.ok("group", "rename", "attic", "loft")
    assert shown(staff, "loft")["description"] == "12 seats"
    staff.ok("group", "remove", "loft", "--yes")
    assert "no loft" in staff.refused("group", "show", "loft")


def test_user_is_no_group(staff):
    assert "cyrpy user" in staff.refused("group", "remove", "test", "--yes")


def test_addresses_are_added_listed_and_removed(staff):
    staff.ok("domain", "add", "Example.com")
    staff.ok("address", "add", "test", "t@example.com", "--first")
    staff.ok("address", "add", "staff", "all@example.com")
    assert staff.ok("address", "list", "test").splitlines() == [
        "t@example.com\ttest@localhost",
        "test@localhost\ttest@localhost",
    ]
    assert len(staff.ok("address", "list").splitlines()) == 5
    staff.ok("address", "remove", "t@example.com")
    assert "nobody" in staff.refused("address", "remove", "t@example.com")


def test_domains_are_listed_with_the_default_one_first(staff):
    staff.ok("domain", "add", "example.com")
    assert staff.ok("domain", "list").splitlines() == ["localhost\t3", "example.com\t0"]
    assert "already" in staff.refused("domain", "add", "example.com")
    staff.ok("domain", "remove", "example.com")
    assert staff.ok("domain", "list").splitlines() == ["localhost\t3"]


def test_address_in_a_foreign_domain_names_the_remedy(staff):
    assert "cyrpy domain add" in staff.refused("address", "add", "test", "t@example.com")
