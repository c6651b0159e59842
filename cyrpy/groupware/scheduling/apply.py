"""What a message makes of its receiver's object: requests and cancellations (RFC 5546 §3).

Pure: the message, and what the receiver has. `replies` does the same for the organizer.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from cyrpy.formats.contentline import Line
from cyrpy.formats.ical.component import Component
from cyrpy.groupware.scheduling import instance
from cyrpy.groupware.scheduling.content import SENT_X, details, timing
from cyrpy.groupware.scheduling.meeting import (
    MASTER,
    Key,
    Meeting,
    exdate,
    is_cancelled,
    sequence,
    with_zones,
)
from cyrpy.groupware.scheduling.parties import (
    DECLINED,
    attendee_among,
    partstat,
    replace_lines,
    with_params,
)

# What the receiver may have set for itself, and keeps where the organizer writes anew.
OWN: Final = frozenset(
    {"TRANSP", "COLOR", "CLASS", "CATEGORIES", "PERCENT-COMPLETE", "COMPLETED", "CREATED"}
)
MAX_PARTS: Final = 1000  # components of one message


class Applied(NamedTuple):
    """What became of a message.

    Attributes:
        calendar: What the receiver has now; None: nothing is to be stored.
        status: REQUEST-STATUS of the delivery (RFC 5546 §3.6).
        keeps_tag: Whether only others' answers changed (RFC 6638 §3.2.10).
        is_told: Whether the receiver should see the message in the inbox.
    """

    calendar: Component | None
    status: str
    keeps_tag: bool = False
    is_told: bool = False


DELIVERED: Final = "1.2"  # RFC 6638 §7.3: delivered to the receiver
IGNORED: Final = Applied(None, DELIVERED)  # old news, or none
REFUSED: Final = Applied(None, "3.7")  # not for this calendar user
UNAUTHORIZED: Final = Applied(None, "3.8")  # of somebody who may not


def request(message: Component, stored: Component | None, own: frozenset[str]) -> Applied:
    """REQUEST: a new meeting, or a newer version of one (RFC 5546 §3.2.2)."""
    new = Meeting(message)
    old = None if stored is None else Meeting(stored)
    refused = _refusal(new, old, own)
    if refused is not None:
        return refused
    if old is None:
        answers = {partstat(attendee_among(part, own)) for part in new.parts.values()}
        if answers == {DECLINED}:
            return IGNORED  # removed and declined: it stays away until it is at another time
        return Applied(_object(message, list(new.parts.values()), None), DELIVERED, False, True)
    fresh = {k: part for k, part in new.parts.items() if not _is_stale(part, old.parts.get(k))}
    if not fresh:
        return IGNORED
    parts = _merged(new, fresh, old, own)
    calendar = _object(message, parts, old.calendar)
    merged = Meeting(calendar)
    if _says(merged) == _says(old):
        return IGNORED  # it came before
    is_quiet = _is_same(old, merged, own)
    return Applied(calendar, DELIVERED, is_quiet, not is_quiet)


def _refusal(new: Meeting, old: Meeting | None, own: frozenset[str]) -> Applied | None:
    """Why a request is not for this receiver; None: it is.

    Nobody but its organizer can change a meeting, and nobody can invite to what one organizes.
    """
    organizer = new.organizer
    if len(new.organizers()) != 1 or organizer is None or len(new.parts) > MAX_PARTS:
        return UNAUTHORIZED
    if organizer in own or (old is not None and old.organizer != organizer):
        return UNAUTHORIZED
    invited = any(attendee_among(part, own) is not None for part in new.parts.values())
    return None if invited else REFUSED


def cancel(message: Component, stored: Component | None, own: frozenset[str]) -> Applied:
    """CANCEL of all, or of instances: what is called off stays to be seen (RFC 5546 §3.2.5)."""
    if stored is None:
        return IGNORED
    new, old = Meeting(message), Meeting(stored.copy())
    if new.organizer is None or old.organizer != new.organizer or old.organizer in own:
        return UNAUTHORIZED
    changed = False
    for key, part in list(new.parts.items())[:MAX_PARTS]:
        changed |= _cancel_all(old, part) if key is MASTER else _cancel_one(old, key, part)
    return Applied(old.calendar, DELIVERED, False, True) if changed else IGNORED


def _is_stale(new: Component, old: Component | None) -> bool:
    """Whether an older revision comes late (RFC 5546 §2.1.5).

    What was called off and is on again may count from the start: the organizer may have removed it
    and made it anew.
    """
    if old is None:
        return False
    if sequence(new) != sequence(old) and not is_cancelled(old):
        return sequence(new) < sequence(old)
    stamps = [(part.value("DTSTAMP") or "").strip() for part in (new, old)]
    return bool(stamps[0]) and stamps[0] < stamps[1]


def _merged(
    new: Meeting, fresh: dict[Key, Component], old: Meeting, own: frozenset[str]
) -> list[Component]:
    """The components of the new object: what is not in a message with a master is gone."""
    parts: dict[Key, Component] = dict(fresh)
    if new.master is None:
        parts = {**old.parts, **fresh}
    else:
        parts.update({k: old.parts[k] for k in new.parts if k not in fresh})
        parts.update(_personal(new, old, parts))
    parts = {key: parts[key] for key in sorted(parts, key=lambda k: (k is not MASTER, k or 0))}
    gone = _hidden(parts, old, own)
    result = []
    for key, part in parts.items():
        if key in gone:
            continue
        mine = old.parts.get(key)
        result.append(part if part is mine or mine is None else _kept(part, new, mine, old, own))
    if gone and MASTER in parts:
        excluding = result[0].copy()
        excluding.properties.extend(gone.values())
        result[0] = excluding
    elif new.master is None and old.master is not None:
        result[0] = _included(result[0], old, fresh)
    return result


def _personal(new: Meeting, old: Meeting, known: dict[Key, Component]) -> dict[Key, Component]:
    """Instances of which the receiver only has something of its own, such as another alarm."""
    return {
        key: instance.from_master(new, key)
        for key, part in old.parts.items()
        if key is not None
        and key not in known
        and key not in new.exdates()
        and (part.named("VALARM") or any(map(_is_own, part.properties)))
        and instance.is_plain(old, key, part)
        and instance.exists(new, key)
    }


def _hidden(parts: dict[Key, Component], old: Meeting, own: frozenset[str]) -> dict[Key, Line]:
    """Instances that the receiver removed and declined: they stay away, with their EXDATEs."""
    found: dict[Key, Line] = {}
    for key in old.exdates() if MASTER in parts else ():
        part = parts.get(key)
        line = None if part is None else part.first("RECURRENCE-ID")
        if part is None or line is None:
            continue
        if partstat(attendee_among(part, own)) == DECLINED:
            found[key] = exdate(line)
    return found


def _included(master: Component, old: Meeting, fresh: dict[Key, Component]) -> Component:
    """The master without EXDATE of instances to which the message invites."""
    if not old.exdates() & fresh.keys():
        return master
    copy = master.copy()
    kept: list[Line] = []
    for line in copy.properties:
        if line.name == "EXDATE":
            alone = Meeting(Component("VCALENDAR", (), [Component("VEVENT", [line])]))
            alone.zones = old.zones
            if alone.exdates() & fresh.keys():
                continue
        kept.append(line)
    copy.properties = kept
    return copy


def _kept(
    part: Component, new: Meeting, mine: Component, old: Meeting, own: frozenset[str]
) -> Component:
    """The organizer's component with what the receiver has of its own in it."""
    copy = part.copy()
    copy.drop(*(line.name for line in mine.properties if _is_own(line)))
    copy.properties += [line for line in mine.properties if _is_own(line)]
    copy.components += [alarm.copy() for alarm in mine.named("VALARM")]
    # An answer that is still under way to the organizer holds, unless it was for another time.
    if timing(part, new.zones) == timing(mine, old.zones) and sequence(part) == sequence(mine):
        lines = [
            (line, with_params(line, PARTSTAT=partstat(attendee_among(mine, own))))
            for line in [attendee_among(copy, own)]
            if line is not None and attendee_among(mine, own) is not None
        ]
        replace_lines(copy, lines)
    return copy


