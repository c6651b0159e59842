"""Creation ids of a classic request: any string, and of its own for each type of record.

RFC 8620 has one map for all types and a narrow alphabet, so each pair of type and creation id is
given a name there: the calendar created as `new one` is `Calendar-1` to the engine.
"""

from __future__ import annotations

import re
from typing import Final

SHOWN: Final = 80  # characters of a creation id in a description
_REFERENCE: Final = re.compile(r"#([A-Za-z]+-[0-9]+)")


class CreationNames:
    """The names in one request, in both directions."""

    def __init__(self) -> None:
        self._names: dict[tuple[str, str], str] = {}
        self._creation_ids: dict[str, str] = {}

    def name(self, type: str, creation_id: str) -> str:
        """What the engine calls the record that is created as `creation_id`."""
        key = (type, creation_id)
        name = self._names.get(key)
        if name is None:
            name = self._names[key] = f"{type}-{len(self._names) + 1}"
            self._creation_ids[name] = creation_id
        return name

    def creation_id(self, name: str) -> str:
        """What the client calls it."""
        return self._creation_ids.get(name, name)

    def reference(self, type: str, value: str) -> str:
        """An id, or `#cid`, for the engine."""
        return f"#{self.name(type, value[1:])}" if value[:1] == "#" else value

    def restore(self, value: str) -> str:
        """An id, or `#name`, as the client wrote it."""
        return f"#{self.creation_id(value[1:])}" if value[:1] == "#" else value

    def restore_text(self, text: str) -> str:
        """A description in which references stand as the client wrote them."""
        return _REFERENCE.sub(lambda found: f"#{self.creation_id(found[1])[:SHOWN]}", text)
