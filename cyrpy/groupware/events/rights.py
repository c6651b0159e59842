"""Who may do what with a calendar object (JMAP Calendars, CalendarRights)."""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

from cyrpy.data.addresses import addresses_of
from cyrpy.data.events import PUBLIC
from cyrpy.data.unit import Unit
from cyrpy.errors import Forbidden
from cyrpy.formats.ical.component import Component
from cyrpy.groupware.access import Actor, has
from cyrpy.groupware.calendars import CalendarView
from cyrpy.groupware.events.participation import is_answer
from cyrpy.groupware.scheduling.address import MAILTO, of_line

Needs = Literal["bind", "write-content", "unbind"]  # as WebDAV calls the right (RFC 3744 §3)
LETTERS: Final[dict[Needs, str]] = {"bind": "i", "write-content": "si", "unbind": "te"}
WRITE_OWN: Final = "6"
ANSWER: Final = "7"


class NotAllowed(Forbidden):
    """A right is missing; `needs` says which would do."""

    def __init__(self, needs: Needs) -> None:
        super().__init__(f"the user has not the right '{needs}' on this calendar")
        self.needs = needs


class PrivacyRefused(Forbidden):
    """Only whose calendar it is may have private objects in it."""


class Sides(NamedTuple):
    """An object before and after a change, None where there is none, with its privacy."""

    before: Component | None = None
    after: Component | None = None
    privacy_before: int = PUBLIC
    privacy_after: int = PUBLIC


def judge(unit: Unit, view: CalendarView, actor: Actor, needs: Needs, sides: Sides) -> None:
    """Make sure that the user may change an object so.

    Raises:
        NotAllowed: it has neither that right nor one that is enough for this object.
        PrivacyRefused: the object is private, or would be, in another's calendar.
    """
    if view.is_owner:
        return
    if sides.privacy_before > PUBLIC:
        raise PrivacyRefused("what is private is changed by whose calendar it is in, and no other")
    if sides.privacy_after > PUBLIC:
        raise PrivacyRefused("an object in another's calendar cannot be private")
    if has(view.rights, LETTERS[needs]):
        return
    if has(view.rights, WRITE_OWN) and _is_own(unit, actor, sides):
        return
    if has(view.rights, ANSWER) and sides.before and sides.after:
        mine = _mine(unit, actor.principal_id) | _mine(unit, view.row.account_id)
        if is_answer(sides.before, sides.after, mine):
            return
    raise NotAllowed(needs)


def _mine(unit: Unit, principal_id: int) -> frozenset[str]:
    return frozenset(MAILTO + address.lower() for address in addresses_of(unit, principal_id))


def _is_own(unit: Unit, actor: Actor, sides: Sides) -> bool:
    """Whether the object is the user's or nobody's; a change may also give it away."""
    judged = sides.before or sides.after
    if judged is None:
        return False
    owners = {
        of_line(line)
        for part in judged.components
        if part.name != "VTIMEZONE"
        for line in part.every("ORGANIZER")
    }
    return not owners or owners <= _mine(unit, actor.principal_id)
