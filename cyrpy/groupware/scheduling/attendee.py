"""What an attendee may change of a meeting, and the reply that it is (RFC 6638 §3.2.2)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from cyrpy.formats.contentline import Line
from cyrpy.formats.ical.component import Component
from cyrpy.groupware.scheduling import instance
from cyrpy.groupware.scheduling.address import normalized, of_line
from cyrpy.groupware.scheduling.content import details, timing
from cyrpy.groupware.scheduling.meeting import (
    MASTER,
    Key,
    Meeting,
    is_cancelled,
    sequence,
    with_zones,
)
from cyrpy.groupware.scheduling.model import ATTENDEE_CHANGE, Message, SchedulingRefused
from cyrpy.groupware.scheduling.parties import (
    DECLINED,
    NEEDS_ACTION,
    SENT_PARAMS,
    as_sent,
    attendee_among,
    attendees_of,
    forced,
    partstat,
    replace_lines,
    with_params,
)

# What of the instance a reply tells beside the answer (RFC 5546 §3.2.3, §3.4.3).
REPLIED: Final = frozenset(
    {
        "UID",
        "RECURRENCE-ID",
        "DTSTART",
        "DTEND",
        "DUE",
        "DURATION",
        "SUMMARY",
        "SEQUENCE",
        "ORGANIZER",
        "RRULE",
        "RDATE",
        "COMMENT",
    }
)
ABOUT: Final = frozenset(
    {"SUMMARY", "DESCRIPTION", "LOCATION", "STATUS", "URL", "GEO", "RESOURCES", "PRIORITY"}
)
TODO: Final = frozenset({"STATUS", "PERCENT-COMPLETE", "COMPLETED"})  # an attendee's own in a VTODO


class Change(NamedTuple):
    """Some attendee's copy before and after; one of the two may be nothing."""

    own: frozenset[str]  # the attendee's addresses
    before: Meeting | None
    after: Meeting | None
    stamp: str  # DTSTAMP of what is sent


def check(before: Meeting, after: Meeting, own: frozenset[str]) -> None:
    """Make sure that only what is the attendee's own changes (RFC 6638 §3.2.2.1).

    Raises:
        SchedulingRefused: allowed-attendee-scheduling-object-change.
    """
    if after.organizers() != before.organizers():
        raise _refused("ORGANIZER")
    for key, part in before.parts.items():
        if key not in after.parts and not _may_go(before, key, part, after, own):
            raise _refused("the instances")
        if key in after.parts:
            _check_part(part, before, after.parts[key], after, own)
    for key in after.parts.keys() - before.parts.keys():
        if before.master is None or key is MASTER or not instance.exists(before, key or 0):
            raise _refused("the instances")
        part = after.parts[key]
        _check_part(instance.of(before, key or 0), before, part, after, own)
    if before.exdates() - after.exdates() - set(after.parts):
        raise _refused("EXDATE")


def _may_go(
    before: Meeting, key: Key, part: Component, after: Meeting, own: frozenset[str]
) -> bool:
    """Whether an override may be taken away: with its instance, or if it was one's own alone."""
    if key in after.exdates():
        return True
    if key is None or before.master is None or not instance.is_plain(before, key, part):
        return False
    of_all, of_this = (attendee_among(one, own) for one in (before.master, part))
    return partstat(of_all) == partstat(of_this)


def _check_part(
    old: Component, before: Meeting, new: Component, after: Meeting, own: frozenset[str]
) -> None:
    if timing(old, before.zones) != timing(new, after.zones):
        raise _refused("its time")
    if _others(old, own) != _others(new, own | _delegates(new, own)):
        raise _refused("more than the own answer")
    if attendee_among(old, own) is not None and attendee_among(new, own) is None:
        raise _refused("who attends")


def _others(component: Component, own: frozenset[str]) -> frozenset[tuple[str, str]]:
    """What is the organizer's to change: who attends, and what it is about.

    Of properties that are seldom used, nothing is asked: there are clients that lose them.
    """
    about = ABOUT - TODO if component.name == "VTODO" else ABOUT
    said = {pair for pair in details(component) if pair[0] in about}
    return frozenset(said | {("ATTENDEE", a) for a in attendees_of(component) if a not in own})


def _delegates(component: Component, own: frozenset[str]) -> frozenset[str]:
    """Those whom the attendee sends instead (RFC 5546 §3.2.2.3)."""
    mine = attendee_among(component, own)
    return frozenset() if mine is None else frozenset(map(normalized, _sent_instead(mine)))


