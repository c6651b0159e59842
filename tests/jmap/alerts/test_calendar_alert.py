"""CalendarAlert: what is pushed when an alert is triggered (JMAP Calendars, "Alerts")."""

from __future__ import annotations

import pytest

from cyrpy.data import principals
from cyrpy.data.unit import ChangeKind
from tests.jmap.calendar_event.dav import put
from tests.support.events import event
from tests.support.eventstream import events_after
from tests.support.jmap import CalendarEvents, Calendars

BEFORE = {"@type": "Alert", "trigger": {"@type": "OffsetTrigger", "offset": "-PT15M"}}
# Far enough ahead that the server itself sees nothing due; in winter: 10:00 is 09:00 in UTC.
START = {"start": "2099-01-05T10:00:00", "timeZone": "Europe/Vienna"}
EARLY, DUE = "2099-01-05T08:44:59Z", "2099-01-05T08:45:00Z"
NEXT_DAY = "2099-01-06T08:45:00Z"
DAILY = {"recurrenceRule": {"@type": "RecurrenceRule", "frequency": "daily"}}


def after(offset: str, **trigger: str) -> dict:
    """An alert so long after the start, or the end."""
    return {"@type": "Alert", "trigger": {"@type": "OffsetTrigger", "offset": offset, **trigger}}


def on(when: str, **more: object) -> dict:
    """An alert at a time."""
    return {"@type": "Alert", "trigger": {"@type": "AbsoluteTrigger", "when": when}, **more}


def test_an_alert_is_pushed_when_it_is_due(anna, at):
    id = anna.create(alerts={"a": BEFORE}, uid="lunch", **START)
    at(EARLY)
    ((name, value),) = events_after(anna.client, "CalendarAlert", lambda: at(DUE))
    assert name == "calendarAlert"
    assert value == {
        "@type": "CalendarAlert",
        "accountId": anna.account,
        "calendarEventId": id,
        "uid": "lunch",
        "recurrenceId": None,
        "alertId": "a",
    }


def test_who_did_not_name_the_type_is_told_of_none(anna, at):
    anna.create(alerts={"a": BEFORE}, **START)
    at(EARLY)

    def act() -> None:
        at(DUE)
        core = anna.client.server.core
        with core.database.read() as unit:
            user = unit.first(principals.BY_WIRE_ID, wire_id=anna.account)
        core.database.write(
            lambda unit: unit.record(user.id, "Calendar", "Default", ChangeKind.UPDATED), [user.id]
        )

    for types in ("*", "Calendar"):
        assert events_after(anna.client, types, act)[0][0] == "state"


def test_an_alert_is_triggered_once(anna, at, told):
    anna.create(alerts={"a": BEFORE}, **START)
    for moment in (EARLY, DUE, DUE, NEXT_DAY):
        at(moment)
    assert told(anna) == [("a", None)]


def test_what_was_due_before_the_event_was_made_is_not_told(anna, at, told):
    anna.create(alerts={"a": on("2020-01-01T00:00:00Z"), "b": BEFORE}, **START)
    at(DUE)
    assert told(anna) == [("b", None)]


def test_what_is_overdue_for_more_than_a_day_is_left_out(anna, at, told):
    anna.create(alerts={"a": BEFORE, "b": after("P1D")}, **START)
    at("2099-01-06T09:00:01Z")
    assert told(anna) == [("b", None)]


def test_each_instance_has_its_own(anna, at, told):
    anna.create(alerts={"a": BEFORE}, **START, **DAILY)
    at(DUE)
    at(NEXT_DAY)
    assert told(anna) == [("a", "2099-01-05T10:00:00"), ("a", "2099-01-06T10:00:00")]


def test_an_instance_may_differ(anna, at, told):
    overrides = {
        "2099-01-05T10:00:00": {"start": "2099-01-05T12:00:00"},
        "2099-01-06T10:00:00": {"excluded": True},
        "2099-01-07T10:00:00": {"alerts": {"own": after("PT0S")}},
    }
    anna.create(alerts={"a": BEFORE}, recurrenceOverrides=overrides, **START, **DAILY)
    at(DUE)
    assert told(anna) == []
    at("2099-01-05T10:45:00Z")
    assert told(anna) == [("a", "2099-01-05T10:00:00")]
    at(NEXT_DAY)
    assert told(anna) == [("a", "2099-01-05T10:00:00")]
    at("2099-01-07T09:00:00Z")  # what is older than a day is forgotten by then
    assert told(anna) == [("own", "2099-01-07T10:00:00")]


