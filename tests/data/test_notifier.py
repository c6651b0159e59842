"""The notifier between processes: two of them on one database, of either kind."""

from __future__ import annotations

import asyncio
import socket
import stat
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyrpy.data.database import Database, Location
from cyrpy.data.notifier import Notifier, Subscription
from cyrpy.data.relay import merge, pack, unpack
from cyrpy.data.relay_socket import SocketLink
from cyrpy.data.unit import ChangeKind, StateChanges, Unit
from tests.support.accounts import new_account

PATIENCE = 20  # seconds until a test fails


class Worker:
    """What one worker process has."""

    def __init__(self, location: Location, clock: Callable[[], float], sweep: float) -> None:
        self.notifier = Notifier(location, sweep_seconds=sweep)
        self.database = Database(location, publisher=self.notifier, clock=clock)
        self.heard: asyncio.Queue[StateChanges] = asyncio.Queue()

    def listen(self, *accounts: int) -> Subscription:
        return self.notifier.subscribe(accounts, self.heard.put_nowait)

    async def hears(self) -> StateChanges:
        return await asyncio.wait_for(self.heard.get(), PATIENCE)


@asynccontextmanager
async def workers(location, clock, count=2, sweep=3600.0) -> AsyncIterator[list[Worker]]:
    made = [Worker(location, clock, sweep) for _ in range(count)]
    for worker in made:
        await worker.notifier.start(worker.database)
    try:
        yield made
    finally:
        for worker in made:
            await worker.notifier.close()
            worker.database.close()


def touch(worker: Worker, account: int, type: str = "Note") -> None:
    def work(unit: Unit) -> None:
        unit.record(account, type, "N1", ChangeKind.UPDATED)

    worker.database.write(work, [account])


@pytest.fixture
def run(location, clock):
    """Run a scenario with two workers, or as many as it says."""

    def run(scenario, **options) -> None:
        async def whole() -> None:
            async with workers(location, clock, **options) as made:
                await scenario(*made)

        asyncio.run(whole())

    return run


def test_a_commit_is_heard_in_the_other_worker(run):
    async def scenario(one: Worker, two: Worker) -> None:
        anna = new_account(one.database, "anna")
        two.listen(anna)
        touch(one, anna)
        assert await two.hears() == {anna: {"Note": 1}}

    run(scenario)


def test_a_commit_is_heard_in_its_own_process_once(run):
    async def scenario(one: Worker, two: Worker) -> None:
        anna = new_account(one.database, "anna")
        one.listen(anna)
        two.listen(anna)
        touch(one, anna)
        await two.hears()
        touch(two, anna)
        assert await one.hears() == {anna: {"Note": 1}}
        assert await one.hears() == {anna: {"Note": 2}}
        assert one.heard.empty()

    run(scenario)


def test_nobody_hears_of_accounts_of_others(run):
    async def scenario(one: Worker, two: Worker) -> None:
        anna, bert = (new_account(one.database, name) for name in ("anna", "bert"))
        two.listen(bert)
        touch(one, anna)
        touch(one, bert)
        assert await two.hears() == {bert: {"Note": 1}}

    run(scenario)


def test_who_watches_other_accounts_hears_of_those(run):
    async def scenario(one: Worker, two: Worker) -> None:
        anna, bert = (new_account(one.database, name) for name in ("anna", "bert"))
        subscription = two.listen(anna)
        subscription.watch([bert])
        touch(one, anna)
        touch(one, bert)
        assert await two.hears() == {bert: {"Note": 1}}

    run(scenario)


def test_who_closed_its_subscription_hears_nothing(run):
    async def scenario(one: Worker, two: Worker) -> None:
        anna = new_account(one.database, "anna")
        two.listen(anna).close()
        touch(two, anna)
        await asyncio.sleep(0)
        assert two.heard.empty()

    run(scenario)


def test_a_burst_from_many_threads_ends_with_the_newest_state(run):
    async def scenario(one: Worker, two: Worker) -> None:
        anna = new_account(one.database, "anna")
        two.listen(anna)
        await asyncio.gather(*(asyncio.to_thread(touch, one, anna) for _ in range(100)))
        newest = 0
        while newest < 100:
            newest = (await two.hears())[anna]["Note"]

    run(scenario)


