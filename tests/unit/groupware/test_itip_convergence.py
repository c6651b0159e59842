"""An organizer and its attendees end with the same answers, whatever they did in between."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from cyrpy.formats.contentline import Line
from cyrpy.formats.ical.component import Component
from cyrpy.groupware.scheduling import instance
from cyrpy.groupware.scheduling.apply import cancel, request
from cyrpy.groupware.scheduling.meeting import Meeting, exdate, is_cancelled
from cyrpy.groupware.scheduling.model import Plan
from cyrpy.groupware.scheduling.parties import (
    attendee_among,
    partstat,
    replace_lines,
    with_params,
)
from cyrpy.groupware.scheduling.replies import reply
from tests.support.meetings import ANNA, BERT, CARL, NOW, by, event, meeting

KEYS = ["20260112T090000Z", "20260119T090000Z", "20260126T090000Z"]
SERIES = ("DURATION:PT1H", "RRULE:FREQ=WEEKLY;COUNT=4")
ANSWERS = st.sampled_from(["ACCEPTED", "DECLINED", "TENTATIVE"])
WHO = st.sampled_from([BERT, CARL])
EDITS = st.tuples(
    st.just("edit"),
    st.sampled_from(["SUMMARY:a", "SUMMARY:b", "LOCATION:c"]),
    st.lists(st.sampled_from(KEYS), max_size=1),
)
MOVES = st.tuples(st.just("move"), st.sampled_from(KEYS), st.sampled_from(["10", "11"]))
REPLIES = st.tuples(st.just("answer"), WHO, st.sampled_from([None, *KEYS]), ANSWERS)
REMOVALS = st.tuples(st.just("remove"), WHO, st.sampled_from(KEYS))


class World:
    """The organizer's object and the attendees' copies, with messages that arrive at once."""

    def __init__(self) -> None:
        self.now = NOW - 10 * 86_400
        self.has: dict[str, Component | None] = {ANNA: None, BERT: None, CARL: None}

    def change(self, who: str, after: Component) -> None:
        self.now += 60
        self.deliver(who, by(who, self.has[who], after, now=self.now))

    def deliver(self, who: str, plan: Plan) -> None:
        self.has[who] = plan.stored
        for message in plan.messages:
            mine, own = self.has[message.recipient], frozenset({message.recipient})
            if message.method == "REPLY":
                applied = reply(message.calendar, mine, own, message.sender)
            else:
                take = request if message.method == "REQUEST" else cancel
                applied = take(message.calendar, mine, own)
            if applied.calendar is not None:
                self.has[message.recipient] = applied.calendar

    def edit(self, line: str, excluded: list[str]) -> None:
        """The organizer writes the master anew, with the overrides as they are."""
        old = self.has[ANNA]
        assert old is not None
        after = old.copy()
        master = Meeting(after).parts[None]
        name, _, value = line.partition(":")
        master.put(Line(name, "", value))
        for key in excluded:
            gone = [p for p in after.components if p.value("RECURRENCE-ID") == key]
            after.components = [p for p in after.components if p not in gone]
            master.properties.append(Line("EXDATE", "", key))
        self.change(ANNA, after)

    def move(self, key: str, hour: str) -> None:
        """The organizer moves one instance, if it takes place."""
        after = (self.has[ANNA] or meeting()).copy()
        part = _own_part(after, key)
        if part is not None:
            part.put(Line("DTSTART", "", key.replace("T09", f"T{hour}")))
            self.change(ANNA, after)

    def answer(self, who: str, key: str | None, said: str) -> None:
        """An attendee answers all, or one instance."""
        after = (self.has[who] or meeting()).copy()
        part = Meeting(after).parts.get(None) if key is None else _own_part(after, key)
        line = None if part is None else attendee_among(part, {who})
        if part is not None and line is not None and not is_cancelled(part):
            replace_lines(part, [(line, with_params(line, PARTSTAT=said))])
            self.change(who, after)

    def remove(self, who: str, key: str) -> None:
        """An attendee removes one instance."""
        after = (self.has[who] or meeting()).copy()
        part = _own_part(after, key)
        if part is not None:
            after.components.remove(part)
            line = part.first("RECURRENCE-ID")
            assert line is not None
            Meeting(after).parts[None].properties.append(exdate(line))
            self.change(who, after)


def _own_part(calendar: Component, key: str) -> Component | None:
    """The instance as an override in the calendar; None if it does not take place."""
    found = Meeting(calendar)
    number = found.key(Component("VEVENT", [Line("RECURRENCE-ID", "", key)]))
    assert number is not None
    if number in found.exdates() or found.master is None or is_cancelled(found.master):
        return None
    part = instance.of(found, number)
    if number not in found.parts:
        calendar.components.append(part)
    return None if is_cancelled(part) else part


def answers(world: World, who: str, of: str) -> dict[int | None, str]:
    """What somebody answered, as it stands in some copy: what was removed is declined."""
    calendar = world.has[of]
    assert calendar is not None
    found = Meeting(calendar)
    said: dict[int | None, str] = {}
    for at in [None, *KEYS]:
        key = found.key(Component("VEVENT", [Line("RECURRENCE-ID", "", at)])) if at else None
        part = found.whole(key)
        if key in found.exdates():
            said[key] = "DECLINED"
        elif part is not None:
            said[key] = "gone" if is_cancelled(part) else partstat(attendee_among(part, {who}))
    return said


@settings(deadline=None)
@given(st.lists(st.one_of(EDITS, MOVES, REPLIES, REMOVALS), max_size=8))
def test_organizer_knows_what_everybody_answered(steps):
    world = World()
    world.change(ANNA, meeting(event("DTSTART:20260105T090000Z", *SERIES, "SUMMARY:x")))
    for name, *args in steps:
        getattr(world, name)(*args)
    excluded = Meeting(world.has[ANNA] or meeting()).exdates()
    for who in (BERT, CARL):
        mine, theirs = answers(world, who, who), answers(world, who, ANNA)
        for key, said in theirs.items():
            if key not in excluded:
                assert mine[key] == said, (who, key)
