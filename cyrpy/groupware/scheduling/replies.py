"""What an attendee's reply makes of the organizer's object (RFC 5546 §3.2.3)."""

from __future__ import annotations

from typing import Final

from cyrpy.formats.contentline import Line
from cyrpy.formats.ical.component import Component
from cyrpy.groupware.scheduling import instance
from cyrpy.groupware.scheduling.address import normalized
from cyrpy.groupware.scheduling.apply import (
    DELIVERED,
    IGNORED,
    MAX_PARTS,
    REFUSED,
    UNAUTHORIZED,
    Applied,
)
from cyrpy.groupware.scheduling.meeting import MASTER, Key, Meeting, is_cancelled, sequence
from cyrpy.groupware.scheduling.parties import (
    SENT_PARAMS,
    attendees_of,
    partstat,
    replace_lines,
    with_params,
)

# DTSTAMP of the reply that an ATTENDEE's answer is from: older ones, and the same again, are late.
REPLIED_AT: Final = "X-CYRPY-REPLIED"
STATUSES: Final = frozenset(
    ["NEEDS-ACTION", "ACCEPTED", "DECLINED", "TENTATIVE", "DELEGATED", "COMPLETED", "IN-PROCESS"]
)


def reply(
    message: Component, stored: Component | None, own: frozenset[str], sender: str
) -> Applied:
    """Take over the answer of `sender`, a normalized address, and of nobody else.

    Who does not attend is refused: a reply makes nobody an attendee, but a delegate of one.
    """
    if stored is None:
        return IGNORED
    old, new = Meeting(stored.copy()), Meeting(message)
    if old.organizer is None or old.organizer not in own:
        return UNAUTHORIZED
    if sender not in old.attendees() and not _is_delegate(old, sender):
        return UNAUTHORIZED
    answered = dict(list(new.parts.items())[:MAX_PARTS])
    inherited = _inherited(old, sender) if MASTER in answered else []
    results = {key: _take(old, key, part, sender) for key, part in answered.items()}
    if results.get(MASTER):
        _pass_on(old, [part for key, part in inherited if key not in answered], sender)
    if True in results.values():
        return Applied(old.calendar, DELIVERED, True, True)
    return REFUSED if None in results.values() else IGNORED


def _inherited(old: Meeting, sender: str) -> list[tuple[Key, Component]]:
    """Overrides that only others' answers made: who answers all answers these, too."""
    master = old.master
    mine = None if master is None else attendees_of(master).get(sender)
    if mine is None:
        return []
    return [
        (key, part)
        for key, part in old.parts.items()
        if key is not None
        and partstat(attendees_of(part).get(sender)) == partstat(mine)
        and instance.is_plain(old, key, part)
    ]


def _pass_on(old: Meeting, parts: list[Component], sender: str) -> None:
    """Give these components the answer that the master has."""
    answered = attendees_of(old.parts[MASTER])[sender]
    for part in parts:
        mine = attendees_of(part)[sender]
        replace_lines(part, [(mine, Line.of(mine.name, mine.value, answered.params))])


def _take(old: Meeting, key: Key, by: Component, sender: str) -> bool | None:
    """One component; whether it changed anything, None if it is about what there is not."""
    answered = attendees_of(by).get(sender)
    part = _part(old, key, sender)
    if answered is None or part is None or partstat(answered) not in STATUSES:
        return None
    if is_cancelled(part) or _is_stale(by, part, old):
        return False
    mine = attendees_of(part).get(sender)
    if mine is None:
        return _add_delegate(part, answered, sender)
    stamp = (by.value("DTSTAMP") or "").strip()
    if stamp and stamp <= (mine.param(REPLIED_AT) or ""):
        return False
    replace_lines(part, [(mine, _answered(mine, answered, by))])
    if key is not MASTER and key not in old.parts:
        old.parts[key] = part
        old.calendar.components.append(part)
    return True


def _part(old: Meeting, key: Key, sender: str) -> Component | None:
    """The component that was answered; of an instance without one of its own, a new one."""
    found = old.parts.get(key)
    if found is not None or key is None or old.master is None or key in old.exdates():
        return found
    if sender not in attendees_of(old.master) or not instance.exists(old, key):
        return None
    part = instance.of(old, key)
    part.components = [alarm for alarm in part.components if alarm.name == "VALARM"]
    return part


def _is_stale(by: Component, part: Component, old: Meeting) -> bool:
    """Whether an older revision was answered, and one of another time.

    Revisions that leave the time alone leave the answers valid, too (RFC 5546 §2.1.4).
    """
    if sequence(by) >= sequence(part):
        return False
    theirs, ours = by.first("DTSTART"), part.first("DTSTART")
    if theirs is None or ours is None:
        return True
    alone = Component("VEVENT", [Line("RECURRENCE-ID", theirs.param_text, theirs.value)])
    same = Component("VEVENT", [Line("RECURRENCE-ID", ours.param_text, ours.value)])
    return old.key(alone) != old.key(same)


def _answered(mine: Line, answered: Line, by: Component) -> Line:
    """The organizer's line with the answer in it, and with the status that the reply tells."""
    delegates = answered.params.get("DELEGATED-TO", ())
    status = (by.value("REQUEST-STATUS") or "2.0").partition(";")[0].strip()
    line = with_params(
        mine,
        PARTSTAT=partstat(answered),
        SCHEDULE_STATUS=status if status[:1] in "12345" else "2.0",
        **{REPLIED_AT: (by.value("DTSTAMP") or "").strip() or None},
    )
    if not delegates:
        return line
    return Line.of(line.name, line.value, {**line.params, "DELEGATED-TO": delegates})


def _is_delegate(old: Meeting, sender: str) -> bool:
    """Whether somebody who attends said that this one comes instead."""
    return any(
        sender in map(normalized, line.params.get("DELEGATED-TO", ()))
        for part in old.parts.values()
        for line in part.every("ATTENDEE")
    )


def _add_delegate(part: Component, answered: Line, sender: str) -> bool | None:
    lines = part.every("ATTENDEE")
    if not any(sender in map(normalized, x.params.get("DELEGATED-TO", ())) for x in lines):
        return None
    params = {name: v for name, v in answered.params.items() if name in SENT_PARAMS and v}
    part.properties.append(Line.of("ATTENDEE", answered.value, params))
    return True
