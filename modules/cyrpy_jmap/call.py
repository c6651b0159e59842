"""Call: what a method is handed beside its arguments; and Method, what a type says of a method."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeVar

from cyrpy.core import Core
from cyrpy.data import changes
from cyrpy.data.blobs import PREFIX, Blobs
from cyrpy.data.database import Database, Snapshot
from cyrpy.data.unit import NO_CONTAINER, Unit
from cyrpy.errors import NotFound
from cyrpy_jmap.blob_source import BlobSource, Found, Range
from cyrpy_jmap.capability import Capability
from cyrpy_jmap.errors import MethodError
from cyrpy_jmap.invocation import Arguments, Invocation
from cyrpy_jmap.limits import Limits
from cyrpy_jmap.recent import Recent
from cyrpy_jmap.viewer import Account, Viewer

T = TypeVar("T")
OCTET_STREAM: Final = "application/octet-stream"
SERIES: Final = 8192  # of which it is remembered how they recur; a kilobyte each


@dataclass(frozen=True)
class Services:
    """What all calls share."""

    core: Core
    limits: Limits
    sources: Sequence[BlobSource] = ()
    recent: Recent = field(default_factory=Recent)
    series: Recent = field(default_factory=lambda: Recent(SERIES))

    @property
    def blobs(self) -> Blobs:
        """The blob store."""
        return self.core.blobs

    def find_blob(self, unit: Unit, viewer: Viewer, account: Account, blob_id: str) -> Found | None:
        """What the viewer may read by that id in the account (RFC 8620 §6).

        An upload that nothing refers to is the uploader's alone, in whichever account it is to
        be used; what records refer to, the sources show to those who may see the records.
        """
        blob = self.blobs.find(unit, [viewer.own.id], blob_id)
        if blob is not None:
            return Found(blob.size, blob)
        for source in self.sources:
            if blob_id.startswith(source.prefix):
                found = source.read(unit, viewer, account, blob_id)
                if isinstance(found, Range):
                    return self._of_store(unit, account, found)
                if found is not None:
                    return Found(len(found), None, found)
        return None

    def _of_store(self, unit: Unit, account: Account, found: Range) -> Found | None:
        """A part of a blob of the account's, which the viewer may read by way of a source."""
        owner = account.id if found.owner is None else found.owner
        blob = self.blobs.find(unit, [owner], PREFIX + found.digest.hex())
        if blob is None:
            return None
        if found.decode is None and found.start == 0 and found.stop is None:
            return Found(blob.size, blob, owner=owner)
        octets = self.blobs.part(unit, blob, found.start, found.stop)
        octets = octets if found.decode is None else found.decode(octets)
        return Found(len(octets), None, octets)


class Reader:
    """The snapshot that reading methods of one request share until something is written.

    (RFC 8620 §3.10 lets the data change between two calls; it need not.)
    """

    __slots__ = ("_database", "_snapshot", "_unit")

    def __init__(self, database: Database) -> None:
        self._database = database
        self._snapshot: Snapshot | None = None
        self._unit: Unit | None = None

    def unit(self) -> Unit:
        """The snapshot, begun at its first use."""
        if self._unit is None:
            snapshot = self._database.read()
            self._unit = snapshot.__enter__()
            self._snapshot = snapshot
        return self._unit

    def state(self, account_id: int, type: str) -> int:
        """The state of a type: of the snapshot if there is one, but none is begun for it."""
        if self._unit is not None:
            return changes.state(self._unit, account_id, type)
        key = {"account_id": account_id, "type": type, "container_id": NO_CONTAINER}
        row = self._database.peek(changes.STATE, **key)
        return row[0] if row is not None else 0

    def close(self) -> None:
        """End the snapshot, if there is one; the next use begins another."""
        snapshot, self._snapshot, self._unit = self._snapshot, None, None
        if snapshot is not None:
            snapshot.__exit__(None, None, None)


