"""Access control (RFC 3744): reading it, and the ACL method."""

from __future__ import annotations

import pytest
from lxml import etree

from cyrpy.data import access
from tests.support.dav import clark, prop, tree


@pytest.fixture
def work(anna) -> str:
    return f"{anna.calendars}Default/"


def privileges(client, url: str) -> set[str]:
    element = client.propfind(url, "D:current-user-privilege-set").root
    return {e[0].tag for e in element.iter(clark("D:privilege"))}


def granted(client, url: str) -> dict[str, set[str]]:
    """What is granted to whom, without what is protected."""
    root = client.propfind(url, "D:acl").root
    return {
        ace.findtext(f".//{clark('D:href')}"): {e[0].tag for e in ace.iter(clark("D:privilege"))}
        for ace in root.iter(clark("D:ace"))
        if ace.find(clark("D:protected")) is None
    }


def ace(who: str, what: str, kind: str = "grant") -> str:
    return f"<D:ace><D:principal>{who}</D:principal><D:{kind}>{what}</D:{kind}></D:ace>"


def refused(client, url: str, content: str) -> str | None:
    answer = client.request("ACL", url, tree("D:acl", content))
    assert answer.status == 403
    return answer.condition


READ = "<D:privilege><D:read/></D:privilege>"


def test_owner_has_all_privileges(anna, work):
    found = privileges(anna, work)
    assert {clark("D:all"), clark("D:write-acl"), clark("C:read-free-busy")} <= found


def test_granted_reading_lets_read_and_nothing_else(anna, bert, work):
    assert anna.share(work, **{bert.principal: "D:read"}).status == 200
    assert privileges(bert, work) == {
        clark("D:read"),
        clark("C:read-free-busy"),
        clark("D:read-current-user-privilege-set"),
    }


def test_granted_writing_is_all_of_its_parts(anna, bert, work):
    anna.share(work, **{bert.principal: "D:read D:write"})
    parts = {"D:write", "D:write-properties", "D:write-content", "D:bind", "D:unbind"}
    assert {clark(name) for name in parts} <= privileges(bert, work)
    assert clark("D:all") not in privileges(bert, work)


def test_acl_shows_what_was_granted(anna, bert, work):
    anna.share(work, **{bert.principal: "D:read"})
    assert clark("D:read") in granted(anna, work)[bert.principal]


def test_acl_read_and_sent_back_keeps_rights_that_it_cannot_show(anna, bert, work, server):
    database, key = server.core.database, (anna.row.id, "Calendar", 1)
    database.write(lambda unit: access.put_grant(unit, *key, bert.row.id, "lrs975"))
    acl = anna.propfind(work, "D:acl").root.find(f".//{clark('D:acl')}")
    assert anna.request("ACL", work, etree.tostring(acl)).status == 200
    with database.read() as unit:
        assert access.granted_to(unit, *key[:2], [bert.row.id]) == {1: "lrs975"}


def test_acl_replaces_what_was_granted(anna, bert, work):
    anna.share(work, **{bert.principal: "D:read"})
    anna.share(work)
    assert granted(anna, work) == {}
    assert bert.propfind(work, "D:owner").status == 404


def test_acl_is_for_those_who_administer(anna, bert, work):
    anna.share(work, **{bert.principal: "D:read"})
    answer = bert.share(work, **{bert.principal: "D:read D:write"})
    assert (answer.status, answer.condition) == (403, clark("D:need-privileges"))
    found = bert.propfind(work, "D:acl").one
    assert found.status_of("D:acl") == 403


def test_nobody_grants_what_it_does_not_have(anna, bert, server, work):
    carl = server.client("carl")
    anna.share(work, **{bert.principal: "D:read D:write-acl D:read-acl"})
    answer = bert.share(work, **{carl.principal: "D:read D:write"})
    assert answer.status == 403


@pytest.mark.parametrize(
    ("content", "condition"),
    [
        (ace("<D:href>/dav/principals/user/nobody/</D:href>", READ), "D:recognized-principal"),
        (ace("<D:href>/dav/calendars/</D:href>", READ), "D:recognized-principal"),
        (ace("<D:all/>", READ), "D:allowed-principal"),
        (ace("<D:authenticated/>", READ), "D:allowed-principal"),
        (ace("<D:self/>", READ, "deny"), "D:grant-only"),
        (f"<D:ace><D:invert/>{READ}</D:ace>", "D:no-invert"),
        (
            ace("<D:self/>", "<D:privilege><X:fly/></D:privilege>"),
            "D:not-supported-privilege",
        ),
        (ace("<D:self/>", READ) * 1001, "D:limited-number-of-aces"),
    ],
)
def test_what_cannot_be_granted_is_refused_by_its_precondition(anna, work, content, condition):
    assert refused(anna, work, content) == clark(condition)


def test_what_cannot_be_granted_alone_is_refused(anna, bert, work):
    answer = anna.share(work, **{bert.principal: "D:read D:write-content"})
    assert (answer.status, answer.condition) == (403, clark("D:not-supported-privilege"))


def test_owner_cannot_lose_its_rights(anna, work):
    assert anna.share(work, **{anna.principal: "D:read"}).status == 200
    assert clark("D:all") in privileges(anna, work)


def test_acl_principal_prop_set_lists_who_was_granted_something(anna, bert, work):
    anna.share(work, **{bert.principal: "D:read"})
    answer = anna.report(work, "D:acl-principal-prop-set", prop("D:displayname"))
    assert answer.one["D:displayname"] == "Bert Öztürk"


def test_restrictions_and_inheritance_are_told(anna, work):
    found = anna.propfind(work, "D:acl-restrictions", "D:inherited-acl-set").one
    assert found["D:acl-restrictions"] == [clark("D:grant-only"), clark("D:no-invert")]
    assert found["D:inherited-acl-set"] == ""


def test_supported_privileges_hold_those_that_the_user_has(anna, work):
    root = anna.propfind(work, "D:supported-privilege-set").root
    names = {e[0].tag for e in root.iter(clark("D:privilege"))}
    assert privileges(anna, work) == names


def test_homes_cannot_be_shared_as_a_whole(anna):
    assert anna.share(anna.calendars).status == 405
