"""Calendar/changes for the owner (RFC 8620 §5.2)."""

from __future__ import annotations

import pytest


def changed(created=(), updated=(), destroyed=()) -> dict[str, list[str]]:
    return {
        "created": sorted(created),
        "updated": sorted(updated),
        "destroyed": sorted(destroyed),
    }


def test_nothing_changed_since_now(anna):
    assert anna.changes(anna.state()) == changed()


def test_creating_updating_and_destroying_are_told_apart(anna):
    gone = anna.create()
    since = anna.state()
    made = anna.create()
    anna.update("Default", name="Home")
    anna.destroy(gone)
    assert anna.changes(since) == changed([made], ["Default"], [gone])


def test_what_is_created_and_updated_is_created(anna):
    since = anna.state()
    made = anna.create()
    anna.update(made, name="x")
    assert anna.changes(since) == changed(created=[made])


def test_what_came_and_went_is_not_told(anna):
    since = anna.state()
    anna.destroy(anna.create())
    assert anna.changes(since) == changed()


def test_a_new_default_changes_two_calendars(anna):
    made = anna.create()
    since = anna.state()
    anna.set(onSuccessSetIsDefault=made)
    assert anna.changes(since) == changed(updated=["Default", made])


def test_sharing_changes_the_calendar_for_its_owner(anna, bert):
    since = anna.state()
    anna.share("Default", **{bert.account: {"mayReadItems": True}})
    assert anna.changes(since) == changed(updated=["Default"])


def test_a_refused_set_changes_nothing(anna):
    since = anna.state()
    anna.refused_update("Default", name="")
    assert anna.changes(since) == changed()


@pytest.mark.parametrize("since", ["", "1", "-1", "99999999999999999", "x", "1\0", "1" * 300])
def test_a_state_that_is_none_cannot_be_started_from(anna, since):
    error = anna.client.fail("Calendar/changes", sinceState=since)
    assert error["type"] == "cannotCalculateChanges"


def test_pages_are_as_long_as_asked_and_lead_to_the_end(anna):
    since = anna.state()
    made = {anna.create() for _ in range(5)}
    seen: list[str] = []
    for rest in (True, True, False):
        page = anna.call("changes", sinceState=since, maxChanges=2)
        assert page["hasMoreChanges"] is rest
        seen += page["created"]
        since = page["newState"]
    assert (sorted(seen), since) == (sorted(made), anna.state())


def test_one_call_that_creates_many_can_be_read_in_pages(anna):
    since = anna.state()
    answer = anna.set(create={f"k{n}": {"name": "x"} for n in range(3)})
    seen: list[str] = []
    for _ in range(3):
        page = anna.call("changes", sinceState=since, maxChanges=1)
        seen += page["created"]
        since = page["newState"]
    assert sorted(seen) == sorted(made["id"] for made in answer["created"].values())
    assert since == anna.state()
