"""Judge: what the server finds of a message, now or as of its delivery (RFC 9219 §3)."""

from __future__ import annotations

import threading
from collections import OrderedDict
from datetime import UTC, datetime
from typing import Final, NamedTuple

from cyrpy.data.blobs import PREFIX, Blobs
from cyrpy.data.messages import MessageRow
from cyrpy.data.unit import Unit
from cyrpy.formats.mime.message import Message
from cyrpy.formats.smime import Trust, Verdict, verify

FRESH: Final = 600  # seconds for which a verdict is good
REMEMBERED: Final = 2000


class Judged(NamedTuple):
    """A verdict, None for what is no S/MIME, and when it was found; unix seconds."""

    verdict: Verdict | None
    at: int


class Judge:
    """Verifies messages, and remembers for a while what it found."""

    def __init__(self, trust: Trust) -> None:
        self._trust = trust
        self._known: OrderedDict[bytes, Judged] = OrderedDict()
        self._lock = threading.Lock()

    def now(self, unit: Unit, blobs: Blobs, row: MessageRow, now: int) -> Judged:
        """What a message is worth now, or was some minutes ago."""
        with self._lock:
            known = self._known.get(row.digest)
        if known is not None and 0 <= now - known.at < FRESH:
            return known
        found = Judged(self.at(unit, blobs, row, now), now)
        with self._lock:
            self._known[row.digest] = found
            self._known.move_to_end(row.digest)
            while len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        return found

    def at(self, unit: Unit, blobs: Blobs, row: MessageRow, moment: int) -> Verdict | None:
        """What a message is, or was, worth at a time."""
        octets = blobs.read(unit, [row.account_id], PREFIX + row.digest.hex())
        if octets is None:
            return None
        message = Message(octets, row.digest)
        return verify(message, self._trust, datetime.fromtimestamp(moment, UTC))
