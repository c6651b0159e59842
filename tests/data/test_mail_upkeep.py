"""What mail's tables are made of by migrations, and statistics that are really there."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import text

from cyrpy.data.database import Database, Location
from cyrpy.data.migrate import History, core_history, engine, upgrade
from cyrpy.data.notifier import Notifier
from tests.support.postgresql import Postgresql

CORE = core_history()
MESSAGE = (
    "INSERT INTO messages (account_id, id, thread_id, digest, size, received_at, mailboxes, "
    "keywords, from_key, to_key, subject_key, has_attachment, rendering, properties, structure, "
    "created_modseq, updated_modseq) VALUES (1, :id, :id, :digest, 1, 1, '1', :keywords, '', '', "
    "'', 0, 1, :nothing, :nothing, 1, 1)"
)
ACCOUNT = (
    "INSERT INTO principals (id, name, wire_id, type, display_name, created_at, epoch) "
    "VALUES (1, 'a', 'a', 'individual', '', 1, 1)",
    "INSERT INTO accounts (id, modseq, next_id, first_modseq, log_starts_after) "
    "VALUES (1, 1, 9, 0, 0)",
)
KEYWORD = "INSERT INTO message_keywords VALUES (1, '$seen', 2, 2)"


def before(name: str, folder: Path) -> History:
    """The core's history up to the revision before the one in the file of that name."""
    folder.mkdir()
    for path in sorted(CORE.folder.glob("[0-9]*.py")):
        if path.stem.endswith(name):
            return History("", folder)
        shutil.copy(path, folder)
    raise AssertionError(name)


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Location:
    """A database without any table."""
    if request.param == "sqlite":
        return Location(file=tmp_path / "empty.db")
    server: Postgresql = request.getfixturevalue("postgresql")
    return Location(url=server.new_database("template0"))


def test_old_mail_that_is_unread_is_indexed(empty, tmp_path):
    upgrade(empty, [before("mail_speed", tmp_path / "old")])
    made = engine(empty)
    with made.begin() as connection:
        for statement in ACCOUNT:
            connection.execute(text(statement))
        for id, keywords in ((1, ""), (2, "$seen")):
            row = {"id": id, "digest": b"%032d" % id, "keywords": keywords, "nothing": b"{}"}
            connection.execute(text(MESSAGE), row)
        connection.execute(text(KEYWORD))
    upgrade(empty, [CORE])
    with made.begin() as connection:
        query = text("SELECT message_id, keyword FROM message_keywords ORDER BY message_id")
        assert connection.execute(query).fetchall() == [(1, "(unseen)"), (2, "$seen")]
    made.dispose()


def test_tidying_leaves_statistics(tmp_path, sqlite_template):
    path = tmp_path / "cyrpy.db"
    shutil.copy(sqlite_template, path)
    with sqlite3.connect(path) as connection:
        connection.execute("INSERT INTO blobs VALUES (x'00', 1, x'00', 1)")
    connection.close()
    database = Database(Location(file=path), publisher=Notifier(), clock=lambda: 0.0)
    database.tidy()
    database.close()
    connection = sqlite3.connect(path)
    assert connection.execute("SELECT 1 FROM sqlite_stat1 WHERE tbl = 'blobs'").fetchone()
    connection.close()
