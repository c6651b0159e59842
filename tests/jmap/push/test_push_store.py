"""The module's tables, on both databases: the migration makes them, and one process sends."""

from __future__ import annotations

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from cyrpy.data import secrets
from cyrpy.data.database import Database, Location
from cyrpy.data.migrate import core_history, engine, module_history, upgrade
from cyrpy.data.notifier import Notifier
from cyrpy_jmap import store
from cyrpy_jmap.push.courier import Courier
from cyrpy_jmap.push.sender import LEASE
from cyrpy_jmap.push.service import sending
from tests.jmap.push.conftest import HERE, MIGRATIONS, QUICK
from tests.support.clock import Clock


@pytest.fixture(params=["sqlite", "postgresql"])
def location(request, tmp_path) -> Location:
    if request.param == "sqlite":
        made = Location(file=tmp_path / "cyrpy.db")
    else:
        made = Location(url=request.getfixturevalue("postgresql").new_database())
    upgrade(made, [core_history(), module_history("jmap", MIGRATIONS)])
    return made


@pytest.fixture
def others(location, clock):
    """The database, as another process has it."""
    opened = Database(location, publisher=Notifier(), clock=clock)
    yield opened
    opened.close()


def take(database: Database, holder: str, seconds: int = 60) -> bool:
    return database.write(lambda unit: store.take_lease(unit, LEASE, holder, seconds))


def test_the_migration_makes_the_tables_that_the_code_uses(location):
    made = engine(location)
    with made.connect() as connection:
        options = {"include_name": lambda name, kind, _: kind != "table" or name.startswith("jmap")}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, store.metadata) == []
    made.dispose()


def test_a_lease_is_held_by_one(database, others):
    assert take(database, "one")
    assert not take(others, "two")
    assert take(database, "one")  # renewed


def test_the_lease_of_a_dead_process_is_taken_over(database, others, clock: Clock):
    assert take(database, "one")
    clock.advance(60)
    assert take(others, "two")
    assert not take(database, "one")


def test_a_lease_that_is_given_back_is_free_at_once(database, others):
    assert take(database, "one")
    assert take(database, "one", 0)
    assert take(others, "two")


def test_a_secret_is_that_of_who_was_first(database, others):
    assert secrets.obtain(database, "key", lambda: "one") == "one"
    assert secrets.obtain(others, "key", lambda: "two") == "one"


def test_subscriptions_are_added_changed_and_removed(database, site, anna):
    new = store.NewSubscription(
        anna.principal_id, anna.credential_id, store.SUBSCRIPTION, "https://example.com/", "code"
    )
    number = database.write(lambda unit: store.add(unit, new))
    database.write(lambda unit: store.change(unit, number, is_verified=1, types="Email Note"))
    with database.read() as unit:
        row = store.find(unit, number)
        assert (row.is_verified, row.types) == (1, "Email Note")
        assert store.counts(unit, anna.principal_id) == (1, 0)
        assert store.of_credential(unit, anna.credential_id, store.SUBSCRIPTION) == [row]
        assert store.expired(unit, unit.now) == []
    assert database.write(lambda unit: store.remove(unit, [number, 99])) == 1


def test_of_two_workers_one_sends(site, anna, push, certificate):
    """Both run; each change is pushed once."""

    async def scenario(mine, receiver):
        async with sending(site.api, Courier(HERE, certificate[1], site.core.clock), QUICK):
            await mine.subscribe(receiver)
            for _ in range(5):
                state, received = await mine.pushed(receiver)
                assert received.json["changed"] == {"anna": {"Note": state}}
            assert receiver.queue.empty()

    push(scenario)
