"""POST to the outbox: who is busy when (RFC 6638 §5)."""

from __future__ import annotations

import pytest

from cyrpy.formats.ical.series import Window
from cyrpy.groupware.access import Actor
from cyrpy.groupware.freebusy import Asked, busy_time
from tests.scheduling.test_sched_boxes import AVAILABILITY
from tests.support.dav import clark
from tests.support.meetings import ANNA, BERT, event, meeting, text

CARL = "mailto:carl@example.com"
SPAN = ("DTSTART:20990105T000000Z", "DTEND:20990106T000000Z")
EVENT = ("DTSTART:20990105T090000Z", "DTEND:20990105T100000Z")
NINE = "20990105T090000Z/20990105T100000Z"


def question(
    *lines: str, to: tuple[str, ...] = (BERT,), by: str = ANNA, method: str = "REQUEST"
) -> bytes:
    asked = event(*lines, to=to, by=by).replace("VEVENT", "VFREEBUSY")
    return text(meeting(asked, method=method)).encode()


def ask(who, *lines: str, **more) -> dict[str, tuple[str, str]]:
    """Status and FREEBUSY lines by recipient."""
    answered = who.request(
        "POST",
        f"{who.calendars}Outbox/",
        question(*(lines or SPAN), **more),
        {"content-type": "text/calendar"},
    )
    assert answered.status == 200, answered.body
    found = {}
    for response in answered.root.findall(clark("C:response")):
        recipient = response.findtext(f"{clark('C:recipient')}/{clark('D:href')}")
        data = response.findtext(clark("C:calendar-data")) or ""
        lines = [x for x in data.replace("\r\n ", "").splitlines() if x.startswith("FREEBUSY")]
        found[recipient] = response.findtext(clark("C:request-status")), "|".join(lines)
    return found


def has(
    who, *lines: str, name: str = "x", calendar: str = "Default", to: tuple[str, ...] = ()
) -> None:
    plain = [f"BEGIN:VEVENT\r\nUID:{name}\r\n" + "\r\n".join(lines or EVENT) + "\r\nEND:VEVENT"]
    body = meeting(event(*lines, to=to, uid=name)) if to else meeting(*plain)
    answered = who.request("PUT", f"{who.calendars}{calendar}/{name}.ics", text(body).encode())
    assert answered.status == 201, answered.body


def test_busy_time_of_everybody_is_told(anna, bert, carl):
    has(bert)
    has(bert, "DTSTART:20990105T093000Z", "DTEND:20990105T110000Z", name="y")
    found = ask(anna, to=(BERT, CARL))
    assert found[BERT] == ("2.0;Success", "FREEBUSY:20990105T090000Z/20990105T110000Z")
    assert found[CARL] == ("2.0;Success", "")


def test_reply_says_for_whom_and_when_it_is(anna, bert):
    answered = anna.request("POST", f"{anna.calendars}Outbox/", question(*SPAN))
    data = answered.root.findtext(f"{clark('C:response')}/{clark('C:calendar-data')}")
    for line in ("METHOD:REPLY", "UID:m", f"ATTENDEE:{BERT}", f"ORGANIZER:{ANNA}", *SPAN):
        assert line in data.replace("\r\n", "\n")
    assert answered.root.tag == clark("C:schedule-response")


def test_those_who_are_not_here_have_their_own_status(anna):
    found = ask(anna, to=("mailto:nobody@elsewhere.org", "CN=x:urn:x"))
    assert found["mailto:nobody@elsewhere.org"][0].startswith("5.1")
    assert found["urn:x"][0].startswith("3.7")


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (("TRANSP:TRANSPARENT",), ""),
        (("STATUS:CANCELLED",), ""),
        (("STATUS:TENTATIVE",), f"FREEBUSY;FBTYPE=BUSY-TENTATIVE:{NINE}"),
        (("CLASS:PRIVATE",), f"FREEBUSY:{NINE}"),
        (("CLASS:CONFIDENTIAL",), ""),
        (("RRULE:FREQ=DAILY",), f"FREEBUSY:{NINE}"),
    ],
)
def test_event_counts_as_it_says(anna, bert, lines, told):
    has(bert, *EVENT, *lines)
    assert ask(anna)[BERT][1] == told


def test_own_secret_time_is_ones_own_to_see(anna, bert):
    has(bert, *EVENT, "CLASS:CONFIDENTIAL")
    assert ask(bert, by=BERT)[BERT][1] == f"FREEBUSY:{NINE}"


@pytest.mark.parametrize(
    ("answered", "told"),
    [
        ("ACCEPTED", f"FREEBUSY:{NINE}"),
        ("NEEDS-ACTION", f"FREEBUSY;FBTYPE=BUSY-TENTATIVE:{NINE}"),
        ("TENTATIVE", f"FREEBUSY;FBTYPE=BUSY-TENTATIVE:{NINE}"),
        ("DECLINED", ""),
    ],
)
def test_invitation_counts_as_it_was_answered(anna, bert, answered, told):
    has(bert, *EVENT, to=(f"PARTSTAT={answered}:{BERT}",))
    assert ask(anna)[BERT][1] == told


