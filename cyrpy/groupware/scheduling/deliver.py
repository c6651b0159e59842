"""Messages on their way: to who is here at once, to others by mail (RFC 6638 §3.2.9, §7.3)."""

from __future__ import annotations

from contextlib import suppress
from typing import Final

from cyrpy.data import principals, submissions
from cyrpy.data.keys import bounded
from cyrpy.data.principals import GROUP, PrincipalRow
from cyrpy.data.submissions import SCHEDULING, NewSubmission
from cyrpy.data.unit import Unit
from cyrpy.errors import AlreadyExists, Forbidden, FormatError, NotFound, OverQuota
from cyrpy.formats.ical.component import Component
from cyrpy.groupware.scheduling import imip
from cyrpy.groupware.scheduling.address import mail_address, normalized, of_line
from cyrpy.groupware.scheduling.apply import DELIVERED
from cyrpy.groupware.scheduling.groups import members_of
from cyrpy.groupware.scheduling.model import How, Message, Plan, Store
from cyrpy.groupware.scheduling.parties import replace_lines, with_params
from cyrpy.groupware.scheduling.people import addresses_of, is_ours, principal_of
from cyrpy.groupware.scheduling.receive import NO_CALENDAR, Received, receive
from cyrpy.groupware.scheduling.replies import reply

# RFC 5546 §3.6, RFC 6638 §3.2.9
MAILED: Final = "1.1"  # sent; whether it arrived nobody knows
UNKNOWN_USER: Final = "3.7"
UNREACHABLE: Final = "5.1"
OWN: Final = "2.0"
# Why a receiver's object may not be written; what ails the server itself is not among them.
REFUSALS: Final = (AlreadyExists, Forbidden, FormatError, NotFound, OverQuota)


def deliver(unit: Unit, account_id: int, plan: Plan, store: Store, how: How) -> Component | None:
    """Send every message of a plan; what is to be stored, with what became of each in it.

    Args:
        unit: The one in which the change is made.
        account_id: Whose change it is.
        plan: What is to be done.
        store: Where others' objects are.
        how: Whether mail leaves this server.
    """
    sender = unit.first(principals.BY_ID, id=account_id)
    assert sender is not None  # noqa: S101 - accounts have principals
    receivers = {m.recipient: principal_of(unit, m.recipient) for m in plan.messages}
    unit.lock(row.id for row in receivers.values() if row is not None)
    stored = None if plan.stored is None else plan.stored.copy()
    statuses: dict[str, str] = {}
    for message in plan.messages:
        receiver = receivers[message.recipient]
        if receiver is None:
            status, answer = _mail(unit, sender, message, how), None
        elif receiver.id == account_id:
            status, answer = OWN, None
        else:
            status, answer = _hand_over(unit, store, receiver, message)
        statuses[message.recipient] = status
        if answer is not None and stored is not None:
            stored = _answered(unit, account_id, stored, answer)
    if stored is not None:
        _mark(stored, statuses)
    return stored


def _hand_over(unit: Unit, store: Store, receiver: PrincipalRow, message: Message) -> Received:
    """To somebody here; what cannot be stored there keeps nobody else from getting it."""
    if receiver.type == GROUP:  # its members are attendees themselves
        return Received(DELIVERED if members_of(unit, receiver) else NO_CALENDAR)
    try:
        with unit.savepoint():
            return receive(unit, store, receiver, message)
    except REFUSALS:
        return Received(UNREACHABLE)


def _answered(unit: Unit, account_id: int, stored: Component, answer: Message) -> Component:
    """The organizer's object with what a room answered at once."""
    own = addresses_of(unit, account_id)
    applied = reply(answer.calendar, stored, own, answer.sender)
    return stored if applied.calendar is None else applied.calendar


def _mail(unit: Unit, sender: PrincipalRow, message: Message, how: How) -> str:
    """Queue a mail to who is not here; the status of that."""
    to, by = mail_address(message.recipient), mail_address(message.sender)
    if to is None:
        return UNREACHABLE if "@" in message.recipient else UNKNOWN_USER
    if is_ours(unit, to, sender):
        return UNKNOWN_USER
    if not how.mails or by is None:
        return UNREACHABLE
    if how.embed is not None:
        calendar = how.embed(unit, sender.id, message.calendar)
        message = message._replace(calendar=calendar)
    return MAILED if send(unit, sender.id, message, (by, to)) else UNREACHABLE


def send(unit: Unit, account_id: int, message: Message, addresses: tuple[str, str]) -> bool:
    """Queue the mail of a message, from one address to another; False: too many wait already."""
    by, to = addresses
    octets = imip.build(message, unit.now)
    uid = bounded(message.uid)
    mail = NewSubmission(SCHEDULING, by, {to: {}}, message=octets, uid=uid)
    try:
        submissions.add(unit, account_id, mail)
    except OverQuota:
        return False
    return True


def failed(unit: Unit, account_id: int, uid: str, recipient: str, store: Store) -> None:
    """Say in the account's object that a mail could not be delivered (RFC 6638 §3.2.9).

    Args:
        unit: A writing one.
        account_id: On whose behalf it was sent.
        uid: Of the meeting.
        recipient: Mail address of who did not get it.
        store: Where calendar objects are.
    """
    found = store.find(unit, account_id, uid)
    if found is None:
        return
    calendar = found.calendar.copy()
    address = normalized(recipient)
    # Who answered in the meantime did get it.
    waits = [
        line.param("SCHEDULE-STATUS") == MAILED
        for part in calendar.components
        for line in part.properties
        if line.name in {"ATTENDEE", "ORGANIZER"} and of_line(line) == address
    ]
    if any(waits):
        _mark(calendar, {address: UNREACHABLE})
        with suppress(*REFUSALS), unit.savepoint():
            store.save(unit, account_id, found, calendar, keeps_tag=True)


def _mark(stored: Component, statuses: dict[str, str]) -> None:
    """Set SCHEDULE-STATUS of everybody who was sent something (RFC 6638 §7.3)."""
    for part in stored.components:
        lines = [
            (line, with_params(line, SCHEDULE_STATUS=statuses[address]))
            for line in part.properties
            if line.name in {"ATTENDEE", "ORGANIZER"} and (address := of_line(line)) in statuses
        ]
        replace_lines(part, lines)
