"""DAV clients that write and synchronize while workers are killed; `-m` runs it for longer.

An object that was acknowledged is there with its entity tag; what was not is there wholly or not at
all; and who follows by sync tokens ends with what the server has, across every crash.
"""

from __future__ import annotations

import http.client
import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.robustness import kill
from tests.support.dav import prop
from tests.support.davwire import WireClient
from tests.support.events import event
from tests.support.process import DEADLINE, Process

OPTIONS = "httpmodules: caldav carddav\nfailedloginpause: 0\n"
FEW = 15  # objects up to which it rather makes new ones
Body = bytes | None  # None: the object is not there


class DavWriter:
    """One user's client: puts, changes, moves, deletes, and follows its calendar."""

    def __init__(self, process: Process, user: str, sign_in: dict[str, str]) -> None:
        self.user = user
        self.client = WireClient(process, user, sign_in)
        self.calendar = f"{self.client.calendars}Default/"
        self.random = random.Random(user)  # noqa: S311 - which requests, not secrets
        self.expected: dict[str, bytes] = {}  # href -> octets, of what was acknowledged
        self.tags: dict[str, str] = {}  # as they were acknowledged
        self.unsure: dict[str, set[Body]] = {}  # href -> what may be there
        self.followed: dict[str, str] = {}  # href -> entity tag, by sync-collection alone
        self.token = ""
        self.number = 0
        self.acknowledged = 0
        self.unknown = 0

    def close(self) -> None:
        """Hang up."""
        self.client.close()

    def work(self, until: float) -> None:
        """Write until then; a connection that ends is opened again."""
        while time.monotonic() < until:
            self.number += 1
            known = [href for href in self.expected if href not in self.unsure]
            choice = self.random.random()
            if len(known) < FEW or choice < 0.4:
                self._put(f"{self.calendar}{self.number}.ics", f"u{self.number}")
            elif choice < 0.6:
                self._put(self.random.choice(known), None)
            elif choice < 0.8:
                self._move(self.random.choice(known), f"{self.calendar}m{self.number}.ics")
            else:
                self._delete(self.random.choice(known))
            if self.number % 5 == 0:
                self._try(self.follow, lambda: None)

    def _try(self, call: Callable[[], None], lost: Callable[[], None]) -> None:
        try:
            call()
        except (OSError, http.client.HTTPException):
            lost()
            self.unknown += 1
            self._reconnect()
        else:
            self.acknowledged += 1

    def _reconnect(self) -> None:
        deadline = time.monotonic() + DEADLINE
        while True:
            self.client.close()
            self.client.connection = self.client.process.connect()
            try:
                self.follow()
            except (OSError, http.client.HTTPException):
                assert time.monotonic() < deadline, "the server did not come back"
            else:
                return

    def follow(self) -> None:
        """Apply what changed since the last token, which is good whatever happened since."""
        content = f"<D:sync-token>{self.token}</D:sync-token><D:sync-level>1</D:sync-level>"
        asked = content + prop("D:getetag")
        answer = self.client.report(self.calendar, "D:sync-collection", asked)
        assert answer.status == 207, answer
        for href, response in answer.responses.items():
            if response.status == 404:
                self.followed.pop(href, None)
            else:
                self.followed[href] = response["D:getetag"]
        self.token = answer.token

    def _put(self, href: str, uid: str | None) -> None:
        old = self.expected.get(href)
        uid = uid or old.partition(b"UID:")[2].partition(b"\r\n")[0].decode()  # type: ignore[union-attr]
        body = event(uid, f"SUMMARY:{self.number}")
        condition = {"if-none-match": "*"} if old is None else {"if-match": self.tags[href]}

        def call() -> None:
            answer = self.client.request("PUT", href, body, condition)
            assert answer.status == (201 if old is None else 204), answer
            self.expected[href] = body
            self.tags[href] = answer.headers["etag"]

        self._try(call, lambda: self.unsure.update({href: {old, body}}))

    def _move(self, href: str, target: str) -> None:
        body = self.expected[href]

        def call() -> None:
            answer = self.client.request("MOVE", href, headers={"destination": target})
            assert answer.status == 201, answer
            self.expected[target] = self.expected.pop(href)
            self.tags[target] = self.tags.pop(href)

        self._try(call, lambda: self.unsure.update({href: {body, None}, target: {body, None}}))

    def _delete(self, href: str) -> None:
        body = self.expected[href]

        def call() -> None:
            answer = self.client.request("DELETE", href, headers={"if-match": self.tags[href]})
            assert answer.status == 204, answer
            del self.expected[href], self.tags[href]

        self._try(call, lambda: self.unsure.update({href: {body, None}}))

    def judge(self) -> int:
        """Compare with what is there; how many of the unknown requests had happened."""
        self._reconnect()
        listed = self.client.propfind(self.calendar, "D:getetag", depth="1").responses
        tags = {href: r["D:getetag"] for href, r in listed.items() if href != self.calendar}
        bodies = {href: self.client.request("GET", href).body for href in tags}
        assert self.followed == tags, f"{self.user}: who followed is elsewhere"
        kept = 0
        for href, possible in self.unsure.items():
            found = bodies.pop(href, None)
            assert found in possible, f"{href} is neither as before nor as after"
            kept += found != self.expected.get(href)
        certain = {h: body for h, body in self.expected.items() if h not in self.unsure}
        assert bodies == certain, f"{self.user}: lost or unasked for"
        assert {href: tags[href] for href in certain} == {h: self.tags[h] for h in certain}
        uids = [body.partition(b"UID:")[2].partition(b"\r\n")[0] for body in bodies.values()]
        assert len(set(uids)) == len(uids), f"{self.user}: half a move"
        return kept


def main() -> None:
    """As long as it takes to believe it."""
    with tempfile.TemporaryDirectory() as folder:
        # Seldom enough that a worker has started before the next is killed.
        done = kill.run(Path(folder), 40, 12, every=4, writer=DavWriter, options=OPTIONS)
        print(done)  # noqa: T201


if __name__ == "__main__":
    main()
