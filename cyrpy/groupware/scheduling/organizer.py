"""What the organizer's change of a meeting means: requests and cancellations (RFC 6638 §3.2.1)."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from functools import partial
from typing import Final, Generic, TypeVar

from cyrpy.formats.contentline import Line
from cyrpy.formats.ical.component import Component
from cyrpy.groupware.scheduling import instance
from cyrpy.groupware.scheduling.content import details, sent, timing
from cyrpy.groupware.scheduling.meeting import (
    MASTER,
    Key,
    Meeting,
    exdate,
    is_cancelled,
    sequence,
    with_zones,
)
from cyrpy.groupware.scheduling.model import Message
from cyrpy.groupware.scheduling.parties import (
    SERVER,
    agent,
    attendees_of,
    forced,
    partstat,
    replace_lines,
    with_params,
)

T = TypeVar("T")
MAX_CANCELLED: Final = 100  # instances that are cancelled one by one; more are in a request


class Change:
    """A meeting of `sender` before and after; one of the two may be nothing.

    What is found out about a component is found out once: it is asked for each attendee.
    """

    def __init__(
        self,
        sender: str,
        own: frozenset[str],
        before: Meeting | None,
        after: Meeting | None,
        stamp: str,
    ) -> None:
        self.sender = sender
        self.own = own  # the organizer's addresses, to whom nothing is sent
        self.before = before
        self.after = after
        self.stamp = stamp  # DTSTAMP of what is sent
        self.people = Memo(attendees_of)
        self.sent = Memo(partial(_sent, stamp))
        self.cancel = Memo(partial(_cancel, self))
        self._said: dict[int, Memo[Hashable]] = {
            id(meeting): Memo(partial(_said, meeting))
            for meeting in (before, after)
            if meeting is not None
        }
        self.is_plain = Memo(self._is_plain)
        self._instances: dict[int, Component] = {}
        self._given: dict[int, bool] = {}

    def _is_plain(self, part: Component) -> bool:
        """Of an override in the meeting as it is now."""
        assert self.after is not None  # noqa: S101 - it is asked of what there is
        key = self.after.key(part)
        return key is not None and instance.is_plain(self.after, key, part)

    def said(self, part: Component, of: Meeting) -> Hashable:
        """All that attendees are told of when it changes."""
        return self._said[id(of)](part)

    def instance(self, key: int) -> Component:
        """An instance of the meeting as it was."""
        assert self.before is not None  # noqa: S101 - it is asked of what there was
        if key not in self._instances:
            self._instances[key] = instance.of(self.before, key)
        return self._instances[key]

    def was_given(self, key: int) -> bool:
        """Whether the recurrence had that instance before."""
        if key not in self._given:
            self._given[key] = self.before is not None and instance.is_given(self.before, key)
        return self._given[key]


class Memo(Generic[T]):
    """A function of components that is run once for each."""

    def __init__(self, find: Callable[[Component], T]) -> None:
        self._find = find
        self._known: dict[int, tuple[Component, T]] = {}

    def __call__(self, part: Component) -> T:
        """What is found out about a component."""
        found = self._known.get(id(part))
        if found is None:
            found = self._known[id(part)] = (part, self._find(part))
        return found[1]


def _said(meeting: Meeting, part: Component) -> Hashable:
    return timing(part, meeting.zones), details(part)


def messages(change: Change) -> Iterator[Message]:
    """Who is told what, each attendee its own part of the meeting."""
    old = change.before.attendees() if change.before else {}
    new = change.after.attendees() if change.after else {}
    for address in dict.fromkeys((*old, *new)):
        if address not in change.own:
            yield from _for_one(change, address, old.get(address), new.get(address))


def _for_one(change: Change, address: str, old: Line | None, new: Line | None) -> Iterator[Message]:
    """The messages for one attendee, by its lines before and after (RFC 6638 §3.2.1.2)."""
    was_served = old is not None and agent(old) == SERVER
    is_served = new is not None and agent(new) == SERVER
    before = _parts(change, change.before, address) if was_served else {}
    after = _parts(change, change.after, address) if is_served else {}
    cancelled = _cancelled(change, before, after)
    if cancelled:
        yield _message(change, "CANCEL", address, cancelled, change.before or change.after)
    live = {key: part for key, part in after.items() if not is_cancelled(part)}
    is_forced = new is not None and forced(new) == "REQUEST"
    if live and (is_forced or _differ(change, before, live, address)):
        yield _message(change, "REQUEST", address, request(change, address), change.after)


def _parts(change: Change, meeting: Meeting | None, address: str) -> dict[Key, Component]:
    """The components in which someone attends."""
    if meeting is None:
        return {}
    return {k: part for k, part in meeting.parts.items() if address in change.people(part)}


def _cancelled(
    change: Change, before: dict[Key, Component], after: dict[Key, Component]
) -> list[Component]:
    """What an attendee had and has no more, each as a component of CANCEL (RFC 5546 §3.2.5)."""
    gone: list[Component] = []
    ended = MASTER in before and (MASTER not in after or _ends(before[MASTER], after[MASTER]))
    if ended:
        return [change.cancel(before[MASTER])]
    for key, part in before.items():
        if key is MASTER or is_cancelled(part):
            continue
        now = after.get(key)
        excluded = change.after is not None and key in change.after.exdates()
        attends_master = MASTER in after and not is_cancelled(after[MASTER])
        if now is not None and not _ends(part, now):
            continue
        if now is None and attends_master and not excluded and not _overridden(change, key):
            continue  # the override went, and what is left is as the master says
        gone.append(change.cancel(part))
    return gone + list(_excluded(change, before, after))


def _overridden(change: Change, key: Key) -> bool:
    """Whether there still is an override, which then is for others."""
    return change.after is not None and key in change.after.parts


def _excluded(
    change: Change, before: dict[Key, Component], after: dict[Key, Component]
) -> Iterator[Component]:
    """Instances that had no override and that the master now excludes, or others now have."""
    old, new = change.before, change.after
    if old is None or new is None or MASTER not in before or MASTER not in after:
        return
    lost = new.exdates() - old.exdates()
    lost |= {k for k in new.parts if k is not MASTER and k not in after}
    lost |= {k for k, part in after.items() if k is not MASTER and is_cancelled(part)}
    master = before[MASTER]
    found = sorted(key for key in lost if key not in old.parts and key not in old.exdates())
    if len(found) > MAX_CANCELLED or timing(master, old.zones) != timing(after[MASTER], new.zones):
        return
    for key in found:
        yield change.cancel(change.instance(key))


def _ends(before: Component, after: Component) -> bool:
    return is_cancelled(after) and not is_cancelled(before)


def _differ(
    change: Change, before: dict[Key, Component], live: dict[Key, Component], address: str
) -> bool:
    """Whether an attendee's part of the meeting changed in a way that is told."""
    old, new = change.before, change.after
    if old is None or new is None or (MASTER in before and MASTER not in live):
        return True
    for key, part in live.items():
        was = before.get(key)
        if was is None and key is not MASTER and MASTER in before:
            was = change.instance(key)
            if key in old.exdates() or key in old.parts or not change.was_given(key):
                return True  # it was not this attendee's, or there was none
        if was is None or is_cancelled(was) or change.said(was, old) != change.said(part, new):
            return True
    if MASTER not in live:
        return False
    unseen = old.exdates() | (set(old.parts) - set(before))
    back = unseen - new.exdates() - set(new.parts)
    dropped = {k for k in before if k is not MASTER and k not in new.parts} - new.exdates()
    many = len(new.exdates() - old.exdates()) > MAX_CANCELLED
    return bool(back or dropped or many)