@dataclass(slots=True)
class Call:
    """One method call under way, on a database thread."""

    services: Services
    viewer: Viewer
    account: Account  # the user's own until `enter` says otherwise
    created_ids: Mapping[str, str]
    reader: Reader
    wants_values: bool  # whether records must be values; else stored JSON octets will do
    arguments: Any = None  # as checked by the standard method, with those that the type added
    properties: frozenset[str] | None = None  # those that /get asks for; None: all
    writing: Unit | None = field(default=None)
    using: frozenset[str] | None = None  # capabilities that the client knows; None: all

    @property
    def unit(self) -> Unit:
        """The transaction inside `write`, elsewhere the snapshot."""
        return self.writing or self.reader.unit()

    @property
    def limits(self) -> Limits:
        """The limits of the core capability."""
        return self.services.limits

    def enter(self, account_id: str, capability: Capability, *, writes: bool = False) -> None:
        """Work in that account from here on.

        Raises:
            MethodError: `accountNotFound`, `accountNotSupportedByMethod`, `accountReadOnly`.
        """
        account = self.viewer.resolve(account_id)
        if not capability.works_in(account):
            raise MethodError(
                "accountNotSupportedByMethod",
                f"account {account_id} has no {capability.urn} for this user",
            )
        if writes and account.is_read_only:
            raise MethodError("accountReadOnly", f"account {account_id} can only be read")
        self.account = account

    def within(self, account: Account) -> Call:
        """The same call in another account, to read there."""
        return replace(self, account=account, properties=None)

    def write(self, work: Callable[[Call], T], *accounts: int) -> T:
        """Run `work` in one transaction and return what it returned, once that is committed.

        `work` may be run more than once, of which one run counts: it must change nothing but the
        database. `accounts` are locked beside the call's own.
        """
        self.reader.close()

        def inside(unit: Unit) -> T:
            return work(replace(self, writing=unit, created_ids=dict(self.created_ids)))

        return self.services.core.database.write(inside, (self.account.id, *accounts))

    def real_id(self, id: str) -> str | None:
        """The id that `#cid` stands for, or the id itself; None if nothing was created as `cid`."""
        return self.created_ids.get(id[1:]) if id[:1] == "#" else id

    def blob(self, blob_id: str) -> bytes | None:
        """The octets of a blob that the viewer may read in this account, or None."""
        found = self.find_blob(blob_id)
        return None if found is None else self.blob_part(found, 0, found.size)

    def find_blob(self, blob_id: str) -> Found | None:
        """The blob, if the viewer may read it in this account."""
        return self.services.find_blob(self.unit, self.viewer, self.account, blob_id)

    def blob_part(self, found: Found, start: int, stop: int) -> bytes:
        """Octets `start` to `stop` of a blob that was found."""
        if found.blob is None:
            return found.octets[start:stop]
        return self.services.blobs.part(self.unit, found.blob, start, stop)

    def keep_blob(self, blob_id: str) -> str:
        """Something in this account refers to the blob from now on, so it does not expire.

        What is returned is its id in the blob store, which differs for other parts' blobs.

        Raises:
            NotFound: the viewer has no such blob here.
        """
        own = self.viewer.own.id
        store = self.services.blobs
        blob_id = self.store_blob(blob_id)
        return store.keep(self.unit, self.account.id, [own], blob_id).id

    def store_blob(self, blob_id: str) -> str:
        """Make sure that the blob store has the blob, as an upload of the viewer's; its id there.

        Raises:
            NotFound: the viewer has no such blob here.
        """
        own = self.viewer.own.id
        found = self.services.find_blob(self.unit, self.viewer, self.account, blob_id)
        if found is None:
            raise NotFound(f"there is no blob {blob_id[:255]!r}")
        if found.blob is not None:
            owners = [own] if found.owner is None else [own, found.owner]
            return self.services.blobs.copy(self.unit, owners, own, blob_id).id
        return self.services.blobs.store(self.unit, own, found.octets, OCTET_STREAM).id


@dataclass(frozen=True, slots=True)
class Done:
    """The arguments of a response, and calls that the method makes after it (RFC 8620 §3.2)."""

    arguments: Arguments
    then: Sequence[Invocation] = ()
    made: Mapping[str, str] = field(default_factory=dict)  # creation id -> id


@dataclass(frozen=True, slots=True)
class Method:
    """One method: how it runs, and on which kind of thread.

    `writes`: it calls `call.write`. `slow`: it may take long, and must not hold up quick reads.
    `unit` is false for what needs no database at all. `brief`: it reads a few small rows by key,
    so that where a look into the database is as quick as that, the event loop does it itself.
    `also`: a capability beside the type's by which clients may come to it.
    """

    run: Callable[[Call, Arguments], Arguments | Done]
    writes: bool = False
    slow: bool = False
    unit: bool = True
    brief: bool = False
    also: str | None = None
