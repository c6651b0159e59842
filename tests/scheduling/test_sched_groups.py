"""Groups as attendees, and meetings that go with their calendar (RFC 5545 §3.2.11, RFC 6638)."""

from __future__ import annotations

import pytest

from cyrpy.formats.ical.write import write
from cyrpy.groupware import groups
from tests.support.meetings import ANNA, BERT, answer, event, meeting, parts

CARL = "mailto:carl@example.com"
TEAM = "mailto:team@example.com"
START = "DTSTART:20990105T090000Z"


@pytest.fixture
def team(server, bert, carl):
    """A group of bert and carl; to change who is in it."""
    row = server.add("team", "group")

    def join(unit) -> None:
        for who in (bert, carl):
            groups.join(unit, row, who.row)

    server.core.database.write(join)

    def change(how, who) -> None:
        server.core.database.write(lambda unit: how(unit, row, who.row))

    return change


def lunch(*lines: str, to: tuple[str, ...] = (f"CUTYPE=GROUP:{TEAM}",), **more: str):
    return meeting(event(START, "DURATION:PT1H", *lines, to=to, **more))


def attendees(calendar) -> dict[str, str | None]:
    """Address -> group for which it is there."""
    return {line.value: line.param("MEMBER") for line in parts(calendar)[None].every("ATTENDEE")}


@pytest.mark.usefixtures("team")
def test_members_of_a_group_are_invited(anna, bert, carl, put, holds, inbox):
    assert put(anna, lunch()).status == 201
    assert attendees(holds(anna)) == {TEAM: None, BERT: TEAM, CARL: TEAM}
    for member in (bert, carl):
        assert attendees(holds(member)) == {TEAM: None, BERT: TEAM, CARL: TEAM}
        (message,) = inbox(member)
        assert message.value("METHOD") == "REQUEST"
    statuses = {
        x.value: x.param("SCHEDULE-STATUS") for x in parts(holds(anna))[None].every("ATTENDEE")
    }
    assert statuses == {TEAM: "1.2", BERT: "1.2", CARL: "1.2"}


def test_who_is_invited_itself_is_so_once(anna, bert, carl, team, put, holds):
    put(anna, lunch(to=(BERT, TEAM)))
    assert attendees(holds(anna)) == {BERT: None, TEAM: None, CARL: TEAM}


def test_the_organizer_is_not_invited_by_its_own_group(anna, team, put, holds):
    team(groups.join, anna)
    put(anna, lunch())
    assert ANNA not in attendees(holds(anna))


def test_a_member_answers_for_itself(anna, bert, carl, team, put, holds):
    put(anna, lunch())
    mine = holds(bert)
    line = next(x for x in parts(mine)[None].every("ATTENDEE") if x.value == BERT)
    properties = parts(mine)[None].properties
    accepted = type(line).of("ATTENDEE", BERT, {"PARTSTAT": "ACCEPTED", "MEMBER": TEAM})
    parts(mine)[None].properties = [accepted if x is line else x for x in properties]
    name = next(iter(h for h in bert.propfind(f"{bert.calendars}Default/", "D:getetag",
                depth="1").responses if h.endswith(".ics") or not h.endswith("/")))  # fmt: skip
    assert bert.request("PUT", name, write(mine), {"content-type": "text/calendar"}).status == 204
    assert answer(holds(anna), BERT) == "ACCEPTED"
    assert answer(holds(anna), CARL) == "NEEDS-ACTION"


def test_who_leaves_the_group_is_told_with_the_next_change(anna, bert, carl, team, put, holds):
    put(anna, lunch())
    team(groups.leave, carl)
    put(anna, lunch("SUMMARY:Later"))
    assert attendees(holds(anna)) == {TEAM: None, BERT: TEAM}
    assert parts(holds(carl))[None].value("STATUS") == "CANCELLED"
    assert parts(holds(bert))[None].value("SUMMARY") == "Later"


def test_a_group_that_goes_takes_its_members_along(anna, bert, carl, team, put, holds):
    put(anna, lunch())
    kept = [f'MEMBER="{TEAM}":{BERT}', f'MEMBER="{TEAM}":{CARL}']
    put(anna, lunch(to=tuple(kept)))
    assert attendees(holds(anna)) == {}
    assert parts(holds(bert))[None].value("STATUS") == "CANCELLED"


def test_a_group_that_nobody_is_in_gets_nothing(anna, bert, carl, team, put, holds):
    for who in (bert, carl):
        team(groups.leave, who)
    put(anna, lunch())
    (line,) = parts(holds(anna))[None].every("ATTENDEE")
    assert line.param("SCHEDULE-STATUS") == "5.3"


def test_a_group_is_busy_when_a_member_is(anna, bert, carl, team, put):
    put(bert, meeting(event("DTSTART:20990106T100000Z", "DURATION:PT1H", to=(), by=BERT)))
    put(carl, meeting(event("DTSTART:20990106T103000Z", "DURATION:PT1H", to=(), by=CARL)))
    lines = [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//t//EN", "METHOD:REQUEST", "BEGIN:VFREEBUSY",
        "UID:f", "DTSTAMP:20990101T000000Z", "DTSTART:20990106T000000Z", "DTEND:20990107T000000Z",
        f"ORGANIZER:{ANNA}", f"ATTENDEE:{TEAM}", "END:VFREEBUSY", "END:VCALENDAR", "",
    ]  # fmt: skip
    body = "\r\n".join(lines).encode()
    headers = {"content-type": "text/calendar"}
    found = anna.request("POST", f"{anna.calendars}Outbox/", body, headers)
    assert found.status == 200
    text = found.body.decode().replace("\r\n ", "").replace("&#13;", "")
    assert "20990106T100000Z/20990106T113000Z" in text
    assert "2.0;Success" in text


def calendar_of(who, name: str) -> str:
    """A new calendar."""
    url = f"{who.calendars}{name}/"
    assert who.request("MKCALENDAR", url, b"").status == 201
    return url


def test_a_calendar_that_goes_calls_its_meetings_off(anna, bert, holds):
    url = calendar_of(anna, "work")
    headers = {"content-type": "text/calendar"}
    made = anna.request("PUT", f"{url}m.ics", write(lunch(to=(BERT,))), headers)
    assert made.status == 201
    assert parts(holds(bert))[None].value("STATUS") is None
    assert anna.request("DELETE", url).status == 204
    assert parts(holds(bert))[None].value("STATUS") == "CANCELLED"


def test_a_calendar_that_goes_declines_its_invitations(anna, bert, put, holds):
    put(anna, lunch(to=(BERT,)))
    url = calendar_of(bert, "work")
    (source,) = [
        href
        for href in bert.propfind(f"{bert.calendars}Default/", "D:getetag", depth="1").responses
        if not href.endswith("/")
    ]
    moved = bert.request("MOVE", source, b"", {"destination": f"{url}m.ics"})
    assert moved.status == 201
    assert bert.request("DELETE", url).status == 204
    assert answer(holds(anna), BERT) == "DECLINED"


def test_the_default_calendar_stays_and_nobody_is_told(anna, bert, put, holds):
    put(anna, lunch(to=(BERT,)))
    assert anna.request("DELETE", f"{anna.calendars}Default/").status == 403
    assert parts(holds(bert))[None].value("STATUS") is None
