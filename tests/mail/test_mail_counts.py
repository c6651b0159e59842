"""Counts, threads and the log are right after any sequence of changes, on both databases."""

from __future__ import annotations

import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import bindparam, select

from cyrpy.data import changes, mailboxes, messages, tables
from cyrpy.data.blobs import Blobs
from cyrpy.data.database import Database, Location
from cyrpy.data.mailboxes import NewMailbox
from cyrpy.data.messages_deleted import all_of as deleted
from cyrpy.data.notifier import Notifier
from cyrpy.data.statement import Query
from cyrpy.groupware import mail, mail_deleted, mail_recount
from cyrpy.groupware import mailboxes as groupware
from cyrpy.groupware.access import Actor
from cyrpy.groupware.mail import Placing
from tests.mail.messages import NUMBERS, message
from tests.support.accounts import new_account
from tests.support.clock import Clock

ALL_IDS = Query[tuple[int]](
    select(tables.messages.c.id).where(tables.messages.c.account_id == bindparam("account_id"))
)
BLOBS = Blobs(Path("/nonexistent"))  # all are small, and so are rows
NAMES = ("inbox", "trash", "archive", "plain")
WORDS = ("$seen", "$draft", "$flagged", "blue")
SUBJECTS = ("one", "Re: one", "two")

boxes = st.sets(st.sampled_from(range(4)), min_size=1)
words = st.sets(st.sampled_from(WORDS))
which = st.integers(0, 30)
steps = st.one_of(
    st.tuples(
        st.just("import"), boxes, words, st.lists(which, max_size=3), st.sampled_from(SUBJECTS)
    ),
    st.tuples(st.just("file"), which, boxes),
    st.tuples(st.just("flag"), which, words),
    st.tuples(st.just("destroy"), which),
    st.tuples(st.just("restore"), which),
    st.tuples(st.just("trash"), st.integers(0, 3)),
)


class Model:
    """An account with four mailboxes, and what a client knows of it."""

    def __init__(self, database) -> None:
        self.database = database
        self.account = new_account(database, f"user{next(NUMBERS)}")
        self.actor = Actor(self.account, frozenset({self.account}))
        self.boxes = database.write(self._make)
        self.octets: dict[bytes, bytes] = {}
        self.known: set[str] = set()
        self.threads: dict[str, set[str]] = {}
        self.states = dict.fromkeys(("Email", "Thread", "Mailbox"), "0")
        self.number = 0

    def _make(self, unit):
        roles = ("inbox", "trash", "archive", None)
        return [
            mailboxes.create(unit, self.account, NewMailbox(name, role)).id
            for name, role in zip(NAMES, roles, strict=True)
        ]

    def _pick(self, unit, index):
        rows = sorted(self._rows(unit), key=lambda row: row.id)
        return rows[index % len(rows)] if rows else None

    def _rows(self, unit):
        ids = [number for (number,) in unit.all(ALL_IDS, account_id=self.account)]
        return unit.all(messages.OF_IDS, account_id=self.account, ids=ids)

    def do(self, step) -> None:
        self.database.write(lambda unit: getattr(self, f"_{step[0]}")(unit, *step[1:]))
        with self.database.read() as unit:
            assert mail_recount.differences(unit, self.account) == []
            self._follow(unit)

    def _import(self, unit, chosen, keywords, parents, subject):
        self.number += 1
        references = " ".join(f"<{n % max(self.number, 1)}@x>" for n in parents) or None
        octets = message(subject, Message_ID=f"<{self.number}@x>", References=references)
        arrival = mail.prepare(octets)
        self.octets[arrival.digest] = octets
        BLOBS.store(unit, self.account, octets, mail.MEDIA_TYPE)
        places = frozenset(self.boxes[n] for n in chosen)
        mail.import_message(unit, self.account, arrival, Placing(places, frozenset(keywords)))

    def _file(self, unit, index, chosen):
        row = self._pick(unit, index)
        if row is not None:
            mail.update(unit, row, mailbox_ids=frozenset(self.boxes[n] for n in chosen))

    def _flag(self, unit, index, keywords):
        row = self._pick(unit, index)
        if row is not None:
            mail.update(unit, row, keywords=frozenset(keywords))

    def _destroy(self, unit, index):
        row = self._pick(unit, index)
        if row is not None:
            mail.destroy(unit, row)

    def _restore(self, unit, index):
        rows = deleted(unit, self.account)
        if rows:
            row = rows[index % len(rows)]
            mail_deleted.restore(unit, row, mail.prepare(self.octets[row.digest]))

    def _trash(self, unit, index):
        """Another mailbox becomes the trash."""
        for view in groupware.visible(unit, self.account, self.actor):
            if view.row.role == "trash" and view.row.id != self.boxes[index]:
                groupware.update(unit, view, self.actor, {"role": None})
        for view in groupware.visible(unit, self.account, self.actor):
            if view.row.id == self.boxes[index]:
                groupware.update(unit, view, self.actor, {"role": "trash"})

    def _follow(self, unit) -> None:
        """A client that follows the changes knows what is there, and threads never change."""
        rows = {row.wire_id: row for row in self._rows(unit)}
        found = changes.changes_since(unit, self.account, "Email", self.states["Email"])
        assert not self.known & set(found.created)
        assert set(found.updated) <= self.known
        assert set(found.destroyed) <= self.known
        self.known = (self.known | set(found.created)) - set(found.destroyed)
        assert self.known == set(rows)
        threads: dict[str, set[str]] = {}
        for row in rows.values():
            threads.setdefault(f"T{row.thread_id}", set()).add(row.wire_id)
        moved = changes.changes_since(unit, self.account, "Thread", self.states["Thread"])
        for id in moved.destroyed:
            del self.threads[id]
        for id in (*moved.created, *moved.updated):
            self.threads[id] = threads[id]
        assert self.threads == threads
        self.states["Email"], self.states["Thread"] = found.new, moved.new


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def shared_database(request, tmp_path_factory):
    """One database of each kind for all examples, each of which has an account of its own."""
    if request.param == "sqlite":
        path = tmp_path_factory.mktemp("counts") / "cyrpy.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        location = Location(file=path)
    else:
        location = Location(url=request.getfixturevalue("postgresql").new_database())
    opened = Database(location, publisher=Notifier(), clock=Clock())
    yield SimpleNamespace(database=opened)
    opened.close()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(steps, min_size=5, max_size=30))
def test_counts_and_changes_are_right_after_every_step(shared_database, sequence):
    model = Model(shared_database.database)
    for step in sequence:
        model.do(step)
