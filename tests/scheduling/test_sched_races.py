"""Meetings that are made at the same time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from tests.support.meetings import ANNA, BERT, answer, event, meeting, text

START = "DTSTART:20990105T090000Z"


def invite(who, by: str, to: str, name: str) -> int:
    octets = text(meeting(event(START, "DURATION:PT1H", by=by, to=[to], uid=name))).encode()
    return who.request("PUT", f"{who.calendars}Default/{name}.ics", octets).status


def test_two_who_invite_each_other_both_succeed(anna, bert):
    with ThreadPoolExecutor(4) as threads:
        tasks = [threads.submit(invite, anna, ANNA, BERT, f"a{n}") for n in range(4)]
        tasks += [threads.submit(invite, bert, BERT, ANNA, f"b{n}") for n in range(4)]
    assert {task.result() for task in tasks} == {201}
    for who in (anna, bert):
        found = who.propfind(f"{who.calendars}Default/", "D:getetag", depth="1").responses
        assert len(found) == 1 + 8


def test_room_is_given_to_one_of_those_who_ask_at_the_same_time(anna, bert, carl, room, holds):
    people = {"anna": anna, "bert": bert, "carl": carl}
    aula = "mailto:aula@example.com"
    with ThreadPoolExecutor(3) as threads:
        tasks = [
            threads.submit(invite, who, f"mailto:{name}@example.com", aula, name)
            for name, who in people.items()
        ]
    assert {task.result() for task in tasks} == {201}
    answers = sorted(str(answer(holds(who), aula)) for who in people.values())
    assert answers == ["ACCEPTED", "DECLINED", "DECLINED"]
