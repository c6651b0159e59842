"""Shared calendars: where they are seen, by whom, and what is whose own."""

from __future__ import annotations

import pytest

from cyrpy.data.dav import dead_properties
from cyrpy.groupware import groups
from cyrpy.groupware.principals import remove
from tests.support.dav import clark


@pytest.fixture
def work(anna) -> str:
    url = f"{anna.calendars}work/"
    anna.request("MKCALENDAR", url)
    anna.set(url, "D:displayname", "Work")
    return url


@pytest.fixture
def shared(anna, bert, work) -> str:
    """Anna's calendar in bert's home."""
    assert anna.share(work, **{bert.principal: "D:read"}).status == 200
    return f"{bert.calendars}anna@example.com.work/"


def test_what_is_not_shared_is_not_there(anna, bert, work):
    for url in (anna.calendars, work, f"{bert.calendars}anna@example.com.work/"):
        assert bert.propfind(url, "D:owner").status == 404
        assert bert.request("PROPPATCH", url, b"<a/>").status == 404
        assert bert.request("DELETE", url).status == 404
        assert bert.request("ACL", url, b"<a/>").status == 404
        assert bert.sync(url).status == 404


def test_shared_calendar_is_in_ones_own_home(anna, bert, shared):
    found = bert.propfind(bert.calendars, "D:owner", "D:displayname", depth="1").responses
    assert found[shared]["D:owner"] == [anna.principal]
    assert found[shared]["D:displayname"] == "Work"


def test_shared_calendar_is_in_its_owners_home_alone_of_all_that_are_there(
    anna, bert, work, shared
):
    found = bert.propfind(anna.calendars, "D:owner", depth="1").responses
    assert list(found) == [anna.calendars, work]


def test_homes_of_those_who_share_are_listed(anna, bert, shared):
    found = bert.propfind("/dav/calendars/user/", "D:owner", depth="1").responses
    assert {anna.calendars, bert.calendars} <= set(found)


def test_owner_does_not_see_what_the_sharee_has(anna, bert, shared):
    assert anna.propfind(bert.calendars, "D:owner").status == 404
    assert anna.propfind(shared, "D:owner").status == 404


def test_name_and_colour_are_each_ones_own(anna, bert, work, shared):
    assert bert.set(shared, "D:displayname", "Anna's") == 200
    assert bert.set(shared, "A:calendar-color", "#00ff00") == 200
    assert bert.get(shared, "D:displayname") == bert.get(work, "D:displayname") == "Anna's"
    assert anna.get(work, "D:displayname") == "Work"


def test_dead_properties_of_a_sharee_cover_the_owners_for_it_alone(anna, bert, work, shared):
    anna.set(work, "X:note", "anna's")
    assert bert.get(shared, "X:note") == "anna's"
    bert.set(shared, "X:note", "bert's")
    assert (anna.get(work, "X:note"), bert.get(shared, "X:note")) == ("anna's", "bert's")
    bert.remove(shared, "X:note")
    assert anna.get(work, "X:note") == "anna's"
    assert bert.propfind(shared, "X:note").one.status_of("X:note") == 404


def test_removing_what_never_was_leaves_no_trace(bert, shared, server):
    name = "X:" + "n" * 5000
    assert bert.remove(shared, name) == 200
    with server.core.database.read() as unit:
        assert dead_properties(unit, 1, "Calendar", bert.row.id) == {}


def test_what_is_for_all_is_not_a_readers_to_change(anna, bert, work, shared):
    assert bert.set(shared, "C:calendar-description", "mine") == 403
    assert anna.propfind(work, "C:calendar-description").one.found.keys() == {404}


def test_reader_has_no_privilege_that_would_look_like_writing(bert, shared):
    names = str(bert.get(shared, "D:current-user-privilege-set"))
    for name in ("write", "write-content", "write-properties", "all"):
        assert f"{{DAV:}}{name}'" not in names


def test_reader_cannot_delete(anna, bert, work, shared):
    answer = bert.request("DELETE", work)
    assert (answer.status, answer.condition) == (403, clark("D:need-privileges"))
    assert anna.propfind(work, "D:owner").status == 207


def test_deleting_it_in_ones_own_home_leaves_the_share(anna, bert, work, shared):
    assert bert.request("DELETE", shared).status == 204
    assert bert.propfind(work, "D:owner").status == 404
    assert anna.propfind(work, "D:owner").status == 207


def test_free_busy_alone_shows_nothing(anna, bert, work):
    anna.share(work, **{bert.principal: "C:read-free-busy"})
    assert bert.propfind(work, "D:owner").status == 404


def test_what_a_group_was_granted_its_members_see(server, anna, bert, work):
    row = server.add("team", "group")
    anna.share(work, **{f"/dav/principals/group/{row.name}/": "D:read"})
    assert bert.propfind(work, "D:owner").status == 404
    server.core.database.write(lambda unit: groups.join(unit, row, bert.row))
    assert bert.propfind(work, "D:owner").status == 207


def changes(answer) -> dict[str, int]:
    return {url: r.status or 200 for url, r in answer.responses.items()}


def test_sharing_and_its_end_are_changes_of_the_sharees_home(anna, bert, work):
    token = bert.sync(bert.calendars).token
    anna.share(work, **{bert.principal: "D:read"})
    shared = f"{bert.calendars}anna@example.com.work/"
    answer = bert.sync(bert.calendars, token)
    assert changes(answer) == {shared: 200}
    anna.share(work)
    assert changes(bert.sync(bert.calendars, answer.token)) == {shared: 404}


def test_what_the_sharee_may_not_see_is_no_change_of_its_home(anna, bert, shared):
    token = bert.sync(bert.calendars).token
    anna.request("MKCALENDAR", f"{anna.calendars}secret/")
    answer = bert.sync(bert.calendars, token)
    assert changes(answer) == {}
    assert b"secret" not in answer.body


def test_shared_calendar_that_is_deleted_goes_from_the_sharees_home(anna, bert, work, shared):
    token = bert.sync(bert.calendars).token
    anna.request("DELETE", work)
    assert changes(bert.sync(bert.calendars, token)) == {shared: 404}


def test_own_settings_are_a_change_for_the_one_who_made_them(anna, bert, shared):
    before, annas = bert.sync(bert.calendars).token, anna.sync(anna.calendars).token
    bert.set(shared, "A:calendar-color", "#00ff00")
    assert changes(bert.sync(bert.calendars, before)) == {shared: 200}
    assert changes(anna.sync(anna.calendars, annas)) == {}


def test_whose_account_is_removed_is_a_new_start(server, anna, bert, shared):
    token = bert.sync(bert.calendars).token
    server.core.database.write(lambda unit: remove(unit, anna.row))
    answer = bert.sync(bert.calendars, token)
    assert (answer.status, answer.condition) == (403, clark("D:valid-sync-token"))
