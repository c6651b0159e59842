"""A disk that is full, as the limit on the size of files (setrlimit) makes it for one process."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.jmap import Calendars, Jmap
from tests.support.process import Process, token

LARGEST = 1 << 20  # octets of any file: the write-ahead log comes to it first
MANY = 2000  # calls, after which it would be full by far
PATIENCE = 5  # refusals in a row after which it is full


@pytest.fixture
def process(tmp_path: Path) -> Iterator[Process]:
    """A server whose files cannot grow beyond LARGEST."""
    started = Process(tmp_path, largest_file=LARGEST)
    yield started
    started.stop()


@pytest.fixture
def calendars(process: Process) -> Iterator[Calendars]:
    """A user's calendars, on a connection that is kept."""
    (issued,) = process.add("anna")
    with process.connect() as connection:
        yield Calendars(Jmap(connection, "anna", token(issued)))


def filled(calendars: Calendars) -> tuple[set[str], dict]:
    """Ids of what was acknowledged until writing failed for good, and the last refusal."""
    made: set[str] = set()
    refusals = 0
    for number in range(MANY):
        new = {"k": {"name": f"{number}", "description": "x" * 9000}}
        arguments = {"accountId": calendars.account, "create": new}
        ((name, found, _),) = calendars.client.run(["Calendar/set", arguments])
        if name == "error":
            refusals += 1
            if refusals == PATIENCE:
                return made, found
        else:
            made.add(found["created"]["k"]["id"])
            refusals = 0
    raise AssertionError("the disk did not fill up")


def test_a_full_disk_is_unavailable_and_loses_nothing(process, calendars):
    made, refusal = filled(calendars)
    assert refusal["type"] == "serverUnavailable"
    assert "disk" in refusal["description"]
    assert set(calendars.all()) == made | {"Default"}  # reading goes on
    assert calendars.client.session()["username"] == calendars.client.name
    upload = calendars.client.post(b"x" * 5000, f"/jmap/upload/{calendars.account}/")
    assert upload.status == 507
    assert process.stop() == 0
    assert "Traceback" not in "".join(process.log)

    emptied = Process(process.folder)
    with emptied.connect() as connection:
        again = Calendars(Jmap(connection, "anna", calendars.client.sign_in))
        assert set(again.all()) == made | {"Default"}
        again.create("There is room again")
    assert emptied.stop() == 0


def test_writing_goes_on_as_soon_as_there_is_room(process, calendars):
    made, _ = filled(calendars)
    process.give_room()
    made.add(calendars.create("There is room again"))
    assert set(calendars.all()) == made | {"Default"}


def test_classic_clients_are_told_of_a_full_disk_too(calendars):
    filled(calendars)
    new = {"create": {"k": {"name": "x"}}}
    ((name, error, _),) = calendars.client.classic(["setCalendars", new])
    assert (name, error["type"]) == ("error", "serverError")
    assert "disk" in error["description"]


def test_an_upload_that_does_not_fit_is_told_so_and_leaves_nothing(process, calendars):
    client = calendars.client
    answer = client.post(b"x" * (2 * LARGEST), f"/jmap/upload/{client.account}/")
    assert (answer.status, answer.headers["content-type"]) == (507, "application/problem+json")
    assert list((process.folder / "blobs" / "incoming").iterdir()) == []
    assert client.post(b"x", f"/jmap/upload/{client.account}/").status == 201
