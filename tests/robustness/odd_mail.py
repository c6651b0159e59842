"""Odd messages over LMTP to a server of its own: `python -m tests.robustness.odd_mail` for more.

None is refused for its oddness, none stops the server, and a client can read each of them.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

from cyrpy.groupware import mail_recount
from cyrpy.groupware.principals import find
from cyrpy.groupware.userids import UserIds
from tests.mail.unix_lmtp import UnixLmtp
from tests.support.jmap import CORE, Jmap
from tests.support.odd_mail import monsters, odd
from tests.support.process import ROOT, Process, token

USING = (CORE, "urn:ietf:params:jmap:mail")
CORPUS = ROOT / "tests" / "corpus" / "mime"
SLOWEST = 20.0  # seconds for one message, on whatever machine
PAGE = 50
EVERYTHING = {
    "fetchAllBodyValues": True,
    "maxBodyValueBytes": 10_000,
    "properties": [
        *("id", "threadId", "mailboxIds", "keywords", "size", "receivedAt", "messageId"),
        *("inReplyTo", "references", "sender", "from", "to", "cc", "bcc", "replyTo", "subject"),
        *("sentAt", "hasAttachment", "preview", "bodyStructure", "bodyValues", "textBody"),
        *("htmlBody", "attachments", "headers", "header:List-Unsubscribe:asURLs:all"),
        *("header:From:asGroupedAddresses", "header:Received:asRaw:all", "header:X-Odd:asDate"),
    ],
}


def letters(count: int, first: int) -> Iterator[bytes]:
    """The corpus, those that are too much of something, and so many that numbers make."""
    corpus = (path.read_bytes() for path in sorted(CORPUS.glob("*.eml")))
    return chain(corpus, monsters(), map(odd, range(first, first + count)))


class Reader:
    """A client of one user."""

    def __init__(self, process: Process, sign_in: dict[str, str]) -> None:
        self.process, self.sign_in = process, sign_in

    def calls(self, *calls: list[Any]) -> list[Any]:
        """The responses, none of which is an error."""
        with self.process.connect() as connection:
            found: list[Any] = Jmap(connection, "anna", self.sign_in).run(*calls, using=USING)
        assert not [one for one in found if one[0] == "error"], found
        return found

    def read_all(self) -> int:
        """Read every email with all there is to it; how many."""
        at = {"accountId": "anna_40localhost"}
        ((_, found, _),) = self.calls(["Email/query", {**at}])
        ids = found["ids"]
        for start in range(0, len(ids), PAGE):
            some = {"ids": ids[start : start + PAGE]}
            ((_, got, _),) = self.calls(["Email/get", {**at, **some, **EVERYTHING}])
            assert len(got["list"]) == len(some["ids"]), got["notFound"]
        return len(ids)


def run(folder: Path, count: int, first: int = 0) -> int:
    """Deliver and read; how many there were."""
    options = f"lmtp_listen: unix:{folder}/lmtp\nhttpmodules: jmap\ndatabase_synchronous: normal\n"
    process = Process(folder, options)
    try:
        (issued,) = process.add("anna")
        sent = 0
        with UnixLmtp(f"{folder}/lmtp") as client:
            for octets in letters(count, first):
                started = time.monotonic()
                (answer,) = client.deliver(octets, ["anna@localhost"])
                assert answer.startswith("250"), (answer, octets[:2000])
                assert time.monotonic() - started < SLOWEST, octets[:2000]
                sent += 1
        read = Reader(process, token(issued)).read_all()
        assert 0 < read <= sent
        database = process.database()
        with database.read() as unit:
            row = find(unit, UserIds.of(process.configuration.settings), "anna")
            assert mail_recount.differences(unit, row.id) == []
        database.close()
    finally:
        status = process.stop()
    log = "".join(process.log)
    assert status == 0, log
    assert "Traceback" not in log, log
    return read


def main() -> None:
    """As many as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--first", type=int, default=0)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        read = run(Path(folder), wanted.count, wanted.first)
    print(f"{read} messages were taken and can be read")  # noqa: T201


if __name__ == "__main__":
    main()
