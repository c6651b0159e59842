"""Several processes send from one queue, and die: nothing is sent twice, nothing is lost."""

from __future__ import annotations

import asyncio
import json
import os
import random
import subprocess
import sys
import time
from collections import Counter
from contextlib import contextmanager, suppress
from functools import partial

import pytest
from sqlalchemy import update

from cyrpy.data import submission_queue
from cyrpy.data.statement import Query
from cyrpy.data.submission_queue import LEASE
from cyrpy.data.submissions import HANDING
from cyrpy.data.tables import submissions
from cyrpy.mail.journal import Journal
from cyrpy.mail.outgoing import JOURNALS, Outgoing
from cyrpy.mail.relay import Relay
from tests.outgoing.conftest import BOB, EVE, mail
from tests.support.process import ROOT

PATIENCE = 30  # seconds
LET_GO = Query[None](update(submissions).values(held_until=0))


@pytest.fixture
def now(sender):
    """The clock of processes, and of the test's own sender."""
    sender.clock.now = time.time()


@contextmanager
def process(sender, relay):
    """Another process that sends."""
    where = sender.database.location
    given = {
        "folder": str(sender.folder),
        "file": str(where.file) if where.file else None,
        "url": where.url,
        "relay": relay.address,
    }
    paths = os.pathsep.join([str(ROOT), str(ROOT / "modules")])
    command = [sys.executable, "-m", "tests.outgoing.worker", json.dumps(given)]
    running = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": paths})
    try:
        yield running
    finally:
        running.kill()
        running.wait(PATIENCE)


def until(condition) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_two_senders_send_each_message_once(sender, relay):
    for number in range(60):
        sender.add(mail(header=b"X-Number: %d\r\n" % number))

    async def both() -> None:
        core = sender.core()
        two = [Outgoing(core, Relay.of(core.settings)) for _ in range(2)]
        await asyncio.gather(*(one.turn() for one in two))
        for one in two:
            await one.close()

    asyncio.run(both())
    numbers = Counter(found.message["X-Number"] for found in relay.received)
    assert numbers == Counter(map(str, range(60)))


def test_killed_while_the_relay_thinks_it_is_not_sent_again(sender, relay, now):
    relay.release.clear()
    row = sender.add(to={EVE: {}, BOB: {}})
    relay.say[f"RCPT {BOB}"].append("450 4.2.0 later")
    with process(sender, relay) as running:
        assert relay.held.wait(PATIENCE)
        running.kill()
    relay.release.set()
    assert sender.states(row)[EVE] == "handing"
    sender.turn()
    assert len(relay.received) == 1  # it is still held
    sender.clock.advance(2 * LEASE)
    for _ in range(2):
        sender.turn()
        sender.clock.advance(60)
    assert [found.recipients for found in relay.received] == [[EVE], [BOB]]
    assert sender.states(row) == {EVE: "unknown", BOB: "unknown"}
    assert sender.reply(row).startswith("451 4.4.2 ")
    (told,) = sender.inbox()
    assert "lest it arrive twice" in told.get_body().get_content()
    assert sender.row(row).undo_status == "final"


def test_killed_before_the_relay_has_it_it_is_sent(sender, relay):
    row = sender.add()
    (held,) = sender.database.write(lambda u: submission_queue.claim(u, "dead", 10))
    sender.turn()
    assert relay.received == []
    sender.clock.advance(LEASE)
    sender.turn()
    assert len(relay.received) == 1
    assert sender.states(row) == {EVE: "unknown"}
    late = sender.database.write(lambda u: submission_queue.hand_over(u, "dead", held))
    assert not late


def test_who_holds_it_no_more_does_not_send_it(sender, relay, monkeypatch):
    sender.add()
    hand_over = submission_queue.hand_over

    def robbed(unit, holder, claimed):
        unit.now += LEASE
        assert submission_queue.claim(unit, "thief", 10)
        return hand_over(unit, holder, claimed)

    monkeypatch.setattr(submission_queue, "hand_over", robbed)
    sender.turn()
    assert relay.received == []


def test_what_is_being_sent_when_the_server_ends_is_sent_and_the_rest_is_others(sender, relay):
    relay.release.clear()
    rows = [sender.add() for _ in range(10)]

    async def scenario() -> None:
        core = sender.core()
        outgoing = Outgoing(core, Relay.of(core.settings))
        outgoing.start()
        await asyncio.to_thread(relay.held.wait, PATIENCE)
        closing = asyncio.create_task(outgoing.close())
        await asyncio.sleep(0)
        relay.release.set()
        await closing

    asyncio.run(scenario())
    sent = len(relay.received)
    assert 1 <= sent <= 4
    assert all(sender.row(row).holder is None for row in rows)
    sender.turn()
    assert len(relay.received) == 10


def test_killed_again_and_again_nothing_is_sent_twice_or_lost(sender, relay, now):
    dice = random.Random(7)  # noqa: S311 - moments, not secrets
    rows = [sender.add(mail(header=b"X-Number: %d\r\n" % n)) for n in range(150)]
    for _ in range(4):
        enough = len(relay.received) + dice.randint(5, 25)
        with process(sender, relay) as running:
            until(partial(has_come, relay, enough))
            with suppress(ProcessLookupError):
                running.kill()
        sender.database.write(lambda unit: unit.run(LET_GO))  # as if its leases had run out
    until(lambda: sender.turn() and not is_waiting(sender))
    numbers = Counter(found.message["X-Number"] for found in relay.received)
    assert max(numbers.values()) == 1
    # Killed within the few instructions between the note and the end: the sender knows.
    told = "".join(str(found) for found in sender.inbox())
    assert all(f"X-Number: {n}\n" in told for n in range(150) if str(n) not in numbers)
    assert all(sender.states(row) == {EVE: "unknown"} for row in rows)


def test_killed_just_before_the_end_of_the_message_it_is_sent_again(sender, relay):
    row = sender.add()
    (held,) = sender.database.write(lambda u: submission_queue.claim(u, "dead", 10))
    journal = Journal(sender.folder / JOURNALS, "dead")
    journal.open()
    handing = held.replaced(one._replace(delivered=HANDING) for one in held.recipients)
    assert sender.database.write(lambda u: submission_queue.hand_over(u, "dead", handing))
    sender.clock.advance(LEASE)
    sender.turn()
    assert len(relay.received) == 1
    assert sender.inbox() == []
    assert sender.states(row) == {EVE: "unknown"}


@pytest.mark.parametrize("what", ["noted", "no journal", "another boot"])
def test_where_nobody_knows_it_is_not_sent_again(sender, relay, what):
    row = sender.add()
    (held,) = sender.database.write(lambda u: submission_queue.claim(u, "dead", 10))
    journal = Journal(sender.folder / JOURNALS, "dead")
    if what != "no journal":
        journal.open()
        journal.note(row)
    if what == "another boot":
        (sender.folder / JOURNALS / "dead").write_bytes(b"0\n")
    handing = held.replaced(one._replace(delivered=HANDING) for one in held.recipients)
    sender.database.write(lambda u: submission_queue.hand_over(u, "dead", handing))
    sender.clock.advance(LEASE)
    sender.turn()
    assert relay.received == []
    assert sender.states(row) == {EVE: "unknown"}
    assert len(sender.inbox()) == 1


def has_come(relay, count: int) -> bool:
    return len(relay.received) >= count


def is_waiting(sender) -> bool:
    with sender.database.read() as unit:
        return submission_queue.next_due(unit) is not None
