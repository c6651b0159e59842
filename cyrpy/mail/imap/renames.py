"""Which folders that are new on the server are those that are missing there; pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from cyrpy.data.imap_folders import FolderRow
from cyrpy.mail.imap.client import Selected


class Renamed(NamedTuple):
    """A folder and its new path."""

    folder: FolderRow
    path: str


def renamed(
    gone: Sequence[FolderRow],
    new: Mapping[str, Selected],
    is_same: Callable[[FolderRow, str], bool],
) -> list[Renamed]:
    """Folders that have only another name: with the same UIDVALIDITY, and what is in them.

    Some servers have one UIDVALIDITY for all folders; so `is_same` looks into a folder, and where
    two could be the same one, neither is.
    """
    found: list[Renamed] = []
    taken: set[str] = set()
    for folder in gone:
        fitting = [
            path
            for path, there in new.items()
            if path not in taken and _may_be(folder, there) and is_same(folder, path)
        ]
        if len(fitting) == 1:
            found.append(Renamed(folder, fitting[0]))
            taken.add(fitting[0])
    return found


def _may_be(folder: FolderRow, there: Selected) -> bool:
    return 0 < folder.uid_validity == there.uid_validity and folder.uid_next <= there.uid_next


def parents(
    found: Iterable[Renamed], gone: Sequence[FolderRow], new: Iterable[str], delimiter: str
) -> list[Renamed]:
    """Folders without mail of their own, which were renamed as those inside them were."""
    by_path = {one.path: one for one in gone}
    closed = set(new)
    moved: dict[str, Renamed] = {}
    for one in found if delimiter else ():
        old, path = one.folder.path or "", one.path
        while delimiter in old and delimiter in path:
            old, _, last_old = old.rpartition(delimiter)
            path, _, last = path.rpartition(delimiter)
            if last_old != last:
                break
            row = by_path.get(old)
            if row is not None and path in closed:
                moved.setdefault(old, Renamed(row, path))
    return list(moved.values())
