"""Scheduling by CalendarEvent/set, and CalendarEventNotification (JMAP Calendars)."""

from __future__ import annotations

import pytest

from tests.support.jmap import Calendars, Records


class Notifications(Records):
    """Those of one user in one account."""

    type = "CalendarEventNotification"


def meeting(organizer, attendee, **more):
    people = {
        "o": {"calendarAddress": f"mailto:{organizer.client.name}", "roles": {"owner": True},
              "participationStatus": "accepted"},
        "a": {"calendarAddress": f"mailto:{attendee.client.name}", "roles": {"required": True}},
    }  # fmt: skip
    start = "2999-01-05T10:00:00"
    return organizer.event("Meeting", participants=people, start=start, **more)


def answer(events, id, status, **more):
    people = events.one(id)["participants"]
    key = next(k for k, one in people.items()
               if one["calendarAddress"] == f"mailto:{events.client.name}")  # fmt: skip
    patch = {f"participants/{key}/participationStatus": status}
    return events.set(update={id: patch}, **more)


def test_nobody_is_told_unless_the_client_says_so(anna, bert):
    anna.set(create={"k": meeting(anna, bert)})
    assert bert.all() == {}


def test_an_invitation_arrives_and_its_answer_comes_back(anna, bert):
    made = anna.set(create={"k": meeting(anna, bert)}, sendSchedulingMessages=True)
    mine = made["created"]["k"]["id"]
    ((theirs, shown),) = bert.all().items()
    assert (shown["title"], shown["isOrigin"]) == ("Meeting", False)
    (told,) = Notifications(bert.client).all().values()
    assert (told["type"], told["calendarEventId"]) == ("created", theirs)
    assert told["changedBy"]["calendarAddress"] == f"mailto:{anna.client.name}"
    assert told["changedBy"]["email"] == anna.client.name
    assert told["changedBy"]["principalId"] is None
    assert told["event"]["title"] == "Meeting"
    answer(bert, theirs, "accepted", sendSchedulingMessages=True)
    statuses = {p["calendarAddress"]: p.get("participationStatus")
                for p in anna.one(mine)["participants"].values()}  # fmt: skip
    assert statuses[f"mailto:{bert.client.name}"] == "accepted"
    (told,) = Notifications(anna.client).all().values()
    assert (told["type"], told["calendarEventId"]) == ("updated", mine)
    assert any("participationStatus" in pointer for pointer in told["eventPatch"])
    assert Notifications(bert.client).all() == {}  # it dealt with the event itself


def test_an_update_and_a_cancellation_arrive(anna, bert):
    made = anna.set(create={"k": meeting(anna, bert)}, sendSchedulingMessages=True)
    mine = made["created"]["k"]["id"]
    anna.set(update={mine: {"title": "Other"}}, sendSchedulingMessages=True)
    (theirs,) = bert.all()
    assert bert.one(theirs)["title"] == "Other"
    anna.set(destroy=[mine], sendSchedulingMessages=True)
    assert bert.one(theirs)["status"] == "cancelled"
    types = [told["type"] for told in Notifications(bert.client).all().values()]
    assert types == ["created", "updated", "updated"]


def test_a_draft_invites_nobody_until_it_is_none(anna, bert):
    made = anna.set(create={"k": meeting(anna, bert, isDraft=True)}, sendSchedulingMessages=True)
    assert bert.all() == {}
    id = made["created"]["k"]["id"]
    anna.set(update={id: {"isDraft": False}}, sendSchedulingMessages=True)
    assert [one["title"] for one in bert.all().values()] == ["Meeting"]


def test_who_cannot_be_reached_is_told_of(anna, bert):
    event = meeting(anna, bert)
    event["participants"]["x"] = {"calendarAddress": "tel:+431234", "roles": {"required": True}}
    answer = anna.set(create={"k": event}, sendSchedulingMessages=True)
    error = answer["notCreated"]["k"]
    assert error["type"] == "noSupportedScheduleMethods"
    assert error["properties"] == ["participants/x/calendarAddress"]
    assert anna.set(create={"k": event})["created"]


def test_what_a_sharee_does_is_told_to_the_owner(anna, bert, share):
    id = anna.create("Lunch", keywords={"hers": True})
    seen = share("mayWriteAll", "mayUpdatePrivate")
    notes = Notifications(anna.client)
    state = notes.state()
    seen.update(id, title="Dinner")
    made = seen.create("New")
    seen.destroy(id)
    seen.update(made, color="red")  # of the sharee alone
    told = list(notes.all().values())
    assert [(one["type"], one["calendarEventId"]) for one in told] == [
        ("updated", id), ("created", made), ("destroyed", id),
    ]  # fmt: skip
    assert told[0]["changedBy"]["principalId"] == bert.account
    assert told[0]["eventPatch"]["title"] == "Dinner"
    assert told[0]["event"]["title"] == "Lunch"
    assert "keywords" not in told[0]["event"]
    assert told[0]["isDraft"] is False
    assert notes.changes(state)["created"] == sorted(one["id"] for one in told)
    assert Notifications(bert.client, anna.account).all() == {}


def test_a_sharee_who_follows_the_calendar_is_told_too(anna, bert, share):
    seen = share()
    Calendars(bert.client, anna.account).update("Default", isSubscribed=True)
    notes = Notifications(bert.client, anna.account)
    id = anna.create("Lunch")
    anna.create("Doctor", privacy="private")
    assert [one["calendarEventId"] for one in notes.all().values()] == [id]
    assert Notifications(anna.client).all() == {}
    Calendars(anna.client).share("Default", **{bert.account: {"mayReadFreeBusy": True}})
    anna.create("More")
    assert seen.client.user


def test_notifications_are_dismissed_found_and_never_written(anna, bert, share):
    seen = share("mayWriteAll")
    ids = [seen.create(str(n)) for n in range(3)]
    notes = Notifications(anna.client)
    all = list(notes.all())
    query = {"filter": {"type": "created", "calendarEventIds": [ids[1]]}}
    assert notes.call("query", **query)["ids"] == [all[1]]
    assert notes.call("query", filter={"type": "updated"})["ids"] == []
    sort = [{"property": "created", "isAscending": False}]
    assert sorted(notes.call("query", sort=sort)["ids"]) == sorted(all)
    state = notes.state()
    notes.destroy(all[0])
    assert notes.changes(state) == {"created": [], "updated": [], "destroyed": [all[0]]}
    assert notes.refused_destroy(all[0])["type"] == "notFound"
    assert notes.refused_create(type="created")["type"] in ("forbidden", "invalidProperties")
    assert notes.refused_update(all[1], comment="x")["type"] in ("forbidden", "invalidProperties")


@pytest.mark.parametrize("what", ["update", "destroy"])
def test_who_sees_to_an_event_has_read_of_it(anna, share, what):
    seen = share("mayWriteAll")
    id = seen.create("Lunch")
    notes = Notifications(anna.client)
    assert len(notes.all()) == 1
    if what == "update":
        anna.update(id, title="Dinner")
    else:
        anna.destroy(id)
    assert notes.all() == {}