def test_a_unit_of_many_accounts_is_heard_in_parts(run):
    async def scenario(one: Worker, two: Worker) -> None:
        accounts = [new_account(one.database, f"user{n}") for n in range(300)]
        two.listen(*accounts)

        def work(unit: Unit) -> None:
            for account in accounts:
                unit.record(account, "A rather long name of a type", "N1", ChangeKind.UPDATED)

        one.database.write(work, accounts)
        heard: StateChanges = {}
        while len(heard) < len(accounts):
            merge(heard, await two.hears())

    run(scenario)


def test_a_command_that_only_writes_is_heard(location, clock):
    async def scenario() -> None:
        async with workers(location, clock, count=1) as (worker,):
            command = Notifier(location)
            database = Database(location, publisher=command, clock=clock)
            anna = new_account(database, "anna")
            worker.listen(anna)
            command.open()
            database.write(lambda unit: unit.record(anna, "Note", "N1", ChangeKind.CREATED))
            command.shut()
            database.close()
            assert await worker.hears() == {anna: {"Note": 1}}

    asyncio.run(scenario())


def test_what_was_lost_on_the_way_is_found_by_looking(location, clock):
    """The writer tells nobody; the one who waits looks by itself."""

    async def scenario() -> None:
        async with workers(location, clock, count=1, sweep=0.02) as (worker,):
            silent = Database(location, publisher=Notifier(), clock=clock)
            anna = new_account(silent, "anna")
            worker.listen(anna)
            await asyncio.to_thread(
                silent.write, lambda unit: unit.record(anna, "Note", "N1", ChangeKind.CREATED)
            )
            assert await worker.hears() == {anna: {"Note": 1}}
            silent.close()

    asyncio.run(scenario())


def test_looking_announces_only_what_moved_since_the_last_look(location, clock):
    async def scenario() -> None:
        async with workers(location, clock, count=1) as (worker,):
            silent = Database(location, publisher=Notifier(), clock=clock)
            anna = new_account(silent, "anna")
            silent.write(lambda unit: unit.record(anna, "Note", "N1", ChangeKind.CREATED))
            worker.listen(anna)
            await worker.notifier.sweep(worker.database)
            assert await worker.hears() == {anna: {"Note": 1}}
            await worker.notifier.sweep(worker.database)
            await asyncio.sleep(0)
            assert worker.heard.empty()
            silent.close()

    asyncio.run(scenario())


def test_ten_thousand_idle_subscriptions_cost_a_publisher_nothing():
    async def scenario() -> None:
        notifier = Notifier()
        heard: list[StateChanges] = []
        for account in range(10_000):
            notifier.subscribe([account], heard.append)
        looked_up: list[int] = []

        class Watched(dict):
            def get(self, key, default=None):
                looked_up.append(key)
                return super().get(key, default)

        notifier._receivers = Watched(notifier._receivers)
        notifier.publish({20_000: {"Note": 1}})
        await asyncio.sleep(0)
        assert (looked_up, heard) == ([20_000], [])

    asyncio.run(scenario())


