"""What was found out of objects before: whether one has an instance in a time range.

The key is the entity tag, a digest of the octets, so no answer is ever outdated; what is not
known is found out anew.
"""

from __future__ import annotations

from datetime import tzinfo
from typing import Final

from cyrpy.formats.ical.series import Window

MOST: Final = 50_000  # answers, of which the older half goes when there are more

Key = tuple[str, Window, tzinfo]  # entity tag, time range, zone of floating times


class Answers:
    """Answers by key, of one process; threads may use it side by side."""

    __slots__ = ("_newer", "_older")

    def __init__(self) -> None:
        self._newer: dict[Key, bool] = {}
        self._older: dict[Key, bool] = {}

    def get(self, key: Key) -> bool | None:
        """The answer; None if it is not known."""
        found = self._newer.get(key)
        if found is None:
            found = self._older.get(key)
            if found is not None:
                self._newer[key] = found
        return found

    def put(self, key: Key, answer: bool) -> None:
        """Remember an answer."""
        if len(self._newer) >= MOST // 2:
            self._older, self._newer = self._newer, {}
        self._newer[key] = answer
