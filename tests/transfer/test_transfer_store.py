"""Imports that end in the middle go on where they were."""

from __future__ import annotations

import pytest

from cyrpy.config import CoreSettings
from cyrpy.data import calendars, events
from cyrpy.groupware.events import prepare
from cyrpy.groupware.principals import NewPrincipal, create
from cyrpy.groupware.provision import Folders
from cyrpy.groupware.userids import UserIds
from cyrpy.transfer.destinations import CalendarDestination
from cyrpy.transfer.outcome import Failure, Place, Ready
from cyrpy.transfer.store import BATCH, Importer
from tests.support.events import event


class Broken(Exception):
    """The machine stops."""


@pytest.fixture
def calendar(database):
    settings = CoreSettings(defaultdomain="localhost")

    def make(unit):
        row = create(unit, UserIds.of(settings), Folders.of(settings), NewPrincipal("anna"))
        return unit.all(calendars.ALL, account_id=row.id)[0]

    return database.write(make)


def ready(count: int, breaks_at: int | None = None):
    for number in range(count):
        if number == breaks_at:
            raise Broken
        uid = f"u{number}"
        yield Ready(Place("file", number, uid), prepare(event(uid)), number)


def held(database, calendar) -> int:
    with database.read() as unit:
        return len(list(events.members(unit, calendar.account_id, calendar.id)))


def test_an_import_that_was_broken_off_goes_on(database, calendar):
    importer, destination = Importer(database), CalendarDestination(calendar)
    with pytest.raises(Broken):
        importer.run(ready(250, breaks_at=2 * BATCH + 10), destination, lambda *_: None)
    assert held(database, calendar) == 2 * BATCH
    done = importer.run(ready(250), destination, lambda *_: None)
    assert (done.created, done.unchanged) == (250 - 2 * BATCH, 2 * BATCH)
    assert held(database, calendar) == 250


def test_what_is_refused_undoes_nothing_else(database, calendar):
    destination = CalendarDestination(calendar._replace(components="VTODO"))
    done = Importer(database).run(ready(3), destination, lambda *_: None)
    assert (done.created, len(done.failures)) == (0, 3)
    failure = Failure(Place("file", 7), "broken")
    mixed = [failure, *ready(2)]
    done = Importer(database).run(mixed, CalendarDestination(calendar), lambda *_: None)
    assert (done.created, done.failures) == (2, [failure])


def test_a_trial_stores_nothing(database, calendar):
    importer = Importer(database, is_trial=True)
    done = importer.run(ready(3), CalendarDestination(calendar), lambda *_: None)
    assert (done.created, held(database, calendar)) == (3, 0)
