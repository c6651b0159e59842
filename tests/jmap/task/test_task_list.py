"""TaskList: the calendars that may hold tasks (draft-ietf-jmap-tasks-06)."""

from __future__ import annotations

import pytest

from tests.jmap.task.client import TASKS, TaskLists
from tests.support.jmap import CalendarEvents, Calendars

MINE = {
    "mayReadItems": True,
    "mayWriteAll": True,
    "mayWriteOwn": True,
    "mayUpdatePrivate": True,
    "mayRSVP": True,
    "mayAdmin": True,
    "mayDelete": True,
}


def test_the_default_calendar_is_the_inbox(lists):
    assert lists.all()["Default"] | {"name": None, "color": None} == {
        "id": "Default",
        "role": "inbox",
        "name": None,
        "description": None,
        "color": None,
        "keywordColors": None,
        "categoryColors": None,
        "sortOrder": 1,
        "isSubscribed": True,
        "timeZone": None,
        "workflowStatuses": [
            "completed",
            "failed",
            "in-process",
            "needs-action",
            "cancelled",
            "pending",
        ],
        "defaultAlertsWithTime": None,
        "defaultAlertsWithoutTime": None,
        "shareWith": None,
        "myRights": MINE,
    }


def test_a_list_is_made_changed_told_of_and_destroyed(lists):
    before = lists.state()
    id = lists.create("Work", color="red", sortOrder=4)
    assert lists.changes(before)["created"] == [id]
    shown = lists.one(id)
    assert (shown["name"], shown["color"], shown["sortOrder"]) == ("Work", "red", 4)
    assert (shown["role"], shown["myRights"]) == (None, MINE)
    before = lists.state()
    lists.update(id, name="Home")
    assert lists.changes(before)["updated"] == [id]
    lists.destroy(id)
    assert id not in lists.all()


def test_a_list_that_is_made_is_for_tasks_alone(anna, lists):
    id = lists.create("Work")
    assert anna.create(taskListId=id)
    events = CalendarEvents(anna.client)
    error = events.refused_create(**events.event(calendarIds={id: True}))
    assert (error["type"], error["properties"]) == ("invalidProperties", ["calendarIds"])


def test_a_calendar_without_tasks_is_no_list(anna, lists):
    url = f"/dav/calendars/user/{anna.client.name}/events/"
    body = (
        b'<C:mkcalendar xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:set><D:prop>'
        b'<C:supported-calendar-component-set><C:comp name="VEVENT"/>'
        b"</C:supported-calendar-component-set></D:prop></D:set></C:mkcalendar>"
    )
    headers = {"content-type": "application/xml", **anna.client.sign_in}
    assert anna.client.server.request("MKCALENDAR", url, body, headers).status == 201
    assert "events" in Calendars(anna.client).all()
    assert "events" not in lists.all()
    assert lists.call("get", ids=["events"])["notFound"] == ["events"]
    assert lists.refused_destroy("events")["type"] == "notFound"
    error = anna.refused_create(**anna.event(taskListId="events"))
    assert error["properties"] == ["taskListId"]


def test_tasks_are_not_lost_with_their_list_unawares(anna, lists):
    id = lists.create("Work")
    task = anna.create(taskListId=id)
    assert lists.refused_destroy(id)["type"] == "taskListHasTask"
    lists.destroy(id, onDestroyRemoveTasks=True)
    assert anna.call("get", ids=[task])["notFound"] == [task]


def test_events_are_not_lost_with_a_list(anna, lists):
    calendar = Calendars(anna.client).create("Both")
    events = CalendarEvents(anna.client)
    events.create(calendarIds={calendar: True})
    answer = lists.set(destroy=[calendar], onDestroyRemoveTasks=True)
    assert answer["notDestroyed"][calendar]["type"] == "forbidden"
    assert len(events.all()) == 1


def test_the_inbox_stays(lists):
    assert lists.refused_destroy("Default")["type"] == "isDefault"


@pytest.mark.parametrize(
    ("properties", "name"),
    [
        ({"name": ""}, "name"),
        ({"color": "reddish"}, "color"),
        ({"timeZone": "Mars/Olympus"}, "timeZone"),
        ({"role": "inbox"}, "role"),
        ({"isVisible": True}, "isVisible"),
        ({"shareWith": {"nobody": {"mayReadItems": True}}}, "shareWith"),
    ],
)
def test_what_is_wrong_is_told(lists, properties, name):
    error = lists.refused_create(**{"name": "Work", **properties})
    assert error["type"] == "invalidProperties"
    assert any(found.startswith(name) for found in error["properties"])


def test_sharing_is_by_the_names_of_lists(anna, bert, lists):
    rights = {"mayReadItems": True, "mayAdmin": True}
    lists.share("Default", **{bert.account: rights})
    shown = lists.one("Default")["shareWith"][bert.account]
    assert {name for name, has in shown.items() if has} == set(rights)
    theirs = TaskLists(bert.client, anna.account).one("Default")
    assert (theirs["myRights"]["mayAdmin"], theirs["myRights"]["mayDelete"]) == (True, False)
    assert Calendars(anna.client).one("Default")["shareWith"][bert.account]["mayShare"]


def test_the_session_tells_what_of_tasks_is_supported(anna):
    session = anna.client.session()
    found = session["accounts"][anna.account]["accountCapabilities"]
    assert {urn.removeprefix(TASKS) for urn in found if urn.startswith(TASKS)} == {
        "",
        ":recurrences",
        ":assignees",
        ":alerts",
    }
    assert found[TASKS]["mayCreateTaskList"] is True
    assert session["primaryAccounts"][TASKS] == anna.account
