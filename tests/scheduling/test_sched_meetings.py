"""Meetings between users of one server (RFC 6638 §3, §4)."""

from __future__ import annotations

import pytest

from tests.support.dav import Server
from tests.support.meetings import ANNA, BERT, answer, event, meeting, parts, text

CARL = "mailto:carl@example.com"
AULA = "mailto:aula@example.com"
START = "DTSTART:20990105T090000Z"
WEEKLY = (START, "DURATION:PT1H", "RRULE:FREQ=WEEKLY;COUNT=5")
SECOND = "20990112T090000Z"
ALARM = "BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT5M\r\nEND:VALARM"


def lunch(*lines: str, to: tuple[str, ...] = (BERT,), **more: str) -> object:
    return meeting(event(START, "SUMMARY:Lunch", *lines, to=to, **more))


def url_of(who) -> str:
    found = who.propfind(f"{who.calendars}Default/", "D:getetag", depth="1").responses
    return list(found)[-1]


def etag(who) -> str:
    return who.get(url_of(who), "D:getetag")


def schedule_tag(who) -> str:
    return who.get(url_of(who), "C:schedule-tag")


def accepted(*lines: str) -> object:
    return lunch(*lines, to=(f"PARTSTAT=ACCEPTED:{BERT}",))


def test_invitation_arrives_in_calendar_and_inbox(anna, bert, put, holds, inbox):
    answered = put(anna, lunch())
    assert answered.status == 201
    assert "etag" not in answered.headers
    assert answered.headers["schedule-tag"]
    assert parts(holds(bert))[None].value("SUMMARY") == "Lunch"
    (message,) = inbox(bert)
    assert message.value("METHOD") == "REQUEST"
    assert inbox(anna) == []


def test_organizer_sees_what_became_of_the_invitation(anna, bert, put, holds):
    put(anna, lunch(to=(BERT, "mailto:nobody@example.com", "mailto:x@elsewhere.org", "CN=x:urn:x")))
    statuses = {
        x.value: x.param("SCHEDULE-STATUS") for x in parts(holds(anna))[None].every("ATTENDEE")
    }
    assert statuses == {
        BERT: "1.2",
        "mailto:nobody@example.com": "3.7",
        "mailto:x@elsewhere.org": "5.1",
        "urn:x": "3.7",
    }


def test_object_without_attendees_has_no_schedule_status_and_its_entity_tag(anna, put):
    plain = meeting(f"BEGIN:VEVENT\r\nUID:m\r\n{START}\r\nEND:VEVENT")
    answered = put(anna, plain)
    assert "etag" in answered.headers
    assert "schedule-tag" not in answered.headers


def test_answer_reaches_the_organizer(anna, bert, put, holds, inbox):
    put(anna, lunch())
    url = url_of(bert)
    answered = bert.request("PUT", url, text(accepted()).encode())
    assert answered.status == 204
    assert answer(holds(anna), BERT) == "ACCEPTED"
    (message,) = inbox(anna)
    assert message.value("METHOD") == "REPLY"
    assert "SCHEDULE-STATUS=1.2" in text(holds(bert))


def test_answer_keeps_the_organizers_schedule_tag_and_changes_the_entity_tag(anna, bert, put):
    put(anna, lunch())
    before = schedule_tag(anna), etag(anna)
    bert.request("PUT", url_of(bert), text(accepted()).encode())
    assert schedule_tag(anna) == before[0]
    assert etag(anna) != before[1]


def test_update_changes_the_attendees_schedule_tag(anna, bert, put):
    put(anna, lunch())
    before = schedule_tag(bert)
    put(anna, lunch("LOCATION:Here"))
    assert schedule_tag(bert) != before


def test_stale_organizer_write_with_its_schedule_tag_keeps_the_answer(anna, bert, put, holds):
    tag = put(anna, lunch()).headers["schedule-tag"]
    bert.request("PUT", url_of(bert), text(accepted()).encode())
    assert put(anna, lunch("LOCATION:Here"), if_schedule_tag_match=tag).status == 204
    assert answer(holds(anna), BERT) == "ACCEPTED"


def test_organizer_who_knows_the_answer_may_set_another(anna, bert, put, holds):
    put(anna, lunch())
    bert.request("PUT", url_of(bert), text(accepted()).encode())
    by_phone = lunch(to=(f"PARTSTAT=DECLINED:{BERT}",))
    assert put(anna, by_phone, if_match=etag(anna)).status == 204
    assert answer(holds(anna), BERT) == "DECLINED"


def test_blind_write_keeps_the_answers_that_came(anna, bert, put, holds):
    put(anna, lunch())
    bert.request("PUT", url_of(bert), text(accepted()).encode())
    put(anna, lunch("LOCATION:Here"))
    assert answer(holds(anna), BERT) == "ACCEPTED"


