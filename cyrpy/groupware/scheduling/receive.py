"""A message arrives at somebody here: object, inbox, and what that leads to (RFC 6638 §4)."""

from __future__ import annotations

from datetime import UTC
from typing import Final, NamedTuple

from cyrpy.data import schedule
from cyrpy.data.principals import INDIVIDUAL, PrincipalRow
from cyrpy.data.schedule import NewMessage
from cyrpy.data.unit import Unit
from cyrpy.formats.ical.component import Component
from cyrpy.formats.ical.moments import EPOCH, Moment
from cyrpy.formats.ical.write import write
from cyrpy.groupware.scheduling import apply, organizer, rooms
from cyrpy.groupware.scheduling.apply import DELIVERED, IGNORED, UNAUTHORIZED, Applied
from cyrpy.groupware.scheduling.meeting import Meeting, with_zones
from cyrpy.groupware.scheduling.model import Message, Sender, Store
from cyrpy.groupware.scheduling.people import addresses_of
from cyrpy.groupware.scheduling.replies import reply

NO_CALENDAR: Final = "5.3"  # RFC 5546 §3.6.19: no scheduling support for the user
MAX_STORED: Final = 1024 * 1024  # octets of a message in the inbox


class Received(NamedTuple):
    """What became of a message, and what its receiver answers at once."""

    status: str
    answer: Message | None = None


def receive(unit: Unit, store: Store, receiver: PrincipalRow, message: Message) -> Received:
    """Take a message for somebody here; its sender was made sure of.

    Never raises for what is in the message: what does not fit has its status.
    """
    own = addresses_of(unit, receiver.id)
    found = store.find(unit, receiver.id, message.uid)
    stored = None if found is None else found.calendar
    applied = _apply(message, stored, own)
    answer = None
    calendar = applied.calendar
    if calendar is not None:
        if message.method == "REQUEST" and receiver.type in rooms.ROOMS:
            calendar, answer = rooms.answer(unit, receiver.id, calendar, own, stamp_of(unit))
        keeps, sender = applied.keeps_tag, _sender(message)
        if not store.save(unit, receiver.id, found, calendar, keeps_tag=keeps, sender=sender):
            return Received(NO_CALENDAR)
    elif message.method == "REFRESH" and stored is not None:
        answer = _refreshed(unit, message, stored, own)
    if applied.is_told and receiver.type == INDIVIDUAL:
        tell(unit, receiver.id, message)
    return Received(applied.status, answer)


def _sender(message: Message) -> Sender:
    """Who sent it, and what was written beside it."""
    comment = Meeting(message.calendar).first().text("COMMENT")
    return Sender(message.sender, comment)


def tell(unit: Unit, account_id: int, message: Message) -> None:
    """Put the message into the inbox, unless it is too large for that."""
    octets = write(message.calendar)
    if len(octets) <= MAX_STORED:
        component = Meeting(message.calendar).first().name
        new = NewMessage(message.uid, message.method, message.sender, component, octets)
        schedule.receive(unit, account_id, new)


def _apply(message: Message, stored: Component | None, own: frozenset[str]) -> Applied:
    """By its method; a counter is for its receiver to read (RFC 5546 §3.2.7)."""
    if message.method == "REQUEST":
        return apply.request(message.calendar, stored, own)
    if message.method == "CANCEL":
        return apply.cancel(message.calendar, stored, own)
    if message.method == "REPLY":
        return reply(message.calendar, stored, own, message.sender)
    return IGNORED if stored is None else _told(message, Meeting(stored), own)


def _told(message: Message, meeting: Meeting, own: frozenset[str]) -> Applied:
    """What is only for its receiver to read, from who takes part in the meeting."""
    if message.method == "COUNTER":
        fits = meeting.organizer in own and message.sender in meeting.attendees()
    elif message.method in {"ADD", "DECLINECOUNTER"}:
        fits = meeting.organizer == message.sender
    else:
        return IGNORED
    return Applied(None, DELIVERED, is_told=True) if fits else UNAUTHORIZED


def _refreshed(
    unit: Unit, message: Message, stored: Component, own: frozenset[str]
) -> Message | None:
    """The meeting as it is, for an attendee who asks for it (RFC 5546 §3.2.6)."""
    meeting = Meeting(stored)
    if meeting.organizer not in own or message.sender not in meeting.attendees():
        return None
    change = organizer.Change(meeting.organizer, own, None, meeting, stamp_of(unit))
    components = organizer.request(change, message.sender)
    calendar = with_zones(stored, components, "REQUEST")
    return Message("REQUEST", meeting.organizer, message.sender, meeting.uid, calendar)


def stamp_of(unit: Unit) -> str:
    """DTSTAMP of what is sent by this unit."""
    return str(Moment(unit.now + EPOCH, is_date=False, zone=UTC))
