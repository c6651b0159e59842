"""Delegates (Apple's caldav-proxy)."""

from __future__ import annotations

import pytest
from lxml import etree

from cyrpy.groupware.principals import remove
from tests.support.dav import clark

MODES = ["read", "write"]


def group(who, mode: str) -> str:
    return f"{who.principal}calendar-proxy-{mode}/"


def delegate(who, mode: str, *others) -> int:
    members = "".join(f"<D:href>{other.principal}</D:href>" for other in others)
    return who.set(group(who, mode), "D:group-member-set", members)


@pytest.mark.parametrize("mode", MODES)
def test_each_user_has_groups_of_delegates(anna, mode):
    found = anna.propfind(group(anna, mode), "D:resourcetype", "D:group-member-set").one
    assert {clark("D:principal"), clark(f"CS:calendar-proxy-{mode}")} <= set(
        found["D:resourcetype"]
    )
    assert found["D:group-member-set"] == ""


@pytest.mark.parametrize("mode", MODES)
def test_a_delegate_sees_all_calendars_also_new_ones(anna, bert, mode):
    assert delegate(anna, mode, bert) == 200
    anna.request("MKCALENDAR", f"{anna.calendars}later/")
    seen = bert.propfind(bert.calendars, "D:owner", depth="1").responses
    assert f"{bert.calendars}anna@example.com.Default/" in seen
    assert f"{bert.calendars}anna@example.com.later/" in seen


def test_those_who_write_may_and_those_who_read_may_not(anna, bert, server):
    carl = server.client("carl")
    delegate(anna, "write", bert)
    delegate(anna, "read", carl)
    url = f"{anna.calendars}Default/"
    assert clark("D:write-content") in str(bert.get(url, "D:current-user-privilege-set"))
    assert clark("D:write-content") not in str(carl.get(url, "D:current-user-privilege-set"))


def test_a_delegate_finds_for_whom_it_acts(anna, bert):
    delegate(anna, "write", bert)
    assert bert.get(bert.principal, "CS:calendar-proxy-write-for") == [anna.principal]
    assert bert.get(bert.principal, "CS:calendar-proxy-read-for") == ""
    assert group(anna, "write") in bert.get(bert.principal, "D:group-membership")


def test_who_is_no_delegate_any_more_sees_nothing(anna, bert):
    delegate(anna, "write", bert)
    assert delegate(anna, "write") == 200
    assert bert.propfind(f"{anna.calendars}Default/", "D:owner").status == 404
    assert bert.get(bert.principal, "CS:calendar-proxy-write-for") == ""


def test_only_the_user_itself_says_who_acts_for_it(anna, bert, server):
    carl = server.client("carl")
    delegate(anna, "write", bert)
    assert delegate_for(bert, anna, carl) == 403
    assert carl.propfind(group(anna, "write"), "D:owner").status == 404


def delegate_for(who, owner, other) -> int:
    value = f"<D:href>{other.principal}</D:href>"
    return who.set(group(owner, "write"), "D:group-member-set", value)


def test_delegates_must_be_others_that_there_are(anna):
    assert delegate(anna, "write", anna) == 409
    url = "<D:href>/dav/principals/user/nobody@example.com/</D:href>"
    assert anna.set(group(anna, "write"), "D:group-member-set", url) == 409


def test_a_removed_user_takes_its_delegates_groups_along(anna, bert, server):

    delegate(anna, "write", bert)
    server.core.database.write(lambda unit: remove(unit, anna.row))
    assert bert.get(bert.principal, "CS:calendar-proxy-write-for") == ""
    assert bert.get(bert.principal, "D:group-membership") == ""


@pytest.mark.parametrize("mode", MODES)
def test_delegates_stay_whoever_else_a_calendar_is_shared_with(anna, bert, server, mode):
    carl = server.client("carl")
    delegate(anna, mode, bert)
    url = f"{anna.calendars}Default/"
    assert anna.share(url, **{carl.principal: "D:read"}).status == 200
    assert bert.propfind(url, "D:owner").status == 207
    assert anna.share(url).status == 200
    assert bert.propfind(url, "D:owner").status == 207


def test_an_acl_with_delegates_can_be_written_as_it_was_read(anna, bert, server):
    carl = server.client("carl")
    url = f"{anna.calendars}Default/"
    anna.share(url, **{carl.principal: "D:read"})
    delegate(anna, "write", bert)
    before = anna.propfind(url, "D:acl")
    aces = before.root.findall(f".//{clark('D:ace')}")
    assert len([ace for ace in aces if ace.find(clark("D:protected")) is not None]) == 2
    body = etree.Element(clark("D:acl"))
    body.extend(ace for ace in aces if ace.find(f".//{clark('D:property')}") is None)
    assert anna.request("ACL", url, etree.tostring(body)).status == 200
    assert anna.propfind(url, "D:acl").body == before.body
