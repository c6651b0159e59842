"""What is to be done on the server, so that a message is there as it is here; pure.

It follows from the state of both sides alone, not from what was done to get there. So doing it
twice, or half of it before the process dies, does no harm: the next plan is made of what is then.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from cyrpy.data.imap_links import Link
from cyrpy.mail.imap import merge


class Store(NamedTuple):
    """Keywords that a message gets and loses in one folder."""

    link: Link
    add: frozenset[str]
    remove: frozenset[str]
    agreed: frozenset[str]  # then


class Move(NamedTuple):
    """A message that goes from one folder to another."""

    link: Link
    to: int  # folder


class Copy(NamedTuple):
    """A message that is in another folder as well."""

    link: Link
    to: int


class Append(NamedTuple):
    """A message that the server has not got."""

    digest: bytes
    to: int


class Expunge(NamedTuple):
    """A message that goes from a folder."""

    link: Link


Step = Store | Move | Copy | Append | Expunge


class Wanted(NamedTuple):
    """A message as it is here; no mailboxes: it was destroyed."""

    digest: bytes
    mailboxes: frozenset[int] = frozenset()
    keywords: frozenset[str] = frozenset()


class Place(NamedTuple):
    """A folder that can be written to."""

    id: int
    mailbox_id: int
    accepted: frozenset[str] | None  # keywords that can be stored; None: any


def steps(wanted: Wanted, links: Sequence[Link], places: Mapping[int, Place]) -> list[Step]:
    """What makes the server's copies of one message be as it is here.

    Links in folders that are not among `places` are left alone, and so are the last copies of a
    message whose mailboxes are all unknown to the server.
    """
    known = [link for link in links if link.folder_id in places]
    by_mailbox = {place.mailbox_id: place.id for place in places.values()}
    stay = [one for one in known if places[one.folder_id].mailbox_id in wanted.mailboxes]
    leave = [one for one in known if one not in stay]
    covered = {places[one.folder_id].mailbox_id for one in stay}
    missing = sorted(
        by_mailbox[number] for number in wanted.mailboxes - covered if number in by_mailbox
    )
    if wanted.mailboxes and not stay and not missing:
        leave = []  # it is only in mailboxes that are not there, and would be lost
    found: list[Step] = _stores(wanted, stay, places)
    source = [*stay, *leave]
    if missing and leave:
        found += _stores(wanted, leave[:1], places)
    for number in missing:
        if leave:
            found.append(Move(leave.pop(0), number))
        elif source:
            found.append(Copy(source[0], number))
        else:
            found.append(Append(wanted.digest, number))
            break  # the others are copies of that, by the next plan
    return _copies_first([*found, *map(Expunge, leave)])


def _stores(wanted: Wanted, links: Sequence[Link], places: Mapping[int, Place]) -> list[Step]:
    found: list[Step] = []
    for link in links:
        accepted = places[link.folder_id].accepted
        target = merge.storable(wanted.keywords, accepted)
        agreed = merge.storable(link.keyword_set, accepted)
        if target != agreed:
            agreed_then = target | (link.keyword_set - agreed)
            found.append(Store(link, target - agreed, agreed - target, agreed_then))
    return found


def _copies_first(found: list[Step]) -> list[Step]:
    """Copies before the moves that would take their source away, and expunging last."""
    order = {Store: 0, Copy: 1, Move: 2, Append: 3, Expunge: 4}
    return sorted(found, key=lambda step: order[type(step)])
