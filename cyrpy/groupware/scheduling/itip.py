"""From a change of a calendar object to iTIP messages, and to what is stored (RFC 6638 §3.2).

Pure: the object before and after, whose addresses it is in the calendar of, and the time.
"""

from __future__ import annotations

from datetime import UTC
from typing import Final

from cyrpy.errors import FormatError
from cyrpy.formats.ical.component import Component
from cyrpy.formats.ical.moments import EPOCH, Moment
from cyrpy.formats.ical.spans import bounds
from cyrpy.groupware.scheduling import attendee, organizer, revision
from cyrpy.groupware.scheduling.content import is_sent
from cyrpy.groupware.scheduling.meeting import Meeting
from cyrpy.groupware.scheduling.model import (
    ATTENDEE_CHANGE,
    MAX_ATTENDEES,
    ORGANIZER_CHANGE,
    PLAIN,
    SAME_ORGANIZER,
    How,
    Plan,
    Role,
    SchedulingRefused,
)
from cyrpy.groupware.scheduling.parties import SERVER, agent, attendee_among

MAX_TOTAL: Final = 128 << 20  # octets that one change sends to all attendees together
FEW: Final = 10  # attendees, for whom that is not reckoned


def plan(
    before: Component | None,
    after: Component | None,
    own: frozenset[str],
    now: int,
    how: How = PLAIN,
) -> Plan:
    """What a change leads to.

    Args:
        before: What is stored.
        after: What is to be stored; it is not changed.
        own: Normalized addresses of whose calendar it is in.
        now: Unix seconds.
        how: How it was asked for.

    Raises:
        SchedulingRefused: RFC 6638 §3.2.4 forbids it.
    """
    old = _meeting(before)
    new = _meeting(None if after is None else after.copy())
    was, role = role_of(old, own), role_of(new, own)
    if was == role == "none" or (old is None and new is None):
        return Plan(after, "none")
    if new is not None:
        _check(new, role, how)
    _check_roles(was, role, old, new)
    if was == "none":
        old = None  # nobody was told of it
    if was == "attendee" and role != "attendee" and new is not None:
        return Plan(after, role)  # the client does the scheduling of this one
    told = how.sends and not _is_over(before, after, now - how.max_age)
    if "attendee" in (was, role):
        result = _attendee(old, new, own, _stamp(now), how)
    else:
        result = _organizer(old, new, own, _stamp(now), how)
    stored = after if _is_same(after, result.stored) else result.stored
    return Plan(stored, role, result.messages if told else ())


def role_of(meeting: Meeting | None, own: frozenset[str]) -> Role:
    """What the owner of the calendar is in a meeting (RFC 6638 §3.1)."""
    if meeting is None or meeting.organizer is None:
        return "none"
    if meeting.organizer in own:
        return "organizer"
    attends = any(attendee_among(part, own) is not None for part in meeting.parts.values())
    return "attendee" if attends else "none"


def _meeting(calendar: Component | None) -> Meeting | None:
    if calendar is None:
        return None
    meeting = Meeting(calendar)
    return meeting if meeting.parts else None


def _check(meeting: Meeting, role: Role, how: How) -> None:
    """What is asked of every scheduling object (RFC 6638 §3.2.4.2, RFC 4791 §5.3.2.1)."""
    if len(meeting.organizers()) > 1:
        raise SchedulingRefused(
            SAME_ORGANIZER, "all components of a meeting must have the same ORGANIZER"
        )
    if role != "organizer":
        return
    for part in meeting.parts.values():
        if len(part.every("ATTENDEE")) > how.max_attendees:
            raise SchedulingRefused(
                MAX_ATTENDEES, f"a meeting has at most {how.max_attendees} attendees"
            )
    people = len(meeting.attendees())
    if people > FEW and people * _size(meeting) > MAX_TOTAL:
        raise SchedulingRefused(
            MAX_ATTENDEES, "the meeting is too large to be sent to so many; shorten it"
        )


def _size(meeting: Meeting) -> int:
    """About how many octets each attendee gets."""
    return sum(
        len(line.value) + len(line.param_text)
        for part in meeting.parts.values()
        for line in part.properties
        if is_sent(line)
    )


def _check_roles(was: Role, role: Role, old: Meeting | None, new: Meeting | None) -> None:
    """An organizer stays the organizer, and an attendee an attendee (RFC 6638 §3.2.4.3, §3.2.4.4).

    Both may remove the object, and an organizer may make it no meeting.
    """
    if old is None or new is None or was == role:
        return
    if was == "attendee" and agent(old.first().first("ORGANIZER")) == SERVER:
        raise SchedulingRefused(
            ATTENDEE_CHANGE, "an attendee can change neither ORGANIZER nor who attends"
        )
    if was == "organizer" and new.organizer is not None:
        raise SchedulingRefused(ORGANIZER_CHANGE, "the ORGANIZER of a meeting cannot be changed")


def _organizer(
    old: Meeting | None, new: Meeting | None, own: frozenset[str], stamp: str, how: How
) -> Plan:
    # A meeting that no longer has an organizer is called off for those who attended it.
    after = new if new is not None and new.organizer is not None else None
    source = after or old
    assert source is not None  # noqa: S101 - a change has a side
    if after is not None:
        if old is not None and how.merges:
            revision.keep_answers(old, after, own)
        revision.revised(old, after, own)
    change = organizer.Change(source.organizer or "", own, old, after, stamp)
    messages = tuple(organizer.messages(change))
    if new is None:
        return Plan(None, "none", messages)
    if after is not None:
        revision.unforce(after)
    return Plan(new.calendar, "organizer" if after else "none", messages)


def _attendee(
    old: Meeting | None, new: Meeting | None, own: frozenset[str], stamp: str, how: How
) -> Plan:
    source = new or old
    assert source is not None  # noqa: S101 - a change has a side
    served = agent(source.first().first("ORGANIZER")) == SERVER
    if old is not None and new is not None and served:
        attendee.check(old, new, own)
        attendee.settle(old, new)
    message = attendee.reply(attendee.Change(own, old, new, stamp)) if served else None
    if new is not None:
        attendee.unforce(new)
    if message is None or (new is None and not how.replies):
        return Plan(None if new is None else new.calendar, "attendee")
    return Plan(None if new is None else new.calendar, "attendee", (message,))


def _stamp(now: int) -> str:
    return str(Moment(now + EPOCH, is_date=False, zone=UTC))


def _is_over(before: Component | None, after: Component | None, limit: int) -> bool:
    """Whether all of it, before and after, ended before `limit`."""
    return all(_ended(calendar, limit) for calendar in (before, after) if calendar is not None)


def _ended(calendar: Component, limit: int) -> bool:
    try:
        end = bounds(calendar).end
    except FormatError:
        return False
    return end is not None and end < limit


def _is_same(after: Component | None, stored: Component | None) -> bool:
    """Whether nothing of what the client sent was changed."""
    if after is None or stored is None:
        return after is stored
    pairs = zip(after.walk(), stored.walk(), strict=False)
    return all(mine.written() == its.written() for mine, its in pairs)
