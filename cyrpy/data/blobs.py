"""Blobs: octets known by their SHA-256, each stored once; small ones as rows, others as files.

A file is complete on the disk before its row is committed. Files are put in place, and taken
away, only under the writer's lock, so that a blob uploaded again just now never loses its file.
An account owns a blob while something in it refers to the blob, or until the upload expires.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from cyrpy.data.blob_statements import (
    DELETE,
    DISOWN,
    EXISTS,
    EXPIRED,
    FIND,
    INSERT,
    OCTETS,
    OWN,
    OWNED_FOR_GOOD,
    OWNERS,
    PREFIX,
    RELEASE,
    UNREFERENCED,
    Blob,
)
from cyrpy.data.incoming import ROW_LIMIT, Incoming, sync_folder
from cyrpy.data.unit import Unit
from cyrpy.errors import NotFound, OverQuota

KEEP_SECONDS: Final = 24 * 3600  # RFC 8620 §6 asks for an hour
GRACE_SECONDS: Final = 3600  # before a file without a row is taken away
_BLOB_ID: Final = re.compile(f"{PREFIX}([0-9a-f]{{64}})", re.ASCII)


def digest_of(blob_id: str) -> bytes | None:
    """The digest in a blob id; None if it is not one of this store."""
    match = _BLOB_ID.fullmatch(blob_id)
    return bytes.fromhex(match[1]) if match else None


class Blobs:
    """The store: the tables `blobs` and `blob_owners`, and a folder for large blobs."""

    def __init__(self, folder: Path, keep_seconds: int = KEEP_SECONDS) -> None:
        self.folder = folder
        self._keep_seconds = keep_seconds  # of an upload that nothing refers to

    def incoming(self) -> Incoming:
        """A place for octets that are still coming; give it to `put`, or close it."""
        return Incoming(self.folder / "incoming")

    def put(
        self,
        unit: Unit,
        account_id: int,
        incoming: Incoming,
        media_type: str,
        *,
        quota: int | None = None,
    ) -> Blob:
        """Register what has come; the same octets again only last longer (RFC 8620 §6.1).

        `quota` bounds what the account holds unreferenced, in octets: the oldest go first.

        Raises:
            OverQuota: the octets alone are more than `quota`.
        """
        size, digest = incoming.size, incoming.digest
        if unit.value(EXISTS, digest=digest) is None:
            octets = incoming.octets
            if octets is None:
                incoming.move_to(self.path(digest))
            unit.run(INSERT, digest=digest, size=size, octets=octets, created_at=unit.now)
        if unit.value(OWNED_FOR_GOOD, account_id=account_id, digest=digest) is None:
            if quota is not None:
                self._make_room(unit, account_id, digest, quota - size)
            self._own(unit, account_id, digest, media_type, unit.now + self._keep_seconds)
        return Blob(digest, size, media_type, in_file=size > ROW_LIMIT)

    def store(self, unit: Unit, account_id: int, octets: bytes, media_type: str) -> Blob:
        """Register octets that are in memory, as unreferenced."""
        with self.incoming() as incoming:
            incoming.write(octets)
            incoming.finish()
            return self.put(unit, account_id, incoming, media_type)

    def find(self, unit: Unit, accounts: Sequence[int], blob_id: str) -> Blob | None:
        """The blob, if one of the accounts owns it."""
        digest = digest_of(blob_id)
        if digest is None:
            return None
        return unit.first(FIND, digest=digest, accounts=list(accounts))

    def read(
        self,
        unit: Unit,
        accounts: Sequence[int],
        blob_id: str,
        start: int = 0,
        stop: int | None = None,
    ) -> bytes | None:
        """Octets `start` to `stop` of the blob; None if none of the accounts owns it."""
        blob = self.find(unit, accounts, blob_id)
        return None if blob is None else self.part(unit, blob, start, stop)

    def part(self, unit: Unit, blob: Blob, start: int = 0, stop: int | None = None) -> bytes:
        """Octets `start` to `stop` of a blob that was found."""
        count = (blob.size if stop is None else min(stop, blob.size)) - start
        if count <= 0:
            return b""
        if not blob.in_file:
            octets: bytes = unit.value(OCTETS, digest=blob.digest, first=start + 1, count=count)
            return octets
        with self.path(blob.digest).open("rb") as file:
            file.seek(start)
            return file.read(count)

    def path(self, digest: bytes) -> Path:
        """The file of a large blob."""
        name = digest.hex()
        return self.folder / name[:2] / name[2:4] / name

    def keep(self, unit: Unit, account_id: int, accounts: Sequence[int], blob_id: str) -> Blob:
        """`account_id` refers to the blob, which one of `accounts` owns; it will not expire.

        Raises:
            NotFound: none of `accounts` owns such a blob.
        """
        blob = self.find(unit, [account_id, *accounts], blob_id)
        if blob is None:
            raise NotFound(f"there is no blob {blob_id[:255]!r}")
        self._own(unit, account_id, blob.digest, blob.media_type, None)
        return blob

    def copy(self, unit: Unit, from_accounts: Sequence[int], account_id: int, blob_id: str) -> Blob:
        """Let another account have the blob as an upload (RFC 8620 §6.3).

        Raises:
            NotFound: none of `from_accounts` owns such a blob.
        """
        blob = self.find(unit, from_accounts, blob_id)
        if blob is None:
            raise NotFound(f"there is no blob {blob_id[:255]!r}")
        if unit.value(OWNED_FOR_GOOD, account_id=account_id, digest=blob.digest) is None:
            self._own(unit, account_id, blob.digest, blob.media_type, unit.now + self._keep_seconds)
        return blob

    def release(self, unit: Unit, account_id: int, blob_id: str) -> None:
        """Nothing in the account refers to the blob any longer; it stays a while (§6)."""
        digest = digest_of(blob_id)
        if digest is not None:
            until = unit.now + self._keep_seconds
            unit.run(RELEASE, account_id=account_id, digest=digest, until=until)

    def expire(self, unit: Unit, count: int = 1000) -> list[bytes]:
        """Drop up to `count` expired uploads; their digests, for `sweep`, until none are left."""
        expired = unit.all(EXPIRED, now=unit.now, count=count)
        for account_id, digest in expired:
            self._disown(unit, account_id, digest)
        return [digest for _, digest in expired]

    def sweep(self, unit: Unit, digests: Iterable[bytes]) -> int:
        """Remove the files of blobs that have no row; how many they were.

        Runs in a writing unit of its own, after the one that dropped the rows was committed.
        """
        removed = 0
        for digest in digests:
            path = self.path(digest)
            if unit.value(EXISTS, digest=digest) is None and _is_old(path, unit.now):
                path.unlink(missing_ok=True)
                removed += 1
        return removed

    def orphans(self, unit: Unit) -> list[bytes]:
        """Digests of files that no row names: what a crash left behind, or a full quota."""
        digests = (digest_of(PREFIX + path.name) for path in self.folder.glob("??/??/*"))
        return [d for d in digests if d and unit.value(EXISTS, digest=d) is None]

    def _own(
        self, unit: Unit, account_id: int, digest: bytes, media_type: str, expires_at: int | None
    ) -> None:
        unit.run(
            OWN,
            account_id=account_id,
            digest=digest,
            media_type=media_type,
            created_at=unit.now,
            expires_at=expires_at,
        )

    def _make_room(self, unit: Unit, account_id: int, coming: bytes, room: int) -> None:
        """Drop the account's oldest uploads until what is left fits into `room` octets."""
        if room < 0:
            raise OverQuota("the file alone is larger than all uploads together may be")
        held = [u for u in unit.all(UNREFERENCED, account_id=account_id) if u.digest != coming]
        excess = sum(upload.size for upload in held) - room
        for upload in held:
            if excess <= 0:
                return
            self._disown(unit, account_id, upload.digest)
            excess -= upload.size

    def _disown(self, unit: Unit, account_id: int, digest: bytes) -> None:
        """Take a blob from an account; with its last owner the blob goes."""
        unit.run(DISOWN, account_id=account_id, digest=digest)
        if unit.value(OWNERS, digest=digest) is None:
            unit.run(DELETE, digest=digest)


def refer(unit: Unit, account_id: int, digest: bytes, media_type: str) -> None:
    """Something in the account refers to a blob that is stored; it will not expire."""
    unit.run(
        OWN,
        account_id=account_id,
        digest=digest,
        media_type=media_type,
        created_at=unit.now,
        expires_at=None,
    )


def prepare_folder(folder: Path, now: float) -> None:
    """Make the store's folder, readable by the server alone, and drop what a stop cut off.

    Other processes may be taking uploads, so only what is old goes.
    """
    incoming = folder / "incoming"
    incoming.mkdir(mode=0o700, parents=True, exist_ok=True)
    for left in incoming.iterdir():
        if left.stat().st_mtime < now - KEEP_SECONDS:
            left.unlink(missing_ok=True)
    sync_folder(folder)


def _is_old(path: Path, now: int) -> bool:
    """Whether a file is there that was not put there just now."""
    try:
        return path.stat().st_mtime < now - GRACE_SECONDS
    except FileNotFoundError:
        return False


__all__ = ["PREFIX", "Blob", "Blobs", "Incoming", "digest_of", "prepare_folder", "refer"]
