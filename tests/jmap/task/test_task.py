"""Task: the VTODOs of calendars over JMAP (draft-ietf-jmap-tasks-06)."""

from __future__ import annotations

import pytest

from cyrpy.data import principals
from cyrpy.data.unit import ChangeKind
from tests.jmap.calendar_event.dav import delete, get, put
from tests.jmap.task.client import TASKS, Tasks
from tests.support.events import event, todo
from tests.support.eventstream import events_after
from tests.support.jmap import CORE, CalendarEvents, Jmap
from tests.support.server import Server
from tests.support.servers import new_client

DUE = {"due": "2026-01-09T17:00:00", "timeZone": "Europe/Vienna"}
DAILY = {
    "start": "2026-01-05T10:00:00",
    "due": "2026-01-05T12:00:00",
    "timeZone": "Europe/Vienna",
    "recurrenceRule": {"@type": "RecurrenceRule", "frequency": "daily", "count": 5},
}


def test_what_is_written_is_read(anna):
    written = {
        **DUE,
        "progress": "in-process",
        "percentComplete": 40,
        "estimatedDuration": "PT3H",
        "priority": 2,
        "keywords": {"home": True},
        "relatedTo": {"other": {"@type": "Relation", "relation": {"parent": True}}},
        "sortOrder": 7,
        "workflowStatus": "pending",
        "estimatedWork": 5,
        "impact": "minor",
        "checklists": {
            "c": {
                "@type": "Checklist",
                "title": "Rooms",
                "checkItems": [{"@type": "CheckItem", "title": "Hall", "isComplete": False}],
            }
        },
        "comments": {"n": {"@type": "Comment", "message": "Soon"}},
    }
    id = anna.create("Tidy", **written)
    shown = anna.one(id)
    assert {name: shown[name] for name in written} == written
    assert shown["taskListId"] == "Default"
    assert (shown["@type"], shown["isDraft"], shown["isOrigin"]) == ("Task", False, True)


def test_a_task_of_caldav_is_a_task_of_jmap(anna):
    put(anna, "a.ics", todo("a", "SUMMARY:Tidy", "DUE:20260109T170000Z", "STATUS:IN-PROCESS"))
    put(anna, "b.ics", event("b"))
    (shown,) = anna.all().values()
    assert (shown["title"], shown["due"], shown["timeZone"]) == (
        "Tidy",
        "2026-01-09T17:00:00",
        "Etc/UTC",
    )
    assert shown["progress"] == "in-process"


def test_a_task_of_jmap_is_a_vtodo(anna):
    id = anna.create("Tidy", **DUE, progress="completed", percentComplete=100, sortOrder=3)
    name = anna.show(id, properties=["x-href"])[0]["x-href"].rpartition("/")[2]
    text = get(anna, name)
    for line in ("BEGIN:VTODO", "SUMMARY:Tidy", "STATUS:COMPLETED", "PERCENT-COMPLETE:100"):
        assert f"{line}\r\n" in text
    assert "DUE;TZID=Europe/Vienna:20260109T170000" in text


def test_a_change_over_caldav_keeps_what_icalendar_has_no_word_for(anna):
    id = anna.create("Tidy", **DUE, sortOrder=3, impact="minor")
    name = anna.show(id, properties=["x-href"])[0]["x-href"].rpartition("/")[2]
    put(anna, name, get(anna, name).replace("SUMMARY:Tidy", "SUMMARY:Sweep").encode())
    shown = anna.one(id)
    assert (shown["title"], shown["sortOrder"], shown["impact"]) == ("Sweep", 3, "minor")


def test_events_are_no_tasks_and_tasks_no_events(anna):
    events = CalendarEvents(anna.client)
    task, other = anna.create(), events.create()
    assert list(anna.all()) == [task]
    assert list(events.all()) == [other]
    assert anna.call("get", ids=[other])["notFound"] == [other]
    assert events.call("get", ids=[task])["notFound"] == [task]
    assert anna.refused_destroy(other)["type"] == "notFound"
    assert events.refused_destroy(task)["type"] == "notFound"
    assert (anna.query(), events.query()) == ([task], [other])


