"""Users as DAV clients see the server: requests, and URLs of what is theirs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import quote

from tests.support.dav import Answer, clark, prop, tree
from tests.support.jmap import Carrier
from tests.support.server import DOMAIN

CALENDARS = "calendars"
BOOKS = "addressbooks"
KINDS = (CALENDARS, BOOKS)


class Person:
    """One user; its requests go by each of its carriers in turn."""

    def __init__(self, name: str, sign_in: Mapping[str, str], carriers: list[Carrier]) -> None:
        self.name = f"{name}@{DOMAIN}"
        self.sign_in = dict(sign_in)
        self.carriers = carriers
        self._turn = 0
        self.principal = f"/dav/principals/user/{self.name}/"
        self.drive = f"/dav/drive/user/{self.name}/"
        self.notifications = f"/dav/notifications/user/{self.name}/"

    def home(self, kind: str) -> str:
        return f"/dav/{kind}/user/{self.name}/"

    @property
    def carrier(self) -> Carrier:
        """The next connection: with several workers, mostly to another of them."""
        self._turn += 1
        return self.carriers[self._turn % len(self.carriers)]

    def request(
        self, method: str, url: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> Answer:
        raw = quote(url, safe="/%@!$&'()*+,;=:~?")
        answer = self.carrier.request(method, raw, body, {**self.sign_in, **(headers or {})})
        assert answer.status < 500 or answer.status == 507, (method, url, body, answer)
        return Answer(*answer)

    def propfind(self, url: str, *names: str, depth: str = "1") -> Answer:
        body = tree("D:propfind", prop(*names))
        return self.request("PROPFIND", url, body, {"depth": depth})

    def report(self, url: str, name: str, content: str, depth: str = "0") -> Answer:
        return self.request("REPORT", url, tree(name, content), {"depth": depth})

    def transfer(self, method: str, url: str, to: str, **headers: str) -> Answer:
        """COPY or MOVE."""
        given = {key.replace("_", "-"): value for key, value in headers.items()}
        return self.request(method, url, headers={"destination": quote(to, safe="/%@"), **given})


class Page(NamedTuple):
    """One answer of sync-collection; `more` says that another follows."""

    changed: dict[str, Any]  # href -> response
    gone: set[str]
    token: str
    more: bool


def page_of(answer: Answer, url: str) -> Page:
    """What a sync-collection of that URL says."""
    changed, gone, more = {}, set(), False
    for href, response in answer.responses.items():
        if response.status == 507:
            assert href == url, (href, url)
            more = True
        elif response.status == 404:
            gone.add(href)
        else:
            assert response.status is None
            assert set(response.found) <= {200, 404}, response.found
            changed[href] = response
    return Page(changed, gone, answer.token, more)


def is_hidden(answer: Answer) -> bool:
    """Whether of a calendar one may only know any more when it makes busy."""
    return answer.status == 403 and answer.condition == clark("D:supported-report")


def is_stale(answer: Answer) -> bool:
    """Whether the token is refused, as clients understand it (RFC 6578 §3.2)."""
    if answer.status != 403:
        return False
    assert answer.condition == clark("D:valid-sync-token"), answer.body
    return True


def same(mine: Mapping[str, Any], there: Mapping[str, Any], what: str) -> None:
    """Make sure that a client has what there is; else say where it differs."""
    wrong = {
        key: (mine.get(key, "nothing"), there.get(key, "nothing"))
        for key in mine.keys() | there.keys()
        if mine.get(key, "nothing") != there.get(key, "nothing")
    }
    assert not wrong, f"{what}: a client has, and there is: {wrong}"
