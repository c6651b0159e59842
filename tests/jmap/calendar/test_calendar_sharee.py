"""What a sharee sees of a calendar, of its changes and of nothing else (RFC 9670 §4)."""

from __future__ import annotations

import pytest

from tests.jmap.calendar.test_calendar_changes import changed
from tests.jmap.calendar.test_calendar_set import ALERT
from tests.support.jmap import CALENDARS

READ = {"mayReadItems": True}
PERSONAL = {
    "name": "Hers",
    "color": "#abc",
    "sortOrder": 9,
    "isSubscribed": True,
    "isVisible": False,
    "includeInAvailability": "attending",
    "timeZone": "Asia/Tokyo",
    "defaultAlertsWithTime": {"a": ALERT},
    "defaultAlertsWithoutTime": {"b": ALERT},
}


@pytest.fixture
def default(anna, bert) -> str:
    """A calendar that bert may read."""
    anna.share("Default", **{bert.account: READ})
    return "Default"


def test_the_account_appears_with_the_first_share(anna, bert):
    assert list(bert.session()["accounts"]) == [bert.account]
    anna.share("Default", **{bert.account: READ})
    found = bert.session()["accounts"][anna.account]
    assert (found["name"], found["isPersonal"]) == (anna.client.name, False)
    assert found["accountCapabilities"][CALENDARS]["mayCreateCalendar"] is False


def test_the_account_goes_with_the_last_share(anna, bert, default):
    anna.update(default, shareWith=None)
    assert list(bert.session()["accounts"]) == [bert.account]
    assert bert.fail("Calendar/get", accountId=anna.account)["type"] == "accountNotFound"


def test_a_share_changes_the_state_of_the_session(anna, bert):
    before = bert.session()["state"]
    anna.share("Default", **{bert.account: READ})
    assert bert.session()["state"] != before


def test_only_what_is_shared_is_shown(anna, shared, default):
    other = anna.create()
    assert list(shared.all()) == [default]
    assert shared.call("get", ids=[other])["notFound"] == [other]


def test_name_colour_and_time_zone_are_the_owners_at_first(anna, shared, default):
    anna.update(default, color="#123456", timeZone="Europe/Vienna", sortOrder=4, isVisible=False)
    found = shared.one(default)
    assert (found["name"], found["color"], found["timeZone"]) == (
        "Default",
        "#123456",
        "Europe/Vienna",
    )
    assert (found["sortOrder"], found["isSubscribed"], found["isVisible"]) == (0, False, True)
    assert found["includeInAvailability"] == "none"


@pytest.mark.parametrize("name", sorted(PERSONAL))
def test_each_personal_property_is_the_sharees_own(anna, shared, default, name):
    before = anna.one(default)
    shared.update(default, **{name: PERSONAL[name]})
    assert shared.one(default)[name] == PERSONAL[name]
    assert anna.one(default) == before


@pytest.mark.parametrize("name", sorted(PERSONAL))
def test_the_owner_does_not_change_what_a_sharee_chose(anna, shared, default, name):
    shared.update(default, **{name: PERSONAL[name]})
    anna.update(default, name="Ours", color="red", sortOrder=3, timeZone="Europe/Vienna")
    assert shared.one(default)[name] == PERSONAL[name]


@pytest.mark.parametrize("name", ["color", "timeZone"])
def test_a_sharee_may_choose_none(anna, shared, default, name):
    anna.update(default, color="red", timeZone="Europe/Vienna")
    shared.update(default, **{name: None})
    assert shared.one(default)[name] is None


def test_what_a_sharee_chose_changes_nothing_for_the_owner(anna, shared, default):
    since = anna.state()
    shared.update(default, name="Hers")
    assert anna.changes(since) == changed()


def test_what_a_sharee_chose_is_a_change_for_the_sharee(shared, default):
    since = shared.state()
    shared.update(default, name="Hers")
    assert shared.changes(since) == changed(updated=[default])


def test_the_description_is_not_the_sharees(shared, default):
    error = shared.refused_update(default, description="x")
    assert error["type"] == "forbidden"
    assert "description" in error["description"]


def test_a_share_is_a_creation_to_the_sharee(anna, bert, shared, default):
    since = shared.state()
    other = anna.create()
    assert shared.changes(since) == changed()
    anna.share(other, **{bert.account: READ})
    assert shared.changes(since) == changed(created=[other])


def test_the_end_of_a_share_is_a_destruction_to_the_sharee(anna, bert, shared, default):
    other = anna.create(shareWith={bert.account: READ})
    since = shared.state()
    anna.update(other, shareWith=None)
    assert shared.changes(since) == changed(destroyed=[other])


def test_a_destroyed_calendar_is_gone_for_the_sharee(anna, bert, shared, default):
    other = anna.create(shareWith={bert.account: READ})
    since = shared.state()
    anna.destroy(other)
    assert shared.changes(since) == changed(destroyed=[other])


def test_other_rights_are_a_change_to_the_sharee(anna, bert, shared, default):
    since = shared.state()
    anna.share(default, **{bert.account: {**READ, "mayRSVP": True}})
    assert shared.changes(since) == changed(updated=[default])


def test_what_others_were_given_is_no_creation_to_the_sharee(anna, shared, default, user):
    since = shared.state()
    anna.create(shareWith={user("carl").account: READ})
    assert shared.changes(since) == changed()


def test_what_the_owner_destroys_unshared_is_not_told(anna, shared, default):
    other = anna.create()
    since = shared.state()
    anna.destroy(other)
    assert shared.changes(since) == changed()


@pytest.mark.parametrize("how", ["at_once", "later"])
def test_free_busy_alone_shows_nothing(anna, bert, shared, default, how):
    since = shared.state()
    other = anna.create(shareWith={bert.account: {"mayReadFreeBusy": True}})
    if how == "later":
        anna.share(other, **{bert.account: {"mayReadFreeBusy": True, "mayRSVP": True}})
    anna.update(other, name="x")
    assert (list(shared.all()), shared.changes(since)) == ([default], changed())


def test_less_than_reading_is_a_destruction(anna, bert, shared, default):
    other = anna.create(shareWith={bert.account: READ})
    since = shared.state()
    anna.share(other, **{bert.account: {"mayReadFreeBusy": True}})
    assert shared.changes(since) == changed(destroyed=[other])


def test_what_is_not_seen_can_be_neither_changed_nor_destroyed(anna, bert, shared, default):
    other = anna.create(shareWith={bert.account: {"mayDelete": True, "mayShare": True}})
    assert shared.refused_update(other, name="x")["type"] == "notFound"
    assert shared.refused_destroy(other)["type"] == "notFound"


def test_settings_do_not_outlive_the_calendar(anna, bert, shared, default):
    other = anna.create(shareWith={bert.account: READ})
    shared.update(other, name="Hers")
    anna.destroy(other)
    assert list(shared.all()) == [default]