def test_changes_tell_of_tasks_alone(anna):
    events = CalendarEvents(anna.client)
    changed, gone = anna.create("A"), anna.create("B")
    before = anna.state()
    made = anna.create("C")
    events.create()
    anna.update(changed, title="D")
    anna.destroy(gone)
    assert anna.changes(before) == {"created": [made], "updated": [changed], "destroyed": [gone]}


def test_changes_over_caldav_are_told(anna):
    before = anna.state()
    put(anna, "a.ics", todo("a"))
    (made,) = anna.changes(before)["created"]
    before = anna.state()
    delete(anna, "a.ics")
    assert anna.changes(before)["destroyed"] == [made]


@pytest.mark.parametrize(
    ("properties", "path"),
    [
        ({"taskListId": None}, "taskListId"),
        ({"taskListId": {"Default": True}}, "taskListId"),
        ({"taskListId": "nowhere"}, "taskListId"),
        ({"calendarIds": {"Default": True}, "duration": "PT1H"}, "duration"),
        ({"sortOrder": -1}, "sortOrder"),
        ({"workflowStatus": "unheard"}, "workflowStatus"),
        ({"percentComplete": 101}, "percentComplete"),
        ({"progress": 5}, "progress"),
        ({"checklists": {"c": {"checkItems": [{"title": "A"}]}}}, "checklists/c/checkItems/0"),
        ({"comments": {"c": {}}}, "comments/c/message"),
        ({"baseTaskId": "T1"}, "baseTaskId"),
        ({"@type": "Event"}, "@type"),
        ({"utcDue": "2026-01-09T17:00:00Z", **DUE}, "utcDue"),
    ],
)
def test_what_is_wrong_is_told_by_its_path(anna, properties, path):
    error = anna.refused_create(**anna.event(**{"taskListId": "Default", **properties}))
    assert error["type"] == "invalidProperties"
    assert any(found.startswith(path) for found in error["properties"]), error


def test_times_in_utc_are_told_and_taken(anna):
    id = anna.create(timeZone="Europe/Vienna", utcDue="2026-01-09T16:00:00Z")
    (shown,) = anna.show(id, properties=["due", "utcDue", "utcStart"])
    assert (shown["due"], shown["utcDue"]) == ("2026-01-09T17:00:00", "2026-01-09T16:00:00Z")
    assert "utcStart" not in shown
    anna.update(id, utcDue="2026-01-10T16:00:00Z")
    assert anna.one(id)["due"] == "2026-01-10T17:00:00"


def test_instances_of_a_task_are_found_shown_and_changed(anna):
    id = anna.create("Water", **DAILY)
    span = {"after": "2026-01-06T00:00:00", "before": "2026-01-08T00:00:00"}
    found = anna.query(span, expandRecurrences=True, timeZone="Europe/Vienna")
    assert found == [f"{id}_20260106T100000", f"{id}_20260107T100000"]
    shown = anna.one(found[0])
    assert (shown["baseTaskId"], shown["due"]) == (id, "2026-01-06T12:00:00")
    anna.update(found[0], progress="completed")
    overrides = anna.one(id)["recurrenceOverrides"]
    assert overrides == {"2026-01-06T10:00:00": {"progress": "completed"}}
    anna.destroy(found[1])
    assert anna.one(id)["recurrenceOverrides"]["2026-01-07T10:00:00"] == {"excluded": True}
    assert anna.refused_destroy(f"{id}_20260301T100000")["type"] == "notFound"