@pytest.mark.parametrize(
    ("alert", "moment"),
    [
        (after("PT0S", relativeTo="end"), "2099-01-05T10:00:00Z"),
        (after("-P1D"), "2099-01-04T09:00:00Z"),
        (after("PT1H"), "2099-01-05T10:00:00Z"),
        (on("2099-01-01T00:00:00Z"), "2099-01-01T00:00:00Z"),
    ],
)
def test_triggers_are_read_as_jscalendar_has_them(anna, at, told, alert, moment):
    anna.create(alerts={"a": alert}, **START)
    at(moment.replace(":00Z", ":01Z").replace("00:01Z", "00:00Z"))
    assert told(anna) == [("a", None)]


def test_a_day_is_one_of_the_clock(anna, at, told):
    # Summer time begins in Vienna on 29 March 2099.
    anna.create(alerts={"a": after("-P1D")}, start="2099-03-29T10:00:00", timeZone="Europe/Vienna")
    at("2099-03-28T08:59:59Z")
    assert told(anna) == []
    at("2099-03-28T09:00:00Z")
    assert told(anna) == [("a", None)]


def test_what_was_acknowledged_is_not_told(anna, at, told):
    anna.create(
        alerts={"a": {**BEFORE, "acknowledged": DUE}, "b": {**BEFORE, "acknowledged": EARLY}},
        **START,
    )
    at(DUE)
    assert told(anna) == [("b", None)]


def test_a_snoozed_alert_comes_back(anna, at, told):
    id = anna.create(alerts={"a": BEFORE}, **START)
    at(DUE)
    snooze = on(
        "2099-01-05T08:55:00Z",
        relatedTo={"a": {"@type": "Relation", "relation": {"snooze": True}}},
    )
    anna.update(id, **{"alerts/a/acknowledged": DUE, "alerts/s": snooze})
    at("2099-01-05T08:54:59Z")
    assert told(anna) == [("a", None)]
    at("2099-01-05T08:55:00Z")
    assert told(anna) == [("a", None), ("s", None)]


def test_default_alerts_count_where_the_event_says_so(anna, calendars, at, told):
    calendars.update("Default", defaultAlertsWithTime={"d": BEFORE})
    calendars.update("Default", defaultAlertsWithoutTime={"n": after("PT9H")})
    anna.create(useDefaultAlerts=True, alerts={"own": BEFORE}, **START)
    anna.create(
        useDefaultAlerts=True,
        showWithoutTime=True,
        start="2099-01-05T00:00:00",
        duration="P1D",
        timeZone=None,
    )
    anna.create(**START)
    at(DUE)
    assert told(anna) == [("d", None)]
    at("2099-01-05T09:00:00Z")
    assert told(anna) == [("d", None), ("n", None)]


def test_a_default_alert_is_acknowledged_and_snoozed_by_its_id(anna, calendars, at, told):
    calendars.update("Default", defaultAlertsWithTime={"d": BEFORE})
    snooze = on(
        "2099-01-05T08:55:00Z",
        relatedTo={"d": {"@type": "Relation", "relation": {"snooze": True}}},
    )
    anna.create(
        useDefaultAlerts=True, alerts={"d": {**BEFORE, "acknowledged": DUE}, "s": snooze}, **START
    )
    at("2099-01-05T08:55:00Z")
    assert told(anna) == [("s", None)]


def test_defaults_that_change_count_for_events_that_are_there(anna, calendars, at, told):
    anna.create(useDefaultAlerts=True, **START)
    at("2099-01-01T00:00:00Z")
    calendars.update("Default", defaultAlertsWithTime={"d": BEFORE})
    at(DUE)
    assert told(anna) == [("d", None)]


def test_nobody_is_alerted_of_drafts(anna, at, told):
    id = anna.create(alerts={"a": BEFORE}, isDraft=True, **START)
    at(EARLY)
    anna.update(id, isDraft=False, alerts={"b": BEFORE})
    at(DUE)
    assert told(anna) == [("b", None)]


