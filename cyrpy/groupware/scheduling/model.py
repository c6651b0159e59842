"""What scheduling takes and gives: how a change was asked for, messages, and the store."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Literal, NamedTuple, Protocol

from cyrpy.data.unit import Unit
from cyrpy.errors import Forbidden
from cyrpy.formats.ical.component import Component

DAY: Final = 86_400
Role = Literal["organizer", "attendee", "none"]

# Preconditions of RFC 6638 §3.2.4 and of RFC 4791 §5.3.2.1.
SAME_ORGANIZER: Final = "same-organizer-in-all-components"
ORGANIZER_CHANGE: Final = "allowed-organizer-scheduling-object-change"
ATTENDEE_CHANGE: Final = "allowed-attendee-scheduling-object-change"
MAX_ATTENDEES: Final = "max-attendees-per-instance"


class SchedulingRefused(Forbidden):
    """The user may not change a scheduling object so; `precondition` is a name of CalDAV's."""

    def __init__(self, precondition: str, message: str) -> None:
        super().__init__(message)
        self.precondition = precondition


# Puts the content of attachments into an object of an account, for who cannot fetch it.
Embed = Callable[[Unit, int, Component], Component]


class How(NamedTuple):
    """How a change was asked for, and what the server does."""

    sends: bool = True  # JMAP's sendSchedulingMessages; False: judged and stored, nobody is told
    replies: bool = True  # Schedule-Reply: F says no (RFC 6638 §8.1)
    merges: bool = False  # without If-Match: replies that came meanwhile stay (§3.2.10)
    mails: bool = False  # whether mail to others leaves this server
    max_attendees: int = 1000  # of one component
    max_age: int = 7 * DAY  # seconds since its end; nobody is told of what is over for longer
    embed: Embed | None = None  # for mails; None: attachments stay URLs


PLAIN: Final = How()


class Message(NamedTuple):
    """One iTIP message to one calendar user (RFC 5546 §1.4).

    Attributes:
        sender: Its calendar user address, normalized (`address.normalized`).
        recipient: The same of the one whom it is for.
        calendar: A VCALENDAR with METHOD.
    """

    method: str
    sender: str
    recipient: str
    uid: str
    calendar: Component


class Plan(NamedTuple):
    """What a change leads to: what is stored, and who is told."""

    stored: Component | None
    role: Role
    messages: tuple[Message, ...] = ()


class Outcome(NamedTuple):
    """What is to be stored once others were told."""

    stored: Component | None
    is_scheduled: bool = False  # it has a Schedule-Tag


class Stored(NamedTuple):
    """A calendar object of some account, as scheduling sees it."""

    calendar_id: int
    id: int
    calendar: Component


class Sender(NamedTuple):
    """Of a message that leads to a change of somebody's object."""

    address: str
    comment: str | None = None


class Store(Protocol):
    """Calendar objects of any account; nothing of it leads to scheduling, nor judges rights."""

    def find(self, unit: Unit, account_id: int, uid: str) -> Stored | None:
        """The account's object of that UID, in whichever calendar."""

    def save(
        self,
        unit: Unit,
        account_id: int,
        found: Stored | None,
        calendar: Component,
        *,
        keeps_tag: bool = False,
        sender: Sender | None = None,
    ) -> bool:
        """Store it in place of `found`, else as a new object in the account's default calendar.

        `keeps_tag` leaves the Schedule-Tag as it is (RFC 6638 §3.2.10). False: it has no calendar
        that takes it.
        """
