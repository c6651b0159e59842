"""Default alerts: their ids are unique in the account (JMAP Calendars, "Calendars")."""

from __future__ import annotations

from tests.jmap.calendar.test_calendar_set import ALERT, is_wrong

WITH, WITHOUT = "defaultAlertsWithTime", "defaultAlertsWithoutTime"


def test_one_calendar_has_an_id_once(anna):
    error = anna.refused_create(name="x", **{WITH: {"a": ALERT}, WITHOUT: {"a": ALERT}})
    assert error["properties"] == [f"{WITHOUT}/a"]


def test_two_calendars_have_an_id_once(anna):
    anna.create(**{WITH: {"a": ALERT}})
    is_not_unique(anna.refused_create(name="x", **{WITHOUT: {"a": ALERT}}), f"{WITHOUT}/a")


def test_an_update_may_not_take_the_id_of_another_calendar(anna):
    anna.create(**{WITH: {"a": ALERT}})
    is_not_unique(anna.refused_update("Default", **{WITH: {"a": ALERT}}), f"{WITH}/a")


def test_a_calendar_keeps_its_own_ids(anna):
    id = anna.create(**{WITH: {"a": ALERT}})
    anna.update(id, **{WITH: {"a": ALERT, "b": ALERT}})
    assert set(anna.one(id)[WITH]) == {"a", "b"}


def test_an_id_is_free_again_after_its_calendar(anna):
    anna.destroy(anna.create(**{WITH: {"a": ALERT}}))
    anna.create(**{WITH: {"a": ALERT}})


def test_two_creations_in_one_call_may_not_share_an_id(anna):
    new = {"name": "x", WITH: {"a": ALERT}}
    answer = anna.set(create={"k": new, "l": new})
    assert (list(answer["created"]), list(answer["notCreated"])) == (["k"], ["l"])


def test_an_alert_says_what_is_wrong_with_it(anna):
    wrong = {"a": {**ALERT, "action": "shout"}}
    is_wrong(anna.refused_create(name="x", **{WITH: wrong}), f"{WITH}/a/action", "display")


def test_each_user_has_alerts_of_its_own(anna, bert, shared):
    anna.share("Default", **{bert.account: {"mayReadItems": True}})
    anna.update("Default", **{WITH: {"a": ALERT}})
    shared.update("Default", **{WITH: {"a": ALERT, "b": ALERT}})
    assert set(anna.one("Default")[WITH]) == {"a"}
    assert set(shared.one("Default")[WITH]) == {"a", "b"}


def is_not_unique(error, path: str) -> None:
    assert (error["type"], error["properties"]) == ("invalidProperties", [path])
    assert "unique" in error["description"]
