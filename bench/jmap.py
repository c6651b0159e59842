"""JMAP for benchmarks: what is measured of its records, which `bench.dav_workloads.seed` made."""

from __future__ import annotations

import http.client
from typing import Any

import orjson

from bench.load import Wrong
from bench.workloads import AUTHORIZATION, CALENDARS, CORE, Workload, jmap

ACCOUNT = "test_40localhost"
CONTACTS = f'{CORE},"urn:ietf:params:jmap:contacts"'
EVENTS_GET = "events get"
CARDS_GET = "cards get"
Json = dict[str, Any]
GETS = EVENTS_GET, CARDS_GET
TOGETHER = 50  # records of one /get


def answer(port: int, body: bytes | str) -> Any:  # noqa: ANN401 - JSON
    """What the server answers to a request.

    Raises:
        Wrong: it refuses.
    """
    connection = http.client.HTTPConnection("127.0.0.1", port)
    headers = {"Authorization": AUTHORIZATION, "Content-Type": "application/json"}
    connection.request("POST", "/jmap/", body, headers)
    got = connection.getresponse()
    content = got.read()
    connection.close()
    if got.status != 200:
        raise Wrong(f"JMAP: {got.status} {content[:200]!r}")
    return orjson.loads(content)


def call(port: int, using: str, method: str, arguments: Json) -> Json:
    """The arguments of the response to one call.

    Raises:
        Wrong: it is an error.
    """
    text = orjson.dumps({"accountId": ACCOUNT, **arguments}).decode()
    ((name, response, _),) = answer(port, jmap(using, method, text))["methodResponses"]
    if name != method:
        raise Wrong(f"{method}: {response}")
    found: Json = response
    return found


def workloads(port: int) -> tuple[Workload, ...]:
    """The two gets of fifty whole records."""
    return (
        _get(port, EVENTS_GET, CALENDARS, "CalendarEvent"),
        _get(port, CARDS_GET, CONTACTS, "ContactCard"),
    )


def _get(port: int, name: str, using: str, type: str) -> Workload:
    ids = call(port, using, f"{type}/query", {"limit": TOGETHER})["ids"]
    arguments = orjson.dumps({"accountId": ACCOUNT, "ids": ids}).decode()
    body = jmap(using, f"{type}/get", arguments)
    last = f'"id":"{ids[-1]}"'.encode()
    return Workload(name, "POST", "/jmap/", body, expected=last)