def test_group_is_no_calendar_user(server, anna, put, holds):
    server.add("team", "group")
    put(anna, lunch(to=("mailto:team@example.com",)))
    assert "SCHEDULE-STATUS=5.3" in text(holds(anna))


def test_schedule_tag_that_is_old_is_refused(anna, bert, put):
    tag = put(anna, lunch()).headers["schedule-tag"]
    newer = put(anna, lunch("LOCATION:Here")).headers["schedule-tag"]
    assert put(anna, lunch(), if_schedule_tag_match=tag).status == 412
    url = url_of(anna)
    assert anna.request("DELETE", url, b"", {"if-schedule-tag-match": tag}).status == 412
    assert anna.request("DELETE", url, b"", {"if-schedule-tag-match": newer}).status == 204


def test_update_keeps_the_attendees_alarm_and_answer(anna, bert, put, holds):
    put(anna, lunch())
    bert.request("PUT", url_of(bert), text(accepted(ALARM, "TRANSP:TRANSPARENT")).encode())
    put(anna, meeting(event(START, "SUMMARY:Brunch", to=[f"PARTSTAT=ACCEPTED:{BERT}"])))
    part = parts(holds(bert))[None]
    assert part.value("SUMMARY") == "Brunch"
    assert part.value("TRANSP") == "TRANSPARENT"
    assert len(part.named("VALARM")) == 1
    assert answer(holds(bert), BERT) == "ACCEPTED"


def test_move_asks_anew(anna, bert, put, holds):
    put(anna, lunch())
    bert.request("PUT", url_of(bert), text(accepted()).encode())
    moved = meeting(event("DTSTART:20990106T090000Z", to=[f"PARTSTAT=ACCEPTED:{BERT}"]))
    put(anna, moved)
    assert answer(holds(bert), BERT) == answer(holds(anna), BERT) == "NEEDS-ACTION"


def test_removed_meeting_is_called_off(anna, bert, put, holds, inbox):
    put(anna, lunch())
    anna.request("DELETE", url_of(anna))
    assert parts(holds(bert))[None].value("STATUS") == "CANCELLED"
    assert [message.value("METHOD") for message in inbox(bert)] == ["CANCEL"]


def test_removed_invitation_is_declined(anna, bert, put, holds):
    put(anna, lunch())
    assert bert.request("DELETE", url_of(bert)).status == 204
    assert answer(holds(anna), BERT) == "DECLINED"


def test_invitation_that_is_removed_without_a_reply_is_not_declined(anna, bert, put, holds):
    put(anna, lunch())
    bert.request("DELETE", url_of(bert), b"", {"schedule-reply": "F"})
    assert answer(holds(anna), BERT) in {None, "NEEDS-ACTION"}


def test_attendee_cannot_change_what_is_the_organizers(anna, bert, put):
    put(anna, lunch())
    forged = meeting(event(START, "SUMMARY:Forged", to=[BERT]))
    answered = bert.request("PUT", url_of(bert), text(forged).encode())
    assert answered.status == 403
    assert answered.condition.endswith("}allowed-attendee-scheduling-object-change")


def test_organizer_cannot_give_the_meeting_away(anna, bert, put):
    put(anna, lunch())
    answered = put(anna, lunch(by=BERT, to=(BERT, CARL)))
    assert answered.condition.endswith("}allowed-organizer-scheduling-object-change")


def test_components_of_two_organizers_are_refused(anna, put):
    other = event(f"RECURRENCE-ID:{SECOND}", f"DTSTART:{SECOND}", to=[BERT], by=BERT)
    answered = put(anna, meeting(event(*WEEKLY, to=[BERT]), other))
    assert answered.condition.endswith("}same-organizer-in-all-components")


def test_answer_to_one_instance_makes_an_override_at_the_organizer(anna, bert, put, holds):
    put(anna, meeting(event(*WEEKLY, to=[BERT])))
    declined = event(
        f"RECURRENCE-ID:{SECOND}", f"DTSTART:{SECOND}", "DURATION:PT1H",
        to=[f"PARTSTAT=DECLINED:{BERT}"],
    )  # fmt: skip
    answered = bert.request(
        "PUT", url_of(bert), text(meeting(event(*WEEKLY, to=[BERT]), declined)).encode()
    )
    assert answered.status == 204
    assert answer(holds(anna), BERT, SECOND) == "DECLINED"
    assert answer(holds(anna), BERT) in {None, "NEEDS-ACTION"}


