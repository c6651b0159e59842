"""A copy of collections on another server; run again, it takes over what changed there.

What was copied is remembered in the unit that stores it, so a copy that was broken off goes on
where it was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from cyrpy.data import remotes
from cyrpy.data.database import Database
from cyrpy.data.remotes import ItemRow, RemoteRow
from cyrpy.data.unit import Unit
from cyrpy.transfer import destinations as places
from cyrpy.transfer.dav import containers
from cyrpy.transfer.dav.client import Client
from cyrpy.transfer.dav.discovery import Remote
from cyrpy.transfer.dav.errors import RemoteError
from cyrpy.transfer.dav.fetch import Fetched, Fetcher
from cyrpy.transfer.dav.listing import Listing, look
from cyrpy.transfer.outcome import Failure, Outcome, Place, Ready
from cyrpy.transfer.read_calendar import CalendarStream
from cyrpy.transfer.read_cards import CardStream
from cyrpy.transfer.store import put_batch

SUFFIXES: Final = {"calendar": ".ics", "addressbook": ".vcf"}
GONE: Final = ""  # entity tag of what is no more there, but still here
DELETES: Final = 100  # in one unit
Tell = Callable[[Outcome], None]


@dataclass(frozen=True)
class Wishes:
    """How it is to be copied."""

    deletes: bool = False  # what vanished there
    again: bool = False  # also what did not change
    is_trial: bool = False


class _Tried(Exception):
    """Ends a unit that was to be tried only."""


class Copy:
    """Copies collections into an account."""

    def __init__(self, database: Database, account_id: int, client: Client, wishes: Wishes) -> None:
        self._database = database
        self._account_id = account_id
        self._client = client
        self._wishes = wishes

    def collection(self, remote: Remote, expect: Callable[[int], None], tell: Tell) -> Outcome:
        """Copy one; `expect` hears how many members there are to fetch, `tell` of each batch.

        Raises:
            RemoteError: the server does not give it.
        """
        row, destination, known = self._prepared(remote)
        token = None if row is None or self._wishes.again else row.sync_token
        listing = look(self._client, remote, token, known)
        wanted = [
            url
            for url, etag in listing.members.items()
            if self._wishes.again or url not in known or not etag or known[url].etag != etag
        ]
        expect(len(wanted))
        total = Outcome()
        for batch in Fetcher(self._client, remote).batches(wanted):
            done = self._store(remote, row, destination, batch, listing)
            total.add(done)
            tell(done)
        total.add(self._vanished(row, destination, known, listing))
        self._finish(row, listing, total)
        return total

    def _prepared(
        self, remote: Remote
    ) -> tuple[RemoteRow | None, places.Destination[Any], dict[str, ItemRow]]:
        """Where it goes, which is made if need be, and what was copied before."""

        def find(unit: Unit) -> tuple[RemoteRow, containers.Row, dict[str, ItemRow]] | None:
            row = remotes.find(unit, self._account_id, remote.url)
            here = None if row is None else containers.container(unit, row)
            if row is None or here is None:
                return None
            return row, here, dict(remotes.items(unit, row))

        with self._database.read() as unit:
            found = find(unit)
        if found is None and self._wishes.is_trial:
            return None, places.Nowhere(self._account_id), {}
        if found is None:
            row, here = self._database.write(
                lambda unit: self._made(unit, remote), [self._account_id]
            )
            found = row, here, {}
        row, here, known = found
        return row, containers.destination(here), known

    def _made(self, unit: Unit, remote: Remote) -> tuple[RemoteRow, containers.Row]:
        """Remember it anew; a collection of the same name is taken for its copy."""
        old = remotes.find(unit, self._account_id, remote.url)
        if old is not None:
            remotes.forget(unit, old)
        make = containers.calendar if remote.kind == "calendar" else containers.book
        here: containers.Row = make(unit, self._account_id, remote)
        kind = containers.KINDS[remote.kind]
        return remotes.add(unit, self._account_id, remote.url, kind, here.id), here

    def _store(
        self,
        remote: Remote,
        row: RemoteRow | None,
        destination: places.Destination[Any],
        batch: Sequence[Fetched],
        listing: Listing,
    ) -> Outcome:
        """One unit with what was fetched together."""
        read = [(one, _objects(remote, one)) for one in batch]
        ready = [each for _, found in read for each in found if isinstance(each, Ready)]
        failures = [each for _, found in read for each in found if isinstance(each, Failure)]
        outcome = Outcome()

        def work(unit: Unit) -> None:
            nonlocal outcome
            outcome = put_batch(unit, ready, destination)
            if self._wishes.is_trial or row is None:
                raise _Tried
            refused = {failure.place for failure in outcome.failures}
            for one, found in read:
                if one.octets is not None:
                    etag = listing.members.get(one.url) or one.etag
                    remotes.put_item(unit, row, ItemRow(one.url, etag, _uids(found, refused)))

        with suppress(_Tried):
            self._database.write(work, [self._account_id])
        outcome.failures = failures + outcome.failures
        return outcome

    def _vanished(
        self,
        row: RemoteRow | None,
        destination: places.Destination[Any],
        known: dict[str, ItemRow],
        listing: Listing,
    ) -> Outcome:
        """Delete what is no more there, or note that it is not."""
        gone = {url for url in listing.gone if url in known}
        gone |= {url for url, item in known.items() if item.etag == GONE}
        gone -= set(listing.members)
        urls = sorted(gone)
        outcome = Outcome()
        for start in range(0, len(urls), DELETES):
            part = [known[url] for url in urls[start : start + DELETES]]
            if row is not None:
                outcome.removed += self._remove(row, destination, part)
        return outcome

    def _remove(
        self, row: RemoteRow, destination: places.Destination[Any], items: Sequence[ItemRow]
    ) -> int:
        removed = 0

        def work(unit: Unit) -> None:
            nonlocal removed
            if not self._wishes.deletes:
                for item in items:
                    remotes.put_item(unit, row, item._replace(etag=GONE))
                return
            uids = [uid for item in items for uid in item.uid.split("\n") if uid]
            removed = sum(destination.remove(unit, uid) for uid in uids)
            remotes.forget_items(unit, row, [item.href for item in items])
            if self._wishes.is_trial:
                raise _Tried

        if self._wishes.deletes or not self._wishes.is_trial:
            with suppress(_Tried):
                self._database.write(work, [self._account_id])
        return removed

    def _finish(self, row: RemoteRow | None, listing: Listing, total: Outcome) -> None:
        """Remember where the next look starts, unless something is to be fetched once more."""
        is_whole = not any(failure.reason.startswith(NOT_FETCHED) for failure in total.failures)
        if row is None or self._wishes.is_trial or not is_whole:
            return
        self._database.write(
            lambda unit: remotes.set_token(unit, row, listing.sync_token), [self._account_id]
        )


NOT_FETCHED: Final = "could not be fetched: "


def _objects(remote: Remote, fetched: Fetched) -> list[Ready[Any] | Failure]:
    """What is in one member: one object, but some servers keep several together."""
    if fetched.octets is None:
        return [Failure(Place(fetched.url), f"{NOT_FETCHED}{fetched.reason}")]
    name = _name(fetched.url, SUFFIXES[remote.kind])
    stream = BytesIO(fetched.octets)
    found: Iterable[Ready[Any] | Failure]
    if remote.kind == "calendar":
        found = CalendarStream(fetched.url, stream, name).objects()
    else:
        found = CardStream(fetched.url, stream, name=name).objects()
    return list(found)


def _name(url: str, suffix: str) -> str:
    name = unquote(urlsplit(url).path.rpartition("/")[2])
    return name if name.lower().endswith(suffix) else f"{name}{suffix}"


def _uids(found: Iterable[Ready[Any] | Failure], refused: set[Place]) -> str:
    """The UIDs of what was stored of one member."""
    stored = [one for one in found if isinstance(one, Ready) and one.place not in refused]
    return "\n".join(one.prepared.uid for one in stored)


def chosen(found: Sequence[Remote], names: Sequence[str]) -> list[Remote]:
    """Those of the collections that are named by the last part of their URL, or their name.

    Without names all but what others share with the user, which is theirs to copy.

    Raises:
        RemoteError: there is none of one of the names.
    """
    wanted: list[Remote] = []
    for name in names:
        alike = [one for one in found if name in {one.uri, one.name, one.url}]
        if not alike:
            there = ", ".join(one.uri for one in found)
            raise RemoteError(f"the server has no collection {name[:80]!r}; it has {there}")
        wanted += alike
    return wanted if names else [one for one in found if not one.is_shared]
