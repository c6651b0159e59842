"""Recent: what was read from the database, remembered by the state that it was read at.

That is what /get gave of types with few records, by the type's state; and the rules by which
events recur, by when each was last written.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any, Final

MOST: Final = 1024  # answers that are remembered
LARGEST: Final = 64  # records in one of them


class Recent:
    """Answers by what was asked for, each with the state that it is the answer of.

    A hint only: who asks reads the state first, and an answer of another state counts for nothing.
    """

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._kept: dict[Hashable, tuple[int, Sequence[Any]]] = {}

    def find(self, key: Hashable, state: int) -> Sequence[Any] | None:
        """The records that were the answer at `state`; None if that is not known any more."""
        kept = self._kept.get(key)
        return kept[1] if kept is not None and kept[0] == state else None

    def keep(self, key: Hashable, state: int, records: Sequence[Any]) -> None:
        """Remember records, which nobody may change from now on."""
        if len(records) > LARGEST:
            return
        if len(self._kept) >= self._most:
            self._kept.clear()  # threads share it: one step, and no order to keep
        self._kept[key] = (state, records)
