"""A drive as a dictionary: what RFC 4918 says of trees and locks, in the plainest way."""

from __future__ import annotations

from dataclasses import dataclass, field

Path = tuple[str, ...]


@dataclass(frozen=True)
class Lock:
    path: Path
    deep: bool
    exclusive: bool
    token: str

    def covers(self, path: Path) -> bool:
        return path == self.path or (self.deep and within(path, self.path))


def within(path: Path, other: Path) -> bool:
    """Whether it is below the other."""
    return len(path) > len(other) and path[: len(other)] == other


@dataclass
class Model:
    """Files are octets, folders None; each method gives the status that is expected."""

    tree: dict[Path, bytes | None] = field(default_factory=lambda: {(): None})
    locks: list[Lock] = field(default_factory=list)

    def is_folder(self, path: Path) -> bool:
        return path in self.tree and self.tree[path] is None

    def locked(self, path: Path, *, membership: bool = False, tree: bool = False) -> bool:
        points = [path, *([path[:-1]] if membership else [])]
        below = tree and any(within(lock.path, path) for lock in self.locks)
        return below or any(lock.covers(point) for point in points for lock in self.locks)

    def put(self, path: Path, octets: bytes, *, tokens: bool) -> int:
        if not self.is_folder(path[:-1]):
            return 409
        if self.is_folder(path):
            return 405
        new = path not in self.tree
        if not tokens and self.locked(path, membership=new):
            return 423
        self.tree[path] = octets
        return 201 if new else 204

    def mkcol(self, path: Path, *, tokens: bool) -> int:
        if path in self.tree:
            return 405
        if not self.is_folder(path[:-1]):
            return 409
        if not tokens and self.locked(path, membership=True):
            return 423
        self.tree[path] = None
        return 201

    def delete(self, path: Path, *, tokens: bool) -> int:
        if path not in self.tree:
            return 404
        if not tokens and self.locked(path, membership=True, tree=True):
            return 423
        self.drop(path)
        self.unlock_all(path)
        return 204

    def drop(self, path: Path) -> None:
        self.tree = {p: o for p, o in self.tree.items() if p != path and not within(p, path)}

    def unlock_all(self, path: Path, *, root: bool = True) -> None:
        self.locks = [
            lock
            for lock in self.locks
            if not within(lock.path, path) and not (root and lock.path == path)
        ]

    def transfer(
        self, source: Path, target: Path, *, move: bool, overwrite: bool, tokens: bool
    ) -> int:
        if source not in self.tree:
            return 404
        if not self.is_folder(target[:-1]):
            return 409
        if target == source or within(target, source) or within(source, target):
            return 403
        exists = target in self.tree
        if exists and not overwrite:
            return 412
        held = move and self.locked(source, membership=True, tree=True)
        if not tokens and (held or self.locked(target, membership=not exists, tree=exists)):
            return 423
        taken = {
            target + p[len(source) :]: o
            for p, o in self.tree.items()
            if p == source or within(p, source)
        }
        self.drop(target)
        self.unlock_all(target, root=False)
        if move:
            self.drop(source)
            self.unlock_all(source)
        self.tree.update(taken)
        return 204 if exists else 201

    def lock(self, path: Path, *, deep: bool, exclusive: bool, tokens: bool) -> int:
        """The caller adds the lock, whose token it learns."""
        if not self.is_folder(path[:-1]):
            return 409
        if any(k.covers(path) and (k.exclusive or exclusive) for k in self.locks):
            return 423
        below = [k for k in self.locks if within(k.path, path) and (k.exclusive or exclusive)]
        if self.is_folder(path) and deep and below:
            return 207
        if path in self.tree:
            return 200
        if not tokens and self.locked(path, membership=True):
            return 423
        self.tree[path] = b""
        return 201
