"""Servers that can do little: no UIDPLUS, MOVE, CONDSTORE, QRESYNC, NAMESPACE or IDLE."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cyrpy.data.database import Database
from tests.imap.conftest import PAIRS, Account, There, letter
from tests.support.clock import Clock
from tests.support.imap_server import USER, ImapServer, Wire

ALL = (
    b"UIDPLUS",
    b"APPENDUID",
    b"COPYUID",
    b"MOVE",
    b"CONDSTORE",
    b"QRESYNC",
    b"HIGHESTMODSEQ",
    b"NAMESPACE",
    b"IDLE",
)
LACKS = {"everything": ALL, "qresync": (b"QRESYNC",), "uidplus": ALL[:3], "codes": ALL[1:3]}


@pytest.fixture(params=[pair for pair in PAIRS if pair[0] == "sqlite"], ids="-".join)
def pair(request: pytest.FixtureRequest) -> tuple[str, str]:
    """One database is enough here."""
    found: tuple[str, str] = request.param
    return found


@pytest.fixture(params=sorted(LACKS))
def poor(
    request: pytest.FixtureRequest,
    database: Database,
    tmp_path: Path,
    clock: Clock,
    server: ImapServer,
) -> Iterator[Account]:
    """An account on a server that lacks something, with a message and a folder."""
    wire = Wire(server.port, LACKS[request.param])
    with server.client() as client:
        client.create_folder("Work")
    There(server).add(letter("lunch"), "INBOX", r"\Seen")
    made = Account(database, tmp_path, clock, f"imap://{USER}@127.0.0.1:{wire.port}")
    made.sync()
    yield made
    made.session.close()
    wire.close()


def test_moves_appends_and_deletes_get_there_once(poor: Account, there: There):
    lunch = poor.rows()["lunch"]
    there.flag("lunch", "INBOX", r"\Deleted")  # another client's, which is not ours to expunge
    there.add(letter("dinner"))
    poor.sync()
    there.flag("lunch", "INBOX", remove=r"\Deleted")
    poor.sync()
    poor.file(poor.rows()["dinner"], "Work")
    poor.mark(poor.rows()["lunch"], "$flagged")
    both = poor.add(letter("both"), "Work", "$draft")
    poor.file(both, "Work", "INBOX")
    poor.sync()
    assert poor.mail() == there.mail()
    assert there.mail()["Work"] == [("both", {"$draft"}), ("dinner", frozenset())]
    assert there.mail()["INBOX"] == [("both", {"$draft"}), ("lunch", {"$flagged"})]
    assert poor.rows()["both"].id == both.id
    assert lunch.id not in {row.id for row in poor.rows().values()}
    poor.destroy(both)
    poor.sync()
    assert there.mail() == poor.mail() == {**there.mail(), "Work": [("dinner", frozenset())]}


def test_changes_there_are_changes_here(poor: Account, there: There):
    before = poor.rows()["lunch"]
    there.move("lunch", "INBOX", "Work")
    there.add(letter("dinner"))
    poor.sync()
    there.flag("lunch", "Work", r"\Flagged", r"\Seen")
    poor.sync()
    there.expunge("dinner")
    poor.sync()
    assert poor.rows("Work")["lunch"].id == before.id
    assert poor.mail() == there.mail()
    states = poor.state("Email")
    poor.sync()
    assert poor.state("Email") == states


def test_expunging_leaves_what_others_marked(poor: Account, there: There):
    poor.add(letter("ours"))
    there.add(letter("theirs"))
    poor.sync()
    there.flag("theirs", "INBOX", r"\Deleted")
    poor.destroy(poor.rows()["ours"])
    poor.sync()
    there.flag("theirs", "INBOX", remove=r"\Deleted")
    assert [subject for subject, _ in there.mail()["INBOX"]] == ["lunch", "theirs"]
