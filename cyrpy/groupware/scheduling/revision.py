"""What the server itself changes in an organizer's object before it is stored (RFC 6638 §3.2)."""

from __future__ import annotations

from cyrpy.formats.contentline import Line
from cyrpy.formats.ical.component import Component
from cyrpy.groupware.scheduling import instance
from cyrpy.groupware.scheduling.content import timing
from cyrpy.groupware.scheduling.meeting import MASTER, Key, Meeting, is_cancelled, sequence
from cyrpy.groupware.scheduling.parties import (
    NEEDS_ACTION,
    SERVER,
    agent,
    attendees_of,
    partstat,
    replace_lines,
    with_params,
)


def revised(before: Meeting | None, after: Meeting, own: frozenset[str]) -> None:
    """Ask attendees anew and count the revision, where times changed (RFC 6638 §3.2.8).

    Changes `after`: PARTSTAT of those asked, and SEQUENCE. That instances are taken away asks
    nobody anew: who comes to the others still comes.
    """
    whole = before is not None and _moved(before, after, MASTER)
    for key, part in after.parts.items():
        was = None if before is None else _was(before, key)
        if was is not None and before is not None:
            moved = whole or _moved(before, after, key)
            if moved and not is_cancelled(part):
                _ask(part, own)
            ended = is_cancelled(part) != is_cancelled(was)
            _count(part, sequence(was) + int(moved or ended))


def _was(before: Meeting, key: Key) -> Component | None:
    """What described the instance before."""
    if key in before.parts or key is MASTER or before.master is None:
        return before.parts.get(key)
    return instance.of(before, key)


def _moved(before: Meeting, after: Meeting, key: Key) -> bool:
    """Whether an instance takes place at another time, or instances were put back."""
    was, part = _was(before, key), after.parts.get(key)
    if was is None or part is None:
        return False
    if key is MASTER and before.exdates() - after.exdates() - set(after.parts):
        return True
    return timing(was, before.zones) != timing(part, after.zones)


def keep_answers(before: Meeting, after: Meeting, own: frozenset[str]) -> None:
    """Put back what attendees answered while the organizer edited (RFC 6638 §3.2.10)."""
    for key, part in after.parts.items():
        was = _was(before, key)
        answered = {} if was is None else attendees_of(was)
        lines = [
            (line, with_params(line, PARTSTAT=partstat(answered[address])))
            for address, line in attendees_of(part).items()
            if address in answered and address not in own and agent(line) == SERVER
        ]
        replace_lines(part, [pair for pair in lines if partstat(pair[0]) != partstat(pair[1])])


def _ask(part: Component, own: frozenset[str]) -> None:
    lines = [
        (line, with_params(line, PARTSTAT=NEEDS_ACTION))
        for address, line in attendees_of(part).items()
        if address not in own and agent(line) == SERVER
    ]
    replace_lines(part, lines)


def _count(part: Component, least: int) -> None:
    if sequence(part) < least:
        part.put(Line("SEQUENCE", "", str(least)))


def unforce(after: Meeting) -> None:
    """Leave no SCHEDULE-FORCE-SEND: it was for this once (RFC 6638 §7.2)."""
    for part in after.parts.values():
        lines = [(x, with_params(x, SCHEDULE_FORCE_SEND=None)) for x in part.every("ATTENDEE")]
        replace_lines(part, lines)
