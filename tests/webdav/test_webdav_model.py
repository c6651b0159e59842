"""Whatever is done to a drive, it is as the model says; and so are the statuses."""

from __future__ import annotations

import shutil
from itertools import count

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

import cyrpy_webdav
from cyrpy.data.database import Database, Location
from cyrpy.data.notifier import Notifier
from tests.support.clock import Clock
from tests.support.dav import MODULES, Server, clark
from tests.webdav.drive import Drive
from tests.webdav.model import Lock, Model, Path

# Short ones are common: most of what is tried should be possible.
PATHS = st.sampled_from(
    [("a",), ("b",)] * 3
    + [(x, y) for x in "ab" for y in "ab"] * 2
    + [("a", x, y) for x in "ab" for y in "ab"]
)


@pytest.fixture
def drives(sqlite_template, tmp_path):
    """Makes a drive of a new user."""
    shutil.copy(sqlite_template, tmp_path / "cyrpy.db")
    database = Database(
        Location(file=tmp_path / "cyrpy.db", synchronous="normal"),
        publisher=Notifier(),
        clock=Clock(),
    )
    server = Server(
        database,
        tmp_path,
        modules=(*MODULES, cyrpy_webdav.module),
        limits={"allow_infinite_depth": True},
    )
    numbers = count()
    yield lambda: Drive(server.client(f"user{next(numbers)}"))
    database.close()


class Changes(RuleBasedStateMachine):
    """One user's changes, some of them with the tokens of all locks."""

    def __init__(self, drive: Drive) -> None:
        super().__init__()
        self.drive = drive
        self.model = Model()
        self.written = count(1)
        for path in [("a",), ("a", "a"), ("b",)]:
            self.drive.folder("/".join(path) + "/")
            self.model.mkcol(path, tokens=True)

    def headers(self, tokens: bool) -> dict[str, str]:
        lists = "".join(f" ({lock.token})" for lock in self.model.locks)
        return {"if": f"(Not <DAV:no-lock>){lists}"} if tokens else {}

    @rule(path=PATHS, tokens=st.booleans())
    def put(self, path: Path, tokens: bool) -> None:
        octets = b"x" * next(self.written)
        headers = self.headers(tokens)
        answer = self.drive.put("/".join(path), octets, **headers)
        assert answer.status == self.model.put(path, octets, tokens=tokens)

    @rule(path=PATHS, tokens=st.booleans())
    def mkcol(self, path: Path, tokens: bool) -> None:
        headers = self.headers(tokens)
        answer = self.drive.request("MKCOL", "/".join(path) + "/", **headers)
        assert answer.status == self.model.mkcol(path, tokens=tokens)

    @rule(path=PATHS, tokens=st.booleans())
    def delete(self, path: Path, tokens: bool) -> None:
        headers = self.headers(tokens)
        answer = self.drive.request("DELETE", "/".join(path), **headers)
        assert answer.status == self.model.delete(path, tokens=tokens)

    @rule(
        source=PATHS,
        destination=PATHS,
        move=st.booleans(),
        overwrite=st.booleans(),
        tokens=st.booleans(),
    )
    def transfer(
        self, source: Path, destination: Path, move: bool, overwrite: bool, tokens: bool
    ) -> None:
        headers = self.headers(tokens) | {"overwrite": "T" if overwrite else "F"}
        method = "MOVE" if move else "COPY"
        answer = self.drive.transfer(method, "/".join(source), "/".join(destination), **headers)
        assert answer.status == self.model.transfer(
            source, destination, move=move, overwrite=overwrite, tokens=tokens
        )

    @rule(path=PATHS, deep=st.booleans(), exclusive=st.booleans(), tokens=st.booleans())
    def lock(self, path: Path, deep: bool, exclusive: bool, tokens: bool) -> None:
        headers = self.headers(tokens) | {"depth": "infinity" if deep else "0"}
        scope = "exclusive" if exclusive else "shared"
        answer = self.drive.lock("/".join(path), scope, **headers)
        status = self.model.lock(path, deep=deep, exclusive=exclusive, tokens=tokens)
        assert answer.status == status
        if status in {200, 201}:
            deep = deep and self.model.is_folder(path)
            token = answer.headers["lock-token"]
            self.model.locks.append(Lock(path, deep, exclusive, token))

    @rule(choice=st.integers(0, 9))
    def unlock(self, choice: int) -> None:
        if not self.model.locks:
            return
        lock = self.model.locks.pop(choice % len(self.model.locks))
        path = "/".join(lock.path)
        answer = self.drive.request("UNLOCK", path, lock_token=lock.token)
        assert answer.status == 204

    @invariant()
    def tree_is_the_model(self) -> None:
        answer = self.drive.client.propfind(
            self.drive.root, "D:getcontentlength", "D:lockdiscovery", depth="infinity"
        )
        sizes: dict[Path, int | None] = {}
        locks: dict[Path, int] = {}
        for href, response in answer.responses.items():
            path = tuple(href.removeprefix(self.drive.root).split("/"))
            path = path[:-1] if href.endswith("/") else path
            size = response.found[200].get(clark("D:getcontentlength"))
            sizes[path] = None if size is None else int(size)
            locks[path] = len(list(response.element.iter(clark("D:activelock"))))
        tree = self.model.tree
        assert sizes == {p: None if o is None else len(o) for p, o in tree.items()}
        assert locks == {p: sum(k.covers(p) for k in self.model.locks) for p in tree}

    def teardown(self) -> None:
        for path, octets in self.model.tree.items():
            if octets is not None:
                assert self.drive.text("/".join(path)) == octets
        used = self.drive.client.get(self.drive.root, "D:quota-used-bytes")
        assert used == str(sum(len(octets or b"") for octets in self.model.tree.values()))


def test_a_drive_is_what_the_model_says(drives):
    run_state_machine_as_test(
        lambda: Changes(drives()),
        settings=settings(
            max_examples=30,
            stateful_step_count=50,
            deadline=None,
            phases=[Phase.explicit, Phase.reuse, Phase.generate],  # shrinking takes minutes
            suppress_health_check=list(HealthCheck),
        ),
    )
