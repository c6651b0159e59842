"""Whatever is done on both sides, and wherever the wire is cut: in the end both are equal."""

from __future__ import annotations

from contextlib import suppress
from itertools import count

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cyrpy.errors import CyrpyError
from cyrpy.groupware import mail_recount
from tests.imap.conftest import Account, There, letter
from tests.support.imap_server import Wire

NUMBERS = count(1)
FOLDERS = ("INBOX", "Work", "Play", "Rest")
FLAGS = {"$seen": r"\Seen", "$flagged": r"\Flagged", "$answered": r"\Answered"}
ANSWERS = (b"APPENDUID", b"COPYUID", b"EXPUNGE", b"FETCH", b"STORE")

where = st.sampled_from(FOLDERS)
which = st.integers(0, 5)
flag = st.sampled_from(sorted(FLAGS))
side = st.sampled_from(["here", "there"])
name = st.sampled_from(["Work", "Play", "Rest"])
operations = st.one_of(
    st.tuples(st.just("add"), side, where, flag),
    st.tuples(st.just("flag"), side, where, which, flag, st.booleans()),
    st.tuples(st.just("move"), side, where, which, where),
    st.tuples(st.just("copy"), side, where, which, where),
    st.tuples(st.just("remove"), side, where, which),
    st.tuples(st.just("make"), side, name),
    st.tuples(st.just("rename"), side, name, name),
    st.tuples(st.just("drop"), side, name),
    st.tuples(st.just("sync"), st.none()),
    st.tuples(st.just("cut"), st.none(), st.sampled_from(ANSWERS)),
)


class Here:
    """Operations on the account."""

    def __init__(self, account: Account) -> None:
        self.account = account

    def subjects(self, path: str) -> list[str]:
        return sorted(self.account.rows(path))

    def add(self, path: str, word: str) -> None:
        self.account.add(letter(f"m{next(NUMBERS)}"), path, word)

    def flag(self, path: str, subject: str, word: str, adds: bool) -> None:
        row = self.account.rows(path)[subject]
        words = row.keyword_set | {word} if adds else row.keyword_set - {word}
        self.account.mark(row, *words)

    def move(self, path: str, subject: str, to: str) -> None:
        row = self.account.rows(path)[subject]
        self._file(row, row.mailbox_ids - {self._id(path)} | {self._id(to)})

    def copy(self, path: str, subject: str, to: str) -> None:
        row = self.account.rows(path)[subject]
        self._file(row, row.mailbox_ids | {self._id(to)})

    def remove(self, path: str, subject: str) -> None:
        self.account.destroy(self.account.rows(path)[subject])

    def make(self, path: str) -> None:
        self.account.make_box(path)

    def rename(self, path: str, new: str) -> None:
        self.account.change_box(path, name=new)

    def drop(self, path: str) -> None:
        self.account.destroy_box(path)

    def paths(self) -> set[str]:
        return set(self.account.boxes())

    def _id(self, path: str) -> int:
        return self.account.boxes()[path].id

    def _file(self, row, numbers) -> None:
        paths = [path for path, box in self.account.boxes().items() if box.id in numbers]
        self.account.file(row, *paths)


class Elsewhere:
    """Operations on the server."""

    def __init__(self, there: There) -> None:
        self.there = there

    def subjects(self, path: str) -> list[str]:
        return sorted({subject for subject, _ in self.there.mail()[path]})

    def add(self, path: str, word: str) -> None:
        self.there.add(letter(f"m{next(NUMBERS)}"), path, FLAGS[word])

    def flag(self, path: str, subject: str, word: str, adds: bool) -> None:
        changes = {"add" if adds else "remove": FLAGS[word]}
        self.there.flag(subject, path, **changes)

    def move(self, path: str, subject: str, to: str) -> None:
        if path != to:
            self.there.move(subject, path, to)

    def copy(self, path: str, subject: str, to: str) -> None:
        if path != to:
            self.there.copy(subject, path, to)

    def remove(self, path: str, subject: str) -> None:
        self.there.expunge(subject, path)

    def make(self, path: str) -> None:
        with self.there.server.client() as client:
            client.create_folder(path)

    def rename(self, path: str, new: str) -> None:
        with self.there.server.client() as client:
            client.rename_folder(path, new)

    def drop(self, path: str) -> None:
        with self.there.server.client() as client:
            client.delete_folder(path)

    def paths(self) -> set[str]:
        return set(self.there.mail())


def apply(account: Account, there: There, wire: Wire, operation) -> None:
    name, who, *rest = operation
    if name in {"sync", "cut"}:
        sync(account, wire, rest[0] if rest else None)
        return
    side = Here(account) if who == "here" else Elsewhere(there)
    paths = side.paths()
    if name in {"make", "rename", "drop"}:
        if (rest[0] in paths) == (name != "make") and not paths & set(rest[1:]):
            getattr(side, name)(*rest)
    elif {one for one in rest if one in FOLDERS} <= paths:
        handle(side, name, rest)


def sync(account: Account, wire: Wire, cut_at: bytes | None) -> None:
    """Make both sides equal, as far as the wire lets that be."""
    wire.cut_at = cut_at
    with suppress(CyrpyError):
        account.sync()
    if wire.cuts:
        account.session.abort()
        account.session = account.fresh_session()
    wire.cut_at, wire.cuts = None, 0


def handle(side: Here | Elsewhere, name: str, rest: list) -> None:
    """Do something with a message, if there is one."""
    if name == "add":
        side.add(*rest)
        return
    path, number, *others = rest
    subjects = side.subjects(path)
    if subjects:
        getattr(side, name)(path, subjects[number % len(subjects)], *others)


@settings(
    max_examples=6,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(operations, min_size=5, max_size=15))
def test_both_sides_end_equal(account: Account, there: There, wire: Wire, sequence):
    there.server.clear()
    with there.server.client() as client:
        for path in ("Work", "Play"):
            client.create_folder(path)
    account.sync()
    for operation in sequence:
        apply(account, there, wire, operation)
    wire.cut_at = None
    for _ in range(3):
        account.sync()
    assert set(account.mail()) == set(there.mail())
    for path, messages in there.mail().items():
        assert account.mail()[path] == sorted(set(messages)), path
    states = account.state("Email"), account.state("Mailbox")
    account.sync()
    assert (account.state("Email"), account.state("Mailbox")) == states
    account.write(lambda unit: mail_recount.repair(unit, account.id))  # finds nothing
    assert account.state("Mailbox") == states[1]
