"""sync-collection (RFC 6578) on homes in which something is that others share."""

from __future__ import annotations

import pytest

from tests.caldav.test_proxies import delegate
from tests.dav.test_invitations import mine, offer, reply, share, uid_of
from tests.dav.test_invitations import notices as told
from tests.dav.test_sync import changes
from tests.support.dav import clark

READ = "D:read"


@pytest.fixture
def work(anna, bert) -> str:
    """A calendar that Bert may read."""
    url = f"{anna.calendars}work/"
    assert anna.request("MKCALENDAR", url).status == 201
    assert anna.share(url, **{bert.principal: READ}).status == 200
    return url


def shown(bert, name: str) -> str:
    return f"{bert.calendars}anna@example.com.{name}/"


def test_what_was_renamed_and_then_unshared_is_gone_under_the_name_that_was_known(anna, bert, work):
    token = bert.sync(bert.calendars).token
    renamed = f"{anna.calendars}renamed/"
    assert anna.request("MOVE", work, headers={"destination": renamed}).status == 201
    assert anna.share(renamed).status == 200
    assert changes(bert.sync(bert.calendars, token))[shown(bert, "work")] == 404


@pytest.mark.parametrize("to_be", ["shared", "renamed, then shared"])
def test_what_is_newly_shared_tells_no_name_that_it_had_before(anna, bert, to_be):
    token = bert.sync(bert.calendars).token
    url = f"{anna.calendars}secret/"
    anna.request("MKCALENDAR", url)
    if to_be != "shared":
        old, url = url, f"{anna.calendars}open/"
        anna.request("MOVE", old, headers={"destination": url})
    anna.share(url, **{bert.principal: READ})
    name = "secret" if to_be == "shared" else "open"
    assert changes(bert.sync(bert.calendars, token)) == {shown(bert, name): 200}


def test_what_came_and_went_between_the_pages_of_a_first_sync_is_not_there(anna, bert):
    pages = [bert.sync(bert.calendars, limit=1)]
    anna.share(f"{anna.calendars}Default/", **{bert.principal: READ})
    pages.append(bert.sync(bert.calendars, pages[-1].token, limit=10))
    anna.share(f"{anna.calendars}Default/")
    pages.append(bert.sync(bert.calendars, pages[-1].token))
    there: set[str] = set()
    for page in pages:
        for url, status in changes(page).items():
            (there.add if status == 200 else there.discard)(url)
    assert shown(bert, "Default") not in there


def test_a_first_sync_during_which_something_changed_says_that_there_is_more(anna):
    first = anna.sync(anna.calendars, limit=1)
    anna.request("MKCALENDAR", f"{anna.calendars}new/")
    last = anna.sync(anna.calendars, first.token, limit=100)
    assert changes(last)[anna.calendars] == 507
    again = changes(anna.sync(anna.calendars, last.token))
    assert again == {f"{anna.calendars}new/": 200}


@pytest.mark.parametrize("answered", ["invite-accepted", "invite-declined"])
def test_the_owner_is_told_that_somebody_was_invited_and_what_came_of_it(anna, bert, answered):
    url = f"{anna.calendars}Default/"
    token = anna.sync(anna.calendars).token
    share(anna, url, offer(f"mailto:{bert.row.name}"))
    invited = anna.sync(anna.calendars, token)
    assert changes(invited) == {url: 200}
    assert clark("CS:shared-owner") in anna.get(url, "D:resourcetype")
    reply(bert, bert.calendars, uid_of(told(bert)[0]), answered)
    answer = anna.sync(anna.calendars, invited.token)
    assert changes(answer) == {url: 200}
    if answered == "invite-accepted":
        bert.request("DELETE", mine(bert.calendars))
        assert changes(anna.sync(anna.calendars, answer.token)) == {url: 200}


def test_the_owner_is_told_what_delegates_make_of_its_calendars(anna, bert):
    token = anna.sync(anna.calendars).token
    delegate(anna, "read", bert)
    assert changes(anna.sync(anna.calendars, token)) == {f"{anna.calendars}Default/": 200}
