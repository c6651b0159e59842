"""BlobSource: octets that another part of the server holds, shown as blobs (RFC 8620 §6)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from cyrpy.data.blobs import Blob
from cyrpy.data.unit import Unit

if TYPE_CHECKING:
    from cyrpy_jmap.viewer import Account, Viewer


class Range(NamedTuple):
    """Octets `start` to `stop` of a blob that the account owns, as `decode` makes them.

    `owner` is the number of the account that owns it, if that is another.
    """

    digest: bytes
    start: int = 0
    stop: int | None = None  # to the end
    decode: Callable[[bytes], bytes] | None = None  # None: they are as they are
    owner: int | None = None


@dataclass(frozen=True)
class BlobSource:
    """Blob ids that begin with `prefix` are read by `read`, which judges the viewer's rights.

    It returns None for what is not there or not for this viewer, and a Range for what the blob
    store has. `G` is the blob store's.
    """

    prefix: str
    read: Callable[[Unit, Viewer, Account, str], bytes | Range | None]


class Found(NamedTuple):
    """A blob of the store, or the octets of one that another part of the server made."""

    size: int  # octets
    blob: Blob | None
    octets: bytes = b""
    owner: int | None = None  # number of the account that owns the blob, if not the viewer's own
