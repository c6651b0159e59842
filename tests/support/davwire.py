"""DAV clients of `cyrpy serve`: real connections, Basic sign-in, redirects that keep the method."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import count
from typing import Final

from cyrpy.data.credentials import APP_PASSWORD
from tests.support.dav import Answer, Client
from tests.support.process import Connection, Process
from tests.support.server import DOMAIN, add_user, basic, issue_to

MAX_REDIRECTS: Final = 5
_NUMBERS: Final = count(1)


class WireClient(Client):
    """One user, who asks in the client's own spelling: what is given is what is sent."""

    def __init__(self, process: Process, name: str, sign_in: Mapping[str, str]) -> None:
        userid = f"{name}@{DOMAIN}"
        self.process = process
        self.userid = userid
        self.address = f"mailto:{userid}"
        self.sign_in = dict(sign_in)
        self.principal = f"/dav/principals/user/{userid}/"
        self.calendars = f"/dav/calendars/user/{userid}/"
        self.books = f"/dav/addressbooks/user/{userid}/"
        self.drive = f"/dav/drive/user/{userid}/"
        self.connection: Connection = process.connect()

    def request(
        self, method: str, url: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> Answer:
        return self.unsigned(method, url, body, {**(headers or {}), **self.sign_in})

    def unsigned(
        self, method: str, url: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> Answer:
        """As one who has not been asked for a password yet."""
        return Answer(*self.connection.request(method, url, body, headers))

    def followed(
        self, method: str, url: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> tuple[str, Answer]:
        """The answer at the end of all redirects, and where that is; each keeps the method."""
        for _ in range(MAX_REDIRECTS):
            answer = self.request(method, url, body, headers)
            if answer.status not in {301, 307, 308}:
                return url, answer
            url = answer.headers["location"]
        raise AssertionError(f"{url} leads nowhere")

    def close(self) -> None:
        """Hang up."""
        self.connection.close()


def joined(process: Process, name: str) -> WireClient:
    """A new user of the server, whose name begins so, signed in by an app password."""
    name = f"{name}{next(_NUMBERS)}"
    database = process.database()
    try:
        add_user(process.configuration, database, name)
        issued = issue_to(process.configuration, database, name, kind=APP_PASSWORD)
    finally:
        database.close()
    return WireClient(process, name, basic(name, issued.secret))
