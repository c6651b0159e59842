"""Migrations: upward from every revision, each history by itself, never into the unknown."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Index, text
from sqlalchemy.exc import IntegrityError

from cyrpy.data.database import Location
from cyrpy.data.migrate import (
    DatabaseTooNew,
    History,
    MigrationNeeded,
    core_history,
    engine,
    inspect,
    module_history,
    require_current,
    upgrade,
)
from cyrpy.data.tables import metadata
from tests.support.postgresql import Postgresql

CORE = core_history()
JMAP = module_history("jmap", "cyrpy_jmap:migrations")


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Location:
    """A database without any table."""
    if request.param == "sqlite":
        return Location(file=tmp_path / "empty.db")
    server: Postgresql = request.getfixturevalue("postgresql")
    return Location(url=server.new_database("template0"))


def up_to(revision: str, folder: Path) -> History:
    """The core's history as it was when `revision` was the newest."""
    folder.mkdir()
    for path in CORE.folder.glob("[0-9]*.py"):
        if path.name[:4] <= revision:
            shutil.copy(path, folder)
    return History("", folder)


def run(location: Location, sql: str) -> None:
    made = engine(location)
    with made.begin() as opened:
        opened.execute(text(sql))
    made.dispose()


def is_ours(name: str | None, type_: str, parents: object) -> bool:
    """All but the tables that FTS5 makes for itself."""
    del parents
    return type_ != "table" or name is None or not name.startswith("search_index")


def is_of(location: Location) -> Callable[..., bool]:
    """All but what the tables have on another database alone."""

    def included(item: object, name: str, *_: object) -> bool:
        of_postgresql = isinstance(item, Index) and item.info.get("on") == "postgresql"
        return not of_postgresql or location.url is not None

    return included


@pytest.mark.parametrize("revision", CORE.revisions)
def test_each_revision_leads_up_to_the_newest(empty, tmp_path, revision):
    upgrade(empty, [up_to(revision, tmp_path / "old")])
    assert inspect(empty, [CORE])[0].current == revision
    upgrade(empty, [CORE])
    assert inspect(empty, [CORE])[0].is_current


def test_the_migrations_make_what_the_tables_say(empty):
    upgrade(empty, [CORE])
    made = engine(empty)
    with made.connect() as opened:
        opts = {"compare_type": True, "include_name": is_ours, "include_object": is_of(empty)}
        context = MigrationContext.configure(opened, opts=opts)
        assert compare_metadata(context, metadata) == []
    made.dispose()


def test_a_second_upgrade_has_nothing_to_do(empty):
    assert [step.history.name for step in upgrade(empty, [CORE, JMAP])] == ["", "jmap"]
    assert upgrade(empty, [CORE, JMAP]) == []


def test_a_module_that_was_off_finds_its_tables_again(empty):
    upgrade(empty, [CORE, JMAP])
    run(empty, "INSERT INTO jmap_leases (name, holder, until) VALUES ('x', 'y', 0)")
    require_current(empty, [CORE])  # off the line
    upgrade(empty, [CORE])
    require_current(empty, [CORE, JMAP])  # and on again
    with pytest.raises(IntegrityError):
        run(empty, "INSERT INTO jmap_leases (name, holder, until) VALUES ('x', 'y', 0)")


def test_a_module_that_is_new_has_tables_to_be_made(empty):
    upgrade(empty, [CORE])
    with pytest.raises(MigrationNeeded, match=r"\(jmap\): run 'cyrpy db upgrade'"):
        require_current(empty, [CORE, JMAP])


def test_a_database_that_is_newer_is_left_alone(empty):
    upgrade(empty, [CORE])
    run(empty, "UPDATE alembic_version SET version_num = '9999'")
    for act in (upgrade, require_current, inspect):
        with pytest.raises(DatabaseTooNew, match="revision 9999, this cyrpy knows them up to"):
            act(empty, [CORE])
