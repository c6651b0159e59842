"""Announcements: which states a viewer is told of, and since when (RFC 8620 §7.1).

A viewer is told of the types whose methods work for it in an account: of all in its own, of those
that something is shared of in others'. How far a receiver has been told is its position: for each
account the modseq up to which every change was announced.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final, NamedTuple

import orjson

from cyrpy.data.relay_moves import modseqs, types_moved
from cyrpy.data.unit import Unit
from cyrpy_jmap.datatype import DataType
from cyrpy_jmap.viewer import Account, Viewer

Position = Mapping[str, int]  # account's wire id -> modseq
TypeStates = dict[str, dict[str, str]]  # account's wire id -> type -> state
POSITION_LENGTH: Final = 4096  # characters that a position may have on the wire
_PART: Final = re.compile(r"([A-Za-z0-9_-]{1,255}):(\d{1,18})", re.ASCII)


class Announcement(NamedTuple):
    """What changed, and the position that includes it."""

    changed: TypeStates
    position: Position
    is_whole: bool = True  # false: more has changed, for which there was no room


class Announcer:
    """Reads what changed for a viewer, of the types that are offered."""

    def __init__(self, types: Iterable[DataType[Any]]) -> None:
        self._types = [t for t in types if t.logged and t.in_account and t.defines("load")]

    def types_in(self, account: Account) -> dict[str, str]:
        """The types of which the viewer is told in an account, with their names in the log."""
        found = (type for type in self._types if type.capability.works_in(account))
        return {type.name: type.log_name or type.name for type in found}

    def now(self, unit: Unit, viewer: Viewer) -> Position:
        """The position that includes everything."""
        accounts = viewer.accounts.values()
        reached = modseqs(unit, [account.id for account in accounts])
        return {a.wire_id: reached[a.id] for a in accounts if a.id in reached}

    def changed(
        self,
        unit: Unit,
        viewer: Viewer,
        since: Position,
        wanted: Collection[str] | None = None,
        room: int | None = None,
    ) -> Announcement:
        """What changed in any account after a position; `wanted` are types, None for all.

        An account that the position does not know, as one that was just shared, has changed in
        everything. No more is taken than fits into `room` octets of JSON, but one account is.
        """
        changed: TypeStates = {}
        position = {id: seen for id, seen in since.items() if id in viewer.accounts}
        reached = modseqs(unit, [account.id for account in viewer.accounts.values()])
        size = 0
        for account in viewer.accounts.values():
            modseq, seen = reached.get(account.id, 0), since.get(account.wire_id, 0)
            if modseq == seen:
                continue
            states = self._states(unit, account, seen if seen < modseq else 0, wanted)
            if states:
                size += len(orjson.dumps({account.wire_id: states}))
                if room is not None and size > room and changed:
                    return Announcement(changed, position, is_whole=False)
                changed[account.wire_id] = states
            position[account.wire_id] = modseq
        return Announcement(changed, position)

    def _states(
        self, unit: Unit, account: Account, since: int, wanted: Collection[str] | None
    ) -> dict[str, str]:
        types = self.types_in(account)
        if wanted is not None:
            types = {type: logged for type, logged in types.items() if type in wanted}
        names = list(dict.fromkeys(types.values()))
        moved = types_moved(unit, account.id, names, since) if types else {}
        return {type: str(moved[name]) for type, name in types.items() if name in moved}


def write_position(position: Position) -> str:
    """A position as clients keep it; accounts for which there is no room are left out."""
    parts: list[str] = []
    length = 0
    for id, modseq in position.items():
        part = f"{id}:{modseq}"
        length += len(part) + 1
        if length > POSITION_LENGTH:
            break
        parts.append(part)
    return ",".join(parts)


def read_position(text: str) -> Position | None:
    """The position that `write_position` wrote; None if it did not write this."""
    if len(text) > POSITION_LENGTH:
        return None
    matches = [_PART.fullmatch(part) for part in text.split(",")]
    found = {match[1]: int(match[2]) for match in matches if match}
    return found if len(found) == len(matches) else None


def state_change(changed: TypeStates, **members: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    """A StateChange object."""
    return {"@type": "StateChange", "changed": changed, **members}