def _sent_instead(mine: Line) -> tuple[str, ...]:
    return mine.params.get("DELEGATED-TO", ())


def _refused(what: str) -> SchedulingRefused:
    return SchedulingRefused(
        ATTENDEE_CHANGE,
        f"changing {what} of a meeting is for its organizer; attendees change their own answer, "
        "alarms and transparency, and remove instances",
    )


def settle(before: Meeting, after: Meeting) -> None:
    """Put back the organizer's SEQUENCE, which says which revision was answered.

    Changes `after`.
    """
    for key, part in after.parts.items():
        was = before.whole(key)
        if was is not None and sequence(was) != sequence(part):
            line = was.first("SEQUENCE")
            part.put(line) if line is not None else part.drop("SEQUENCE")


def unforce(after: Meeting) -> None:
    """Leave no SCHEDULE-FORCE-SEND: it was for this once (RFC 6638 §7.2)."""
    for part in after.parts.values():
        lines = [(x, with_params(x, SCHEDULE_FORCE_SEND=None)) for x in part.every("ORGANIZER")]
        replace_lines(part, lines)


def reply(change: Change) -> Message | None:
    """What the organizer is told; None: nothing.

    One message for all instances that were answered (RFC 5546 §3.2.3).
    """
    source = change.after or change.before
    assert source is not None  # noqa: S101 - one of the two sides is there
    organizer = source.organizer
    components = list(_answers(change))
    if organizer is None or not components:
        return None
    mine = attendee_among(components[0], change.own)
    sender = _address(mine, change.own)
    calendar = with_zones(source.calendar, components, "REPLY")
    return Message("REPLY", sender, organizer, source.uid, calendar)


def _address(line: Line | None, own: frozenset[str]) -> str:
    return min(own) if line is None else of_line(line)


def _answers(change: Change) -> Iterator[Component]:
    before, after = change.before, change.after
    if after is None:
        assert before is not None  # noqa: S101 - what is removed was there
        yield from _declined(change, before)
        return
    for key, part in after.parts.items():
        mine = attendee_among(part, change.own)
        if mine is None or is_cancelled(part):
            continue
        if _asks(part) or _told(part, change.own) != _known(before, key, change.own):
            yield _answer(change, part, mine)
    if before is None or before.master is None:
        return
    for key in sorted(after.exdates() - before.exdates()):
        if key in before.parts or instance.exists(before, key):
            yield from _decline(change, instance.of(before, key))


def _asks(part: Component) -> bool:
    return forced(part.first("ORGANIZER")) == "REPLY"


def _told(part: Component, own: frozenset[str]) -> tuple[str, ...]:
    """What a reply would say of a component."""
    progress = TODO if part.name == "VTODO" else frozenset()
    found = (f"{x.name}:{x.value.strip().upper()}" for x in part.properties if x.name in progress)
    mine = attendee_among(part, own)
    delegates = () if mine is None else _sent_instead(mine)
    return (partstat(mine), *delegates, *sorted(found))


def _known(before: Meeting | None, key: Key, own: frozenset[str]) -> tuple[str, ...]:
    """What the organizer has been told of it."""
    was = None if before is None else before.whole(key)
    return (NEEDS_ACTION,) if was is None else _told(was, own)


def _declined(change: Change, before: Meeting) -> Iterator[Component]:
    """All of it is removed: what was not declined before is now (RFC 6638 §3.2.2.4)."""
    for part in before.parts.values():
        yield from _decline(change, part)


def _decline(change: Change, part: Component) -> Iterator[Component]:
    mine = attendee_among(part, change.own)
    if mine is not None and not is_cancelled(part) and partstat(mine) != DECLINED:
        yield _answer(change, part, with_params(mine, PARTSTAT=DECLINED))


def _answer(change: Change, part: Component, mine: Line) -> Component:
    """A component of REPLY: the instance, and the one attendee."""
    kept = REPLIED | TODO if part.name == "VTODO" else REPLIED
    lines = [line for line in part.properties if line.name in kept]
    copy = Component(part.name, lines)
    organizer = [(x, as_sent(x)) for x in copy.every("ORGANIZER")]
    replace_lines(copy, organizer)
    params = {n: v for n, v in mine.params.items() if n in SENT_PARAMS - {"RSVP"} and v}
    copy.properties.append(Line.of("ATTENDEE", mine.value, {**params, "PARTSTAT": partstat(mine)}))
    copy.put(Line("DTSTAMP", "", change.stamp))
    copy.properties.append(Line("REQUEST-STATUS", "", "2.0;Success"))
    return copy
