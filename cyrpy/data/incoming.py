"""Incoming: octets on their way into the blob store, hashed as they come."""

from __future__ import annotations

import errno
import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from cyrpy.errors import StorageFull

ROW_LIMIT: Final = 1 << 20  # octets; more than that is a file

FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO})


@contextmanager
def on_disk() -> Iterator[None]:
    """Call a full or failing disk by its name.

    Raises:
        StorageFull: it is.
    """
    try:
        yield
    except OSError as exc:
        if exc.errno not in FULL:
            raise
        raise StorageFull("the disk of the blobs is full or failing; nothing was stored") from exc


def sync_folder(folder: Path) -> None:
    """Make a folder's entries survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class Incoming:
    """In memory up to ROW_LIMIT, then in a file of `folder`; used as a context, it cleans up."""

    def __init__(self, folder: Path) -> None:
        self.size = 0
        self._folder = folder
        self._hash = hashlib.sha256()
        self._memory = bytearray()
        self._descriptor: int | None = None
        self._path: Path | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, _: TracebackType | None
    ) -> None:
        self.close()

    def write(self, octets: bytes) -> None:
        """Take the next piece.

        Raises:
            StorageFull: the disk is full or failing.
        """
        self.size += len(octets)
        self._hash.update(octets)
        if self._descriptor is None and self.size <= ROW_LIMIT:
            self._memory += octets
            return
        with on_disk():
            if self._descriptor is None:
                self._descriptor = self._open()
                octets = bytes(self._memory) + octets
                self._memory = bytearray()
            view = memoryview(octets)
            while view:
                view = view[os.write(self._descriptor, view) :]

    def _open(self) -> int:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=self._folder)
        self._path = Path(name)
        return descriptor

    @property
    def digest(self) -> bytes:
        """SHA-256 of what has come."""
        return self._hash.digest()

    @property
    def octets(self) -> bytes | None:
        """All of it, if it is small; None if it is in a file."""
        return None if self._path is not None else bytes(self._memory)

    def finish(self) -> None:
        """Put what has come on the disk; to be called before the writer's lock is taken.

        Raises:
            StorageFull: the disk is full or failing.
        """
        if self._descriptor is not None:
            with on_disk():
                os.fsync(self._descriptor)

    def move_to(self, path: Path) -> None:
        """Put the file in its place, for good; again if the first transaction was lost.

        Raises:
            StorageFull: the disk is full or failing.
        """
        assert self._path is not None  # noqa: S101 - small ones have no file
        with on_disk():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            if self._path.exists():
                self._path.replace(path)
            sync_folder(path.parent)
            sync_folder(path.parent.parent)

    def close(self) -> None:
        """Let go of the file; one that was not moved is removed."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
        if self._path is not None:
            self._path.unlink(missing_ok=True)
