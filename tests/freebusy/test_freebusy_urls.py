"""Free-busy URLs: who may ask, for what, and in which form."""

from __future__ import annotations

import orjson
import pytest
from lxml import etree

from tests.support.events import event
from tests.support.web import running

WEEK = "start=20260105T000000Z&end=20260112T000000Z"


def busy(answer) -> list[str]:
    assert answer.status == 200, answer.body
    assert answer.headers["content-type"].startswith("text/calendar")
    lines = answer.body.decode().replace("\r\n ", "").splitlines()
    return sorted(line for line in lines if line.startswith("FREEBUSY"))


def url(user, calendar: str = "", query: str = WEEK) -> str:
    return f"/freebusy/user/{user.name}{calendar}?{query}"


@pytest.fixture
def lunch(anna):
    anna.put(anna.calendar + "lunch.ics", event("lunch", "SUMMARY:Lunch"))
    return anna


def test_a_user_of_the_server_sees_when_another_is_busy_and_nothing_else(lunch, bert):
    answer = bert.request("GET", url(lunch))
    assert busy(answer) == ["FREEBUSY:20260105T100000Z/PT1H"] or busy(answer) == [
        "FREEBUSY:20260105T100000Z/20260105T110000Z"
    ]
    assert b"Lunch" not in answer.body


def test_without_sign_in_there_is_a_challenge(web, lunch):
    answer = web.get(url(lunch))
    assert answer.status == 401
    assert answer.headers["www-authenticate"].startswith("Basic")


def test_a_challenge_does_not_tell_who_exists(web, lunch):
    found = web.get(url(lunch))
    missing = web.get(f"/freebusy/user/nobody?{WEEK}")
    assert (found.status, found.body) == (missing.status, missing.body)


@pytest.mark.parametrize("option", ["yes", "no"])
def test_only_the_option_opens_it_to_everybody(tmp_path, option):
    for web in running(tmp_path, f"freebusy_public: {option}\n"):
        user = web.new_user("anna")
        user.put(user.calendar + "a.ics", event("a", "SUMMARY:Lunch"))
        user.put(
            user.calendar + "b.ics",
            event("b", "CLASS:CONFIDENTIAL", "DTSTART:20260106T100000Z", "DURATION:PT1H"),
        )
        answer = web.get(url(user))
        if option == "no":
            assert answer.status == 401
        else:
            assert len(busy(answer)) == 1
            assert web.get(f"/freebusy/user/nobody?{WEEK}").status == 404
            assert len(busy(web.get(url(user, "/Default")))) == 1


def test_what_is_confidential_is_only_told_to_its_owner(anna, bert):
    anna.put(anna.calendar + "secret.ics", event("secret", "CLASS:CONFIDENTIAL"))
    assert busy(bert.request("GET", url(anna))) == []
    assert len(busy(anna.request("GET", url(anna)))) == 1


def test_what_is_private_takes_time_all_the_same(anna, bert):
    anna.put(anna.calendar + "private.ics", event("private", "CLASS:PRIVATE"))
    assert len(busy(bert.request("GET", url(anna)))) == 1


def test_one_calendar_is_for_those_who_may_know(lunch, bert):
    assert len(busy(lunch.request("GET", url(lunch, "/Default")))) == 1
    answer = bert.request("GET", url(lunch, "/Default"))
    assert answer.status == 404
    assert b"calendar" in answer.body


def test_a_calendar_and_a_user_that_do_not_exist_are_404(anna):
    assert anna.request("GET", url(anna, "/nowhere")).status == 404
    assert anna.request("GET", f"/freebusy/user/nobody?{WEEK}").status == 404


@pytest.mark.parametrize("path", ["", "/", "/user", "/user/", "/group/x", "/user/a/b/c"])
def test_other_paths_are_404(anna, path):
    assert anna.request("GET", f"/freebusy{path}").status == 404


@pytest.mark.parametrize("suffix", ["", ".ifb", "@localhost"])
def test_names_are_spelled_as_clients_spell_them(lunch, suffix):
    path = f"/freebusy/user/{lunch.name}{suffix}?{WEEK}"
    assert len(busy(lunch.request("GET", path))) == 1


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("start=2026-01-05T00:00:00Z&period=P1D", 1),
        ("start=20260105&period=PT10H", 0),
        ("start=20260106&end=20260112", 0),
        ("start=20260101", 1),
    ],
)
def test_the_window_is_as_asked(lunch, query, count):
    assert len(busy(lunch.request("GET", url(lunch, query=query)))) == count


@pytest.mark.parametrize(
    "query",
    [
        "start=yesterday",
        "start=20260105T000000",
        "start=20260106&end=20260105",
        "start=20260105&end=20260106&period=P1D",
        "start=00010101&end=99991231",
        "period=-P1D",
        "&".join(f"x{n}=1" for n in range(50)),
    ],
)
def test_a_window_that_is_none_is_400(anna, query):
    answer = anna.request("GET", url(anna, query=query))
    assert (answer.status, answer.headers["content-type"]) == (400, "application/problem+json")


@pytest.mark.parametrize(
    "name", ["jfb", "application/calendar%2Bjson", "application/calendar+json"]
)
def test_jcal_is_given_where_it_is_asked_for(lunch, name):
    answer = lunch.request("GET", url(lunch, query=f"{WEEK}&format={name}"))
    assert answer.headers["content-type"] == "application/calendar+json"
    assert orjson.loads(answer.body)[2][0][0] == "vfreebusy"


def test_xcal_is_given_by_accept(lunch):
    answer = lunch.request("GET", url(lunch), accept="application/calendar+xml;q=0.9, image/png")
    assert etree.fromstring(answer.body).tag.endswith("icalendar")


@pytest.mark.parametrize(("query", "headers"), [("&format=pdf", {}), ("", {"accept": "text/html"})])
def test_a_form_that_there_is_not_is_406(anna, query, headers):
    assert anna.request("GET", url(anna, query=WEEK + query), **headers).status == 406


def test_what_did_not_change_is_304(lunch):
    etag = lunch.request("GET", url(lunch)).headers["etag"]
    assert lunch.request("GET", url(lunch), if_none_match=etag).status == 304
    lunch.put(
        lunch.calendar + "more.ics", event("more", "DTSTART:20260106T100000Z", "DURATION:PT1H")
    )
    assert lunch.request("GET", url(lunch), if_none_match=etag).status == 200


def test_only_reading_is_served(anna):
    assert anna.request("POST", url(anna)).status == 405
    assert anna.request("OPTIONS", url(anna)).headers["allow"] == "GET, HEAD, OPTIONS"
    head = anna.request("HEAD", url(anna))
    assert (head.status, head.body) == (200, b"")


def test_a_rule_that_never_ends_costs_a_bounded_time(anna):
    for n in range(30):
        rule = "RRULE:FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30"
        anna.put(anna.calendar + f"r{n}.ics", event(f"r{n}", rule))
    answer = anna.request("GET", url(anna, query="start=20260101&period=P365D"))
    assert answer.status in {200, 422}