@pytest.mark.parametrize(
    ("filter", "found"),
    [
        ({"title": "tidy"}, "A"),
        ({"text": "cupboard"}, "B"),
        ({"inTaskList": "Default"}, "AB"),
        ({"inTaskLists": ["nowhere"]}, ""),
        ({"operator": "NOT", "conditions": [{"title": "tidy"}]}, "B"),
        ({"before": "2026-02-01T00:00:00", "title": "tidy"}, "A"),
        ({"after": "2026-02-01T00:00:00", "title": "tidy"}, ""),
        ({"uid": "b"}, "B"),
    ],
)
def test_tasks_are_found(anna, filter, found):
    made = {"A": anna.create("Tidy up", **DUE), "B": anna.create("Sort", uid="b", locale="en")}
    anna.update(made["B"], description="The cupboard")
    assert anna.query(filter, sort=[{"property": "created"}]) == [made[name] for name in found]


def test_changes_of_a_query_are_told(anna):
    first = anna.call("query")
    id = anna.create()
    told = anna.call("queryChanges", sinceQueryState=first["queryState"])
    assert told["added"] == [{"id": id, "index": 0}]


def test_a_draft_becomes_none_and_not_again(anna):
    id = anna.create(isDraft=True)
    assert anna.one(id)["isDraft"] is True
    anna.update(id, isDraft=False)
    assert anna.refused_update(id, isDraft=True)["properties"] == ["isDraft"]


def test_a_task_moves_between_lists_and_is_copied_between_accounts(anna, bert, lists):
    other = lists.create("Work")
    id = anna.create("Tidy", **DUE)
    anna.update(id, taskListId=other)
    (moved,) = anna.query({"inTaskList": other})
    assert anna.one(moved)["taskListId"] == other
    lists.share(other, **{bert.account: {"mayReadItems": True}})
    copied = bert.call(
        "copy",
        fromAccountId=anna.account,
        create={"k": {"id": moved, "taskListId": "Default"}},
    )
    assert bert.one(copied["created"]["k"]["id"])["title"] == "Tidy"


def test_who_a_list_is_shared_with_sees_its_tasks_as_its_rights_allow(anna, bert, lists):
    seen = anna.create("Tidy", **DUE)
    hidden = anna.create("Hide", privacy="secret")
    shared = Tasks(bert.client, anna.account)
    assert shared.fail("get")["type"] == "accountNotFound"
    lists.share("Default", **{bert.account: {"mayReadItems": True}})
    assert list(shared.all()) == [seen]
    assert shared.call("get", ids=[hidden])["notFound"] == [hidden]
    assert shared.refused_update(seen, title="Mine")["type"] == "forbidden"
    assert shared.refused_destroy(seen)["type"] == "forbidden"
    lists.share("Default", **{bert.account: {"mayReadItems": True, "mayWriteAll": True}})
    shared.update(seen, title="Ours", keywords={"mine": True})
    assert anna.one(seen)["title"] == "Ours"
    assert "keywords" not in anna.one(seen)


def test_push_tells_of_the_types_of_tasks(anna):
    def act() -> None:
        core = anna.client.server.core
        with core.database.read() as unit:
            user = unit.first(principals.BY_WIRE_ID, wire_id=anna.account)
        core.database.write(
            lambda unit: unit.record(user.id, "CalendarEvent", "T1", ChangeKind.UPDATED), [user.id]
        )

    ((name, value),) = events_after(anna.client, "Task,TaskList", act)
    assert name == "state"
    assert value["changed"] == {anna.account: {"Task": anna.state()}}


def test_nothing_of_tasks_is_there_while_the_option_is_off(tmp_path):
    server = Server(tmp_path, "httpmodules: jmap\n")
    client: Jmap = new_client(server, "otto")
    session = client.session()
    assert not any(urn.startswith(TASKS) for urn in session["capabilities"])
    ((name, error, _),) = client.run(["Task/get", {"accountId": client.account}], using=(CORE,))
    assert (name, error["type"]) == ("error", "unknownMethod")
    server.close()