def test_instance_that_an_attendee_removes_is_declined(anna, bert, put, holds):
    put(anna, meeting(event(*WEEKLY, to=[BERT])))
    without = meeting(event(*WEEKLY, f"EXDATE:{SECOND}", to=[BERT]))
    bert.request("PUT", url_of(bert), text(without).encode())
    assert answer(holds(anna), BERT, SECOND) == "DECLINED"
    put(anna, meeting(event(*WEEKLY, "SUMMARY:x", to=[BERT]), *overrides(holds(anna))))
    assert set(parts(holds(bert))) == {None}


def overrides(calendar) -> list[str]:
    from cyrpy.formats.ical.write import write  # noqa: PLC0415

    return [write(part).decode().strip() for key, part in parts(calendar).items() if key]


def test_instance_that_the_organizer_removes_is_called_off(anna, bert, put, holds):
    put(anna, meeting(event(*WEEKLY, to=[BERT])))
    put(anna, meeting(event(*WEEKLY, f"EXDATE:{SECOND}", to=[BERT])))
    assert parts(holds(bert))[SECOND].value("STATUS") == "CANCELLED"


def test_attendee_of_one_instance_knows_only_that(anna, bert, carl, put, holds):
    special = event(
        f"RECURRENCE-ID:{SECOND}", f"DTSTART:{SECOND}", "DURATION:PT1H", to=[BERT, CARL]
    )
    put(anna, meeting(event(*WEEKLY, to=[BERT]), special))
    assert set(parts(holds(carl))) == {SECOND}
    assert set(parts(holds(bert))) == {None, SECOND}


def test_message_in_the_inbox_is_replaced_by_a_newer_one(anna, bert, put, inbox):
    put(anna, lunch())
    put(anna, lunch("LOCATION:Here"))
    (message,) = inbox(bert)
    assert parts(message)[None].value("LOCATION") == "Here"


def test_room_accepts_while_it_is_free_and_declines_what_collides(anna, bert, room, put, holds):
    put(anna, lunch("DURATION:PT1H", to=(AULA,)))
    assert answer(holds(anna), AULA) == "ACCEPTED"
    assert answer(holds(room), AULA) == "ACCEPTED"
    other = meeting(event("DTSTART:20990105T093000Z", "DURATION:PT1H", to=[AULA], by=BERT, uid="n"))
    bert.request("PUT", f"{bert.calendars}Default/n.ics", text(other).encode())
    assert answer(holds(bert), AULA) == "DECLINED"


def test_room_that_was_asked_anew_answers_anew(anna, room, put, holds):
    put(anna, lunch("DURATION:PT1H", to=(AULA,)))
    moved = event("DTSTART:20990105T093000Z", "DURATION:PT1H", to=[AULA])
    put(anna, meeting(moved))
    assert answer(holds(anna), AULA) == "ACCEPTED"


def test_moved_object_tells_nobody(anna, bert, put, inbox):
    put(anna, lunch())
    before = text(inbox(bert)[0])
    anna.request("MKCALENDAR", f"{anna.calendars}work/")
    moved = anna.request("MOVE", url_of(anna), b"", {"destination": f"{anna.calendars}work/m.ics"})
    assert moved.status == 201
    assert text(inbox(bert)[0]) == before


def test_user_can_be_named_by_the_url_of_the_principal(anna, bert, put, holds):
    put(anna, lunch(by=anna.principal, to=(f"CN=Bert:{bert.principal}",)))
    assert parts(holds(bert))[None].value("SUMMARY") == "Lunch"


def test_nobody_is_told_of_what_is_long_over(anna, bert, put, holds):
    put(anna, meeting(event("DTSTART:20000101T090000Z", to=[BERT])))
    assert holds(bert) is None


def test_invitation_goes_to_the_default_calendar(anna, bert, put):
    bert.request("MKCALENDAR", f"{bert.calendars}work/")
    href = f"<D:href>{bert.calendars}work/</D:href>"
    assert bert.set(f"{bert.calendars}Inbox/", "C:schedule-default-calendar-URL", href) == 200
    put(anna, lunch())
    found = bert.propfind(f"{bert.calendars}work/", "D:getetag", depth="1").responses
    assert len(found) == 2


@pytest.mark.parametrize("who", [ANNA, BERT])
def test_own_meeting_needs_no_message_to_oneself(anna, bert, put, inbox, who):
    put(anna, lunch(to=(ANNA, who)))
    assert inbox(anna) == []


def test_age_after_which_nobody_is_told_is_an_option(database, tmp_path, holds):
    server = Server(database, tmp_path, limits={"historical_age": 100 * 365 * 86_400})
    anna, bert = server.client("anna"), server.client("bert")
    old = meeting(event("DTSTART:20000101T090000Z", to=[BERT]))
    assert anna.request("PUT", f"{anna.calendars}Default/m.ics", text(old).encode()).status == 201
    assert holds(bert) is not None