def test_calendar_that_is_transparent_does_not_count(anna, bert):
    bert.request("MKCALENDAR", f"{bert.calendars}hobby/")
    has(bert, calendar="hobby")
    assert ask(anna)[BERT][1] == f"FREEBUSY:{NINE}"
    bert.set(f"{bert.calendars}hobby/", "C:schedule-calendar-transp", "<C:transparent/>")
    assert ask(anna)[BERT][1] == ""


def test_meeting_that_is_being_planned_can_be_left_out(anna, bert):
    has(bert)
    assert ask(anna, *SPAN, "X-CALENDARSERVER-MASK-UID:x")[BERT][1] == ""


def test_time_at_which_one_is_not_available_is_told(anna, bert):
    bert.set(f"{bert.calendars}Inbox/", "C:calendar-availability", AVAILABILITY)
    told = ask(anna)[BERT][1]
    assert told.startswith("FREEBUSY;FBTYPE=BUSY-UNAVAILABLE:20990105T000000Z/20990105T080000Z")


def test_only_the_span_that_was_asked_for_is_told(anna, bert):
    has(bert, "DTSTART:20990104T230000Z", "DTEND:20990105T010000Z")
    assert ask(anna)[BERT][1] == "FREEBUSY:20990105T000000Z/20990105T010000Z"


def test_days_begin_in_the_zone_of_the_calendar(anna, bert):
    zone = "C:calendar-timezone-id"
    assert bert.set(f"{bert.calendars}Default/", zone, "Asia/Tokyo") == 200
    has(bert, "DTSTART;VALUE=DATE:20990105")
    assert ask(anna)[BERT][1] == "FREEBUSY:20990105T000000Z/20990105T150000Z"


@pytest.mark.parametrize(
    ("body", "condition"),
    [
        (b"nonsense", "valid-calendar-data"),
        (question(*SPAN, method="REPLY"), "valid-scheduling-message"),
        (question(*SPAN, to=()), "valid-scheduling-message"),
        (question(*SPAN, to=(BERT,) * 101), "valid-scheduling-message"),
        (question("DTSTART:20990105T000000Z"), "valid-scheduling-message"),
        (
            question("DTSTART:20990105T000000Z", "DTEND:20990104T000000Z"),
            "valid-scheduling-message",
        ),
        (
            question("DTSTART:20990105T000000Z", "DTEND:21990104T000000Z"),
            "valid-scheduling-message",
        ),
        (question("DTSTART:x", "DTEND:y"), "valid-scheduling-message"),
        (question(*SPAN, by=BERT), "valid-organizer"),
        (question(*SPAN).replace(b"VFREEBUSY", b"VEVENT"), "valid-scheduling-message"),
    ],
)
def test_request_that_asks_nothing_is_refused(anna, body, condition):
    answered = anna.request("POST", f"{anna.calendars}Outbox/", body)
    assert answered.status == 403
    assert answered.condition == clark(f"C:{condition}")


def test_request_of_another_type_is_refused(anna):
    answered = anna.request(
        "POST", f"{anna.calendars}Outbox/", question(*SPAN), {"content-type": "text/plain"}
    )
    assert answered.status == 415


def test_request_that_is_too_large_is_refused(anna):
    body = question(*SPAN, "COMMENT:" + "x" * 300_000)
    assert anna.request("POST", f"{anna.calendars}Outbox/", body).status in {403, 413}


def test_viewer_with_rights_sees_what_was_granted_alone(server, anna, bert):
    has(bert)
    start, end = 4_071_168_000, 4_071_340_800  # around 2099-01-05

    def busy(who, *, is_open: bool = False) -> int:
        asked = Asked(bert.row.id, Window(start, end), actor(who), is_open=is_open)
        with server.core.database.read() as unit:
            return len(busy_time(unit, asked))

    assert (busy(anna), busy(anna, is_open=True), busy(bert)) == (0, 1, 1)
    granted = {anna.principal: "C:read-free-busy"}
    assert bert.share(f"{bert.calendars}Default/", **granted).status == 200
    assert busy(anna) == 1


def actor(who) -> Actor:
    return Actor(who.row.id, frozenset({who.row.id}))


def test_group_has_no_calendar(server, anna):
    server.add("team", "group")
    assert ask(anna, to=("mailto:team@example.com",))["mailto:team@example.com"][0][:3] == "5.3"


def test_too_much_to_find_out_is_no_answer(anna, bert, monkeypatch):
    monkeypatch.setattr("cyrpy.groupware.freebusy.STEPS", 10)
    has(bert, *EVENT, "RRULE:FREQ=SECONDLY")
    assert ask(anna)[BERT][0].startswith("5.1")