def request(change: Change, address: str) -> list[Component]:
    """An attendee's whole part: what is others' alone is excluded (RFC 6638 §3.2.6)."""
    assert change.after is not None  # noqa: S101 - a request is of what there is
    meeting = change.after
    parts = _parts(change, meeting, address)
    told = {k: part for k, part in parts.items() if not _is_the_same(change, k, part, address)}
    components = {key: change.sent(part) for key, part in told.items()}
    away = [
        exdate(line)
        for key, part in meeting.parts.items()
        if key not in parts and key not in meeting.exdates()
        for line in part.every("RECURRENCE-ID")[:1]
    ]
    if MASTER in components and away:
        master = components[MASTER] = components[MASTER].copy()
        master.properties.extend(away)
    return list(components.values())


def _is_the_same(change: Change, key: Key, part: Component, address: str) -> bool:
    """Whether an override says nothing to this attendee that the master does not say.

    Others' answers to single instances are none of its business, and it answers these with all.
    """
    meeting = change.after
    if key is MASTER or meeting is None or meeting.master is None:
        return False
    of_all = change.people(meeting.master).get(address)
    if of_all is None or partstat(of_all) != partstat(change.people(part).get(address)):
        return False
    return change.is_plain(part)


def _sent(stamp: str, part: Component) -> Component:
    """A component as it is sent now; who has not answered is said to have not."""
    copy = sent(part)
    lines = [(x, with_params(x, PARTSTAT=partstat(x))) for x in copy.every("ATTENDEE")]
    replace_lines(copy, lines)
    copy.put(Line("DTSTAMP", "", stamp))
    return copy


def _cancel(change: Change, part: Component) -> Component:
    """A component that says that it does not take place (RFC 5546 §3.2.5)."""
    copy = change.sent(part).copy()
    copy.components = []
    copy.drop("RRULE", "RDATE", "EXDATE", "EXRULE", "ATTACH", "DESCRIPTION", "X-ALT-DESC")
    copy.put(Line("STATUS", "", "CANCELLED"))
    copy.put(Line("SEQUENCE", "", str(_next_sequence(change, part))))
    return copy


def _next_sequence(change: Change, part: Component) -> int:
    key = change.before.key(part) if change.before else MASTER
    now = change.after.parts.get(key) if change.after else None
    return max(sequence(part) + 1, sequence(now) if now is not None else 0)


def _message(
    change: Change,
    method: str,
    address: str,
    components: list[Component],
    source: Meeting | None,
) -> Message:
    """Messages share components, which nobody changes."""
    assert source is not None  # noqa: S101 - one of the two sides is there
    calendar = with_zones(source.calendar, components, method)
    return Message(method, change.sender, address, source.uid, calendar)