def test_an_event_that_is_changed_or_gone_alerts_no_more(anna, at, told):
    moved, gone = (anna.create(alerts={"a": BEFORE}, **START) for _ in range(2))
    at(EARLY)
    anna.update(moved, start="2099-01-05T11:00:00")
    anna.destroy(gone)
    at(DUE)
    assert told(anna) == []
    at("2099-01-05T09:45:00Z")
    assert told(anna) == [("a", None)]


def test_a_calendar_that_is_not_subscribed_alerts_nobody(anna, calendars, at, told):
    calendars.update("Default", isSubscribed=False)
    anna.create(alerts={"a": BEFORE}, **START)
    at(EARLY)
    assert told(anna) == []
    calendars.update("Default", isSubscribed=True)
    at(DUE)
    assert told(anna) == [("a", None)]


def test_alarms_of_caldav_are_alerts(anna, at, told):
    alarm = "BEGIN:VALARM\nUID:x\nACTION:DISPLAY\nTRIGGER:-PT15M\nDESCRIPTION:!\nEND:VALARM"
    put(anna, "a.ics", event("a", "DTSTART:20990105T090000Z", "DURATION:PT1H", alarm))
    at(DUE)
    ((_, rid),) = told(anna)
    assert rid is None


def test_each_user_of_a_shared_calendar_has_alerts_of_its_own(anna, bert, calendars, at, told):
    id = anna.create(alerts={"a": BEFORE}, **START)
    rights = {"mayReadItems": True, "mayUpdatePrivate": True}
    calendars.share("Default", **{bert.account: rights})
    Calendars(bert.client, anna.account).update("Default", isSubscribed=True)
    theirs = CalendarEvents(bert.client, anna.account)
    theirs.update(id, alerts={"b": after("-PT5M")})
    at(DUE)
    assert (told(anna), told(bert)) == ([("a", None)], [])
    ((_, value),) = events_after(bert.client, "CalendarAlert", lambda: at("2099-01-05T08:55:00Z"))
    assert (value["accountId"], value["alertId"]) == (anna.account, "b")
    assert told(anna) == [("a", None)]


def test_who_lost_sight_of_an_event_is_told_nothing(anna, bert, calendars, at, told):
    id = anna.create(**START)
    rights = {"mayReadItems": True, "mayUpdatePrivate": True}
    calendars.share("Default", **{bert.account: rights})
    Calendars(bert.client, anna.account).update("Default", isSubscribed=True)
    CalendarEvents(bert.client, anna.account).update(id, alerts={"b": BEFORE})
    calendars.share("Default")
    calendars.update("Default", shareWith=None)
    at(DUE)
    assert told(bert) == []


def test_a_rule_that_costs_too_much_keeps_nobody_waiting(anna, at, told):
    rule = {
        "@type": "RecurrenceRule",
        "frequency": "secondly",
        "byMonth": ["2"],
        "byMonthDay": [30],
    }
    anna.create(alerts={"a": BEFORE}, recurrenceRule=rule, **START)
    anna.create(alerts={"b": BEFORE}, **START)
    at(DUE)
    assert ("b", None) in told(anna)


def test_an_alert_by_mail_is_delivered_to_the_user(anna, at):
    anna.create(
        "Lunch\u2028with Bert",
        alerts={"a": {**BEFORE, "action": "email"}},
        locations={"l": {"@type": "Location", "name": "The Inn"}},
        **START,
    )
    at(DUE)
    at(DUE)
    mail = ("urn:ietf:params:jmap:core", "urn:ietf:params:jmap:mail")
    (_, (_, got, _)) = anna.client.run(
        ["Email/query", {"accountId": anna.account}],
        [
            "Email/get",
            {
                "accountId": anna.account,
                "#ids": {"resultOf": "c0", "name": "Email/query", "path": "/ids"},
                "properties": ["subject", "to", "bodyValues", "textBody"],
                "fetchTextBodyValues": True,
            },
        ],
        using=mail,
    )
    (email,) = got["list"]
    assert email["subject"] == "Reminder: Lunch with Bert"
    assert email["to"][0]["email"] == anna.client.name
    (body,) = email["bodyValues"].values()
    assert "When: 2099-01-05 10:00 Europe/Vienna" in body["value"]
    assert "Where: The Inn" in body["value"]