def _is_own(line: Line) -> bool:
    return line.name in OWN or (line.name.startswith("X-") and line.name not in SENT_X)


def _object(message: Component, parts: list[Component], old: Component | None) -> Component:
    """A calendar object of these components, with the zones of both sides."""
    source = Component("VCALENDAR", message.properties, message.named("VTIMEZONE"))
    known = {zone.text("TZID") for zone in source.components}
    if old is not None:
        source.components += [z for z in old.named("VTIMEZONE") if z.text("TZID") not in known]
    return with_zones(source, [part.copy() for part in parts], None)


def _is_same(old: Meeting, new: Meeting, own: frozenset[str]) -> bool:
    """Whether a client that knows the old object may write over the new one unharmed."""
    if old.parts.keys() != new.parts.keys() or old.exdates() != new.exdates():
        return False
    return all(
        timing(part, old.zones) == timing(new.parts[key], new.zones)
        and details(part) == details(new.parts[key])
        and partstat(attendee_among(part, own)) == partstat(attendee_among(new.parts[key], own))
        for key, part in old.parts.items()
    )


def _says(meeting: Meeting) -> dict[Key, list[str]]:
    """All that is in the components, in no order."""
    return {
        key: sorted(line for inside in part.walk() for line in inside.written())
        for key, part in meeting.parts.items()
    }


def _cancel_all(old: Meeting, by: Component) -> bool:
    current = old.master or old.first()
    if sequence(by) < sequence(current):
        return False
    changed = [_call_off(part, by) for part in old.parts.values()]
    return any(changed)


def _cancel_one(old: Meeting, key: Key, by: Component) -> bool:
    part = old.parts.get(key)
    if part is not None:
        return sequence(by) >= sequence(part) and _call_off(part, by)
    if old.master is None or key is None or key in old.exdates():
        return False
    if not instance.exists(old, key) or sequence(by) < sequence(old.master):
        return False
    part = instance.of(old, key)
    part.components = []
    _call_off(part, by)
    old.parts[key] = part
    old.calendar.components.append(part)
    return True


def _call_off(part: Component, by: Component) -> bool:
    """Set STATUS, and what tells the revision; whether anything changed."""
    lines = [Line("STATUS", "", "CANCELLED"), Line("SEQUENCE", "", str(sequence(by)))]
    stamp = by.first("DTSTAMP")
    if stamp is not None:
        lines.append(Line("DTSTAMP", "", stamp.value))
    if part.value("STATUS") == "CANCELLED" and sequence(part) == sequence(by):
        return False
    part.put(*lines)
    return True
