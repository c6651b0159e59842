"""Groups as attendees: who is in one attends for itself (RFC 5545 §3.2.11, RFC 6638 §3.2).

The organizer's object names each member beside the group, so that each is told, answers, and is
told when it is off, as anybody else. Who leaves the group, or was there for a group that is no
longer invited, is taken out with the next change.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from cyrpy.data import addresses, principals
from cyrpy.data.principals import GROUP, INDIVIDUAL, PrincipalRow
from cyrpy.data.unit import Unit
from cyrpy.formats.contentline import Line
from cyrpy.formats.ical.component import Component
from cyrpy.groupware.scheduling.address import MAILTO, normalized, of_line, of_principal
from cyrpy.groupware.scheduling.parties import NEEDS_ACTION, organizer_of
from cyrpy.groupware.scheduling.people import addresses_of, principal_of

MAX_MEMBERS: Final = 1000  # of a group that is invited, and of which others are not told


def members_of(unit: Unit, group: PrincipalRow) -> list[PrincipalRow]:
    """The users in a group."""
    rows = unit.all(principals.MEMBERS_OF, group_id=group.id)
    return [row for row in rows if row.type == INDIVIDUAL][:MAX_MEMBERS]


def expanded(unit: Unit, calendar: Component, own: Collection[str]) -> Component:
    """The object with the members of the groups that it invites; itself if that is no change.

    Args:
        unit: Reads.
        calendar: What is to be stored; it is not changed.
        own: Normalized addresses of whose calendar it is in. Only organizers invite.
    """
    if unit.value(principals.ANY_MEMBER) is None:
        return calendar  # there are no groups to be invited
    known: dict[str, PrincipalRow | None] = {}
    made: Component | None = None
    for index, part in enumerate(calendar.components):
        if organizer_of(part) not in own:
            continue
        lines = _lines(unit, part, own, known)
        if lines is not None:
            made = made or calendar.copy()
            made.components[index].properties = lines
    return made or calendar


def _lines(
    unit: Unit, part: Component, own: Collection[str], known: dict[str, PrincipalRow | None]
) -> list[Line] | None:
    """The properties of a component with members of groups; None if those are there already."""
    groups: dict[str, PrincipalRow] = {}
    for line in part.every("ATTENDEE"):
        row = _principal(unit, of_line(line), known)
        if row is not None and row.type == GROUP:
            groups[of_line(line)] = row
    if not groups and all(line.param("MEMBER") is None for line in part.every("ATTENDEE")):
        return None
    wanted = {
        member.id: (member, address)
        for address, row in groups.items()
        for member in members_of(unit, row)
    }
    kept: list[Line] = []
    attending = set(own)
    for line in part.properties:
        if line.name == "ATTENDEE" and _is_past(unit, line, groups, wanted, known):
            continue
        kept.append(line)
        if line.name == "ATTENDEE":
            attending.add(of_line(line))
    new = [
        _member(unit, member, address)
        for member, address in wanted.values()
        if addresses_of(unit, member.id).isdisjoint(attending)
    ]
    return [*kept, *new] if new or len(kept) != len(part.properties) else None


def _is_past(
    unit: Unit,
    line: Line,
    groups: Collection[str],
    wanted: Collection[int],
    known: dict[str, PrincipalRow | None],
) -> bool:
    """Whether an attendee is there for groups of ours alone, and these do not have it any more."""
    of = [normalized(one) for one in line.params.get("MEMBER", ())] if line.param_text else []
    if not of:
        return False
    rows = [_principal(unit, one, known) for one in of]
    if any(row is None or row.type != GROUP for row in rows):
        return False
    person = _principal(unit, of_line(line), known)
    if person is not None and person.id in wanted:
        return False
    return person is not None or not any(one in groups for one in of)


def _principal(
    unit: Unit, address: str, known: dict[str, PrincipalRow | None]
) -> PrincipalRow | None:
    if address not in known:
        known[address] = principal_of(unit, address)
    return known[address]


def _member(unit: Unit, member: PrincipalRow, group: str) -> Line:
    """ATTENDEE for a member of a group."""
    found = addresses.addresses_of(unit, member.id)
    address = MAILTO + found[0] if found else of_principal(member.type, member.name)
    params = {
        "CN": member.display_name,
        "MEMBER": group,
        "PARTSTAT": NEEDS_ACTION,
        "RSVP": "TRUE",
    }
    return Line.of("ATTENDEE", address, {name: value for name, value in params.items() if value})
