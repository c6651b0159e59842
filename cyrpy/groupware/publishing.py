"""Public links: making them, publishing by the owner of a calendar, and what a token opens.

A token has 256 bits, and only its hash is kept. That of a calendar that its owner publishes over
CalDAV follows from a key of the server, so that the URL can be shown to the owner again
(calendarserver-sharing, CS:publish-url).
"""

from __future__ import annotations

import hmac
import re
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, NamedTuple
from urllib.parse import quote

from cyrpy.data import addressbooks, calendars, dav, principals, public_links, secrets
from cyrpy.data.addressbooks import AddressBookRow
from cyrpy.data.calendars import CalendarRow
from cyrpy.data.principals import PrincipalRow
from cyrpy.data.public_links import FREE_BUSY, LinkRow, NewLink
from cyrpy.data.unit import Unit
from cyrpy.groupware import calendars as calendar_use

CALENDAR: Final = calendar_use.KIND
ADDRESS_BOOK: Final = addressbooks.KIND
ALARMS: Final = "alarms"
PEOPLE: Final = "people"
SECRET: Final = "publishing"  # noqa: S105 - the name under which a key is kept
KEPT_AS: Final = "Publication"  # kind under which it is kept how often a calendar was published
TIMES: Final = "times"
TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{43}")
SUFFIXES: Final = {CALENDAR: ".ics", ADDRESS_BOOK: ".vcf", FREE_BUSY: ".ifb"}

RandomBytes = Callable[[int], bytes]


@dataclass(frozen=True)
class Publishing:
    """Offered by the module that serves public links; without it nothing can be published."""

    prefix: str  # of their URLs

    def path(self, token: str, kind: str, name: str) -> str:
        """Where a link leads, below the root of the server; the name is for people."""
        return f"{self.prefix}/{token}/{quote(name, safe='')}{SUFFIXES[kind]}"


class Opened(NamedTuple):
    """What a token opens.

    Attributes:
        link: How it is shown.
        owner: Whose it is.
        row: The collection; None where the link is to busy time.
    """

    link: LinkRow
    owner: PrincipalRow
    row: CalendarRow | AddressBookRow | None


def new_token(random_bytes: RandomBytes) -> str:
    """A token that nobody guesses."""
    return urlsafe_b64encode(random_bytes(32)).rstrip(b"=").decode()


def add(unit: Unit, account_id: int, new: NewLink, random_bytes: RandomBytes) -> tuple[int, str]:
    """A new link: its number, and its token, which is known at this moment only."""
    token = new_token(random_bytes)
    return public_links.add(unit, account_id, token, new).id, token


def opened(unit: Unit, token: str) -> Opened | None:
    """What a token opens; None if it is none, was revoked, or what it opened is gone."""
    link = public_links.by_token(unit, token) if TOKEN.fullmatch(token) else None
    if link is None or not hmac.compare_digest(link.digest, public_links.digest_of(token)):
        return None
    owner = unit.first(principals.BY_ID, id=link.account_id)
    if owner is None:
        return None
    if link.kind == FREE_BUSY:
        return Opened(link, owner, None)
    row = container(unit, link)
    return None if row is None else Opened(link, owner, row)


def container(unit: Unit, link: LinkRow) -> CalendarRow | AddressBookRow | None:
    """The collection that a link is to."""
    if link.kind == CALENDAR:
        return calendars.by_id(unit, link.account_id, link.container_id)
    rows = addressbooks.all_of(unit, link.account_id)
    return next((row for row in rows if row.id == link.container_id), None)


def publish(unit: Unit, row: CalendarRow, random_bytes: RandomBytes) -> str:
    """Publish a calendar, for its owner; the token, which is the same until that ends."""
    key = _key(unit)
    if key is None:
        made = b64encode(random_bytes(32)).decode()
        unit.run(secrets.PUT, name=SECRET, value=made)
        key = _key(unit)
    assert key is not None  # noqa: S101 - it was put there
    token = _token(unit, row, key)
    if public_links.published(unit, row.account_id, CALENDAR, row.id) is None:
        new = NewLink(CALENDAR, row.id, "published by its owner", is_published=True)
        public_links.add(unit, row.account_id, token, new)
    return token


def unpublish(unit: Unit, row: CalendarRow) -> bool:
    """End that, whether it was so; the URL of the next time is another."""
    link = public_links.published(unit, row.account_id, CALENDAR, row.id)
    if link is None:
        return False
    public_links.revoke(unit, row.account_id, link.id)
    times = str(_times(unit, row) + 1).encode()
    dav.put(unit, _place(row), dav.FOR_ALL, {TIMES: times})
    return True


def revoke(unit: Unit, account_id: int, number: int) -> bool:
    """End a link, however it was made; whether there was one of that number."""
    rows = public_links.of_account(unit, account_id)
    link = next((link for link in rows if link.id == number), None)
    if link is None:
        return False
    row = calendars.by_id(unit, account_id, link.container_id) if link.is_published else None
    if row is not None:
        return unpublish(unit, row)
    return public_links.revoke(unit, account_id, number)


def published(unit: Unit, row: CalendarRow) -> str | None:
    """The token by which a calendar is published now."""
    link = public_links.published(unit, row.account_id, CALENDAR, row.id)
    token = None if link is None else token_to_be(unit, row)
    if link is None or token is None or public_links.digest_of(token) != link.digest:
        return None
    return token


def token_to_be(unit: Unit, row: CalendarRow) -> str | None:
    """The token by which it is or would be published; None before the server has a key."""
    key = _key(unit)
    return None if key is None else _token(unit, row, key)


def _key(unit: Unit) -> bytes | None:
    value: str | None = unit.value(secrets.GET, name=SECRET)
    return None if value is None else value.encode()


def _token(unit: Unit, row: CalendarRow, key: bytes) -> str:
    told = f"{row.account_id}/{row.id}/{_times(unit, row)}".encode()
    return urlsafe_b64encode(hmac.digest(key, told, sha256)).rstrip(b"=").decode()


def _times(unit: Unit, row: CalendarRow) -> int:
    """How often publishing it has ended."""
    found = dav.dead_properties_of(unit, _place(row), dav.FOR_ALL).get(TIMES)
    return int(found) if found is not None else 0


def _place(row: CalendarRow) -> dav.Key:
    return dav.Key(row.account_id, KEPT_AS, row.id)