def fill(path: Path) -> None:
    """Send until the queue of the socket is full."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
        sender.setblocking(False)
        try:
            while True:
                sender.sendto(b"filling", str(path))
        except BlockingIOError:
            return


def drain(slow: socket.socket) -> None:
    """Read all that is in the queue."""
    try:
        while slow.recv(100):
            pass
    except BlockingIOError:
        return


class TestSockets:
    """On SQLite."""

    @pytest.fixture
    def location(self, sqlite_template, tmp_path) -> Location:
        path = tmp_path / "cyrpy.db"
        path.write_bytes(sqlite_template.read_bytes())
        return Location(file=path)

    def test_they_are_files_of_the_owner_alone(self, run, tmp_path):
        async def scenario(*_: Worker) -> None:
            folder = tmp_path / "notify"
            assert stat.S_IMODE(folder.stat().st_mode) == 0o700
            modes = [stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()]
            assert modes == [0o600, 0o600]

        run(scenario)
        assert list((tmp_path / "notify").iterdir()) == []

    def test_those_of_dead_processes_are_removed(self, run, tmp_path):
        folder = tmp_path / "notify"
        folder.mkdir()
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as dead:
            dead.bind(str(folder / "1-dead.sock"))

        async def scenario(*_: Worker) -> None:
            assert not (folder / "1-dead.sock").exists()

        run(scenario)

    def test_who_could_not_be_told_is_told_to_look(self, tmp_path):
        """A process that is slow to read: its queue is full; later it hears LOOK."""
        link = SocketLink(tmp_path, listens=False)
        slow = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        slow.setblocking(False)
        with slow:
            slow.bind(str(tmp_path / "1-slow.sock"))
            fill(tmp_path / "1-slow.sock")
            link.send([b"{}"])
            assert link.must_retry
            link.retry()
            assert link.must_retry  # there is still no room
            drain(slow)
            link.retry()
            assert not link.must_retry
            assert unpack(slow.recv(100)) == {}
        link.close()

    def test_a_long_path_is_no_obstacle(self, sqlite_template, tmp_path, clock):
        folder = tmp_path / ("d" * 120)
        folder.mkdir()
        path = folder / "cyrpy.db"
        path.write_bytes(sqlite_template.read_bytes())

        async def scenario() -> None:
            async with workers(Location(file=path), clock) as (one, two):
                anna = new_account(one.database, "anna")
                two.listen(anna)
                touch(one, anna)
                assert await two.hears() == {anna: {"Note": 1}}

        asyncio.run(scenario())

    def test_octets_that_are_no_message_are_ignored(self, run, tmp_path):
        async def scenario(one: Worker, two: Worker) -> None:
            anna = new_account(one.database, "anna")
            two.listen(anna)
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as stranger:
                for path in (tmp_path / "notify").iterdir():
                    stranger.sendto(b'{"1": 7}', str(path))
                    stranger.sendto(b"\xff", str(path))
            touch(one, anna)
            assert await two.hears() == {anna: {"Note": 1}}

        run(scenario)


def test_after_a_broken_connection_it_listens_again(postgresql, clock):
    location = Location(url=postgresql.new_database())

    async def scenario() -> None:
        async with workers(location, clock) as (one, two):
            anna = new_account(one.database, "anna")
            two.listen(anna)
            assert location.url is not None
            with psycopg.connect(location.url, autocommit=True) as admin:
                admin.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE query LIKE 'LISTEN%' AND pid <> pg_backend_pid() "
                    "AND datname = current_database()"
                )
            touch(one, anna)  # lost, or found when the link is open again and all is looked at
            assert await two.hears() == {anna: {"Note": 1}}

    asyncio.run(scenario())


def test_publishing_never_fails_where_the_folder_is_unusable(tmp_path):
    (tmp_path / "notify").write_text("in the way")
    notifier = Notifier(Location(file=tmp_path / "cyrpy.db"))
    notifier.open()
    notifier.publish({1: {"Note": 1}})
    notifier.shut()


moved = st.dictionaries(
    st.integers(1, 10**15),
    st.dictionaries(st.text("AbcXyz", min_size=1, max_size=32), st.integers(1, 10**15), min_size=1),
    max_size=40,
)


@given(moved)
def test_messages_together_say_all_and_none_is_too_long(all_moved):
    messages = list(pack(all_moved, 500))
    assert all(len(message) <= 500 for message in messages)
    together: StateChanges = {}
    for message in messages:
        merge(together, unpack(message) or {})
    assert together == all_moved


@given(st.binary(max_size=60))
def test_unpack_survives_anything(octets):
    unpack(octets)


def test_starting_needs_no_postgresql_driver():
    code = "import sys, cyrpy.data.notifier; sys.exit('psycopg' in sys.modules)"
    root = Path(__file__).parents[2]
    assert subprocess.run([sys.executable, "-c", code], cwd=root, check=False).returncode == 0
