"""Units: all or nothing, one modseq an account, one notification after the commit."""

from __future__ import annotations

import asyncio
import threading
from contextlib import suppress

import pytest
from sqlalchemy import bindparam, select

from cyrpy.data import changes
from cyrpy.data.database import Database
from cyrpy.data.notifier import Notifier
from cyrpy.data.statement import Query
from cyrpy.data.tables import accounts
from cyrpy.data.unit import ChangeKind, StateChanges, Unit
from tests.support.accounts import new_account

MODSEQ = Query[tuple[int]](select(accounts.c.modseq).where(accounts.c.id == bindparam("id")))


class Boom(Exception):
    """What a unit raises that fails."""


@pytest.fixture
def account(database: Database) -> int:
    return new_account(database, "anna")


def modseq(database: Database, account: int) -> int:
    with database.read() as unit:
        return unit.value(MODSEQ, id=account)


def touch(account: int, object_id: str = "C1", type: str = "Calendar"):
    return lambda unit: unit.record(account, type, object_id, ChangeKind.UPDATED)


def test_a_unit_has_one_modseq_however_much_it_records(database, account):
    def work(unit: Unit) -> set[int]:
        return {unit.record(account, "Calendar", f"C{n}", ChangeKind.CREATED) for n in range(5)}

    assert database.write(work) == {1}
    assert modseq(database, account) == 1


def test_what_raises_leaves_nothing_behind(database, account):
    def work(unit: Unit) -> None:
        unit.record(account, "Calendar", "C1", ChangeKind.CREATED)
        raise Boom

    with pytest.raises(Boom):
        database.write(work)
    with database.read() as unit:
        assert changes.state(unit, account, "Calendar") == 0
    assert modseq(database, account) == 0


def test_a_savepoint_undoes_its_part_alone(database, account):
    def work(unit: Unit) -> None:
        unit.record(account, "Calendar", "C1", ChangeKind.CREATED)
        with suppress(Boom), unit.savepoint():
            unit.record(account, "Calendar", "C2", ChangeKind.CREATED)
            raise Boom
        unit.record(account, "Calendar", "C3", ChangeKind.CREATED)

    database.write(work)
    with database.read() as unit:
        assert changes.changes_since(unit, account, "Calendar", "0").created == ["C1", "C3"]


def test_a_savepoint_that_moved_the_account_first_gives_its_modseq_back(database, account):
    def work(unit: Unit) -> int:
        with suppress(Boom), unit.savepoint():
            unit.record(account, "Calendar", "C1", ChangeKind.CREATED)
            raise Boom
        return unit.record(account, "Calendar", "C2", ChangeKind.CREATED)

    assert database.write(work) == 1
    assert modseq(database, account) == 1


def test_a_unit_may_move_several_accounts(database, account):
    other = new_account(database, "bert")

    def work(unit: Unit) -> tuple[int, int]:
        first = unit.record(account, "Calendar", "C1", ChangeKind.CREATED)
        return first, unit.record(other, "Calendar", "C1", ChangeKind.CREATED)

    database.write(touch(account))
    assert database.write(work, [other, account]) == (2, 1)


def test_numbers_of_objects_are_never_given_twice(database, account):
    first = database.write(lambda unit: [unit.new_id(account) for _ in range(3)])
    second = database.write(lambda unit: unit.new_id(account))
    assert [*first, second] == [1, 2, 3, 4]


def test_a_reader_sees_one_moment(database, account):
    with database.read() as unit:
        before = unit.value(MODSEQ, id=account)
        writer = threading.Thread(target=database.write, args=(touch(account),))
        writer.start()
        writer.join()
        assert unit.value(MODSEQ, id=account) == before
    assert modseq(database, account) == before + 1


def test_many_threads_write_without_losing_a_change(database, account):
    def write_some() -> None:
        for _ in range(20):
            database.write(touch(account), [account])

    threads = [threading.Thread(target=write_some) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert modseq(database, account) == 120


def test_one_notification_follows_a_commit_and_none_a_failure(database, account, notifier):
    async def scenario() -> list[StateChanges]:
        received: list[StateChanges] = []
        done = asyncio.Event()

        def receive(moved: StateChanges) -> None:
            received.append(moved)
            done.set()

        notifier.subscribe([account], receive)

        def fail(unit: Unit) -> None:
            unit.record(account, "Calendar", "C1", ChangeKind.CREATED)
            raise Boom

        def work(unit: Unit) -> None:
            unit.record(account, "Calendar", "C1", ChangeKind.CREATED)
            unit.record(account, "Mailbox", "M1", ChangeKind.CREATED)

        loop = asyncio.get_running_loop()
        with pytest.raises(Boom):
            await loop.run_in_executor(None, database.write, fail)
        await loop.run_in_executor(None, database.write, work)
        await asyncio.wait_for(done.wait(), 5)
        return received

    assert asyncio.run(scenario()) == [{account: {"Calendar": 1, "Mailbox": 1}}]


def test_a_closed_subscription_receives_nothing(database, account):
    async def scenario() -> list[StateChanges]:
        received: list[StateChanges] = []
        other: list[StateChanges] = []
        own = Notifier()
        subscription = own.subscribe([account], received.append)
        done = asyncio.Event()
        own.subscribe([account], lambda moved: (other.append(moved), done.set()))
        subscription.close()
        own.publish({account: {"Calendar": 1}})
        await asyncio.wait_for(done.wait(), 5)
        return received

    assert asyncio.run(scenario()) == []


def test_those_who_lock_two_accounts_crosswise_both_get_through(database, account):
    """On PostgreSQL one is in the other's way, and begins anew with both locked."""
    other = new_account(database, "bert")
    both_hold_one = threading.Barrier(2)
    attempts: list[int] = []

    def crosswise(first: int, second: int):
        def work(unit: Unit) -> None:
            attempts.append(first)
            touch(first)(unit)
            if database.dialect == "postgresql" and attempts.count(first) == 1:
                both_hold_one.wait(timeout=30)
            touch(second)(unit)

        return work

    pairs = ((account, other), (other, account))
    threads = [threading.Thread(target=database.write, args=(crosswise(*pair),)) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (modseq(database, account), modseq(database, other)) == (2, 2)
    assert len(attempts) <= 3
