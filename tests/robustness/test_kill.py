"""Death, reload and the end of processes, under clients that go on."""

from __future__ import annotations

import http.client
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import suppress

import orjson
import pytest

from tests.robustness import dav_kill, kill
from tests.support.jmap import CORE, Calendars, Jmap
from tests.support.process import DEADLINE, Process, token
from tests.support.server import JSON


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    """A server with two workers."""
    started = Process(tmp_path_factory.mktemp("process"), workers=2)
    yield started
    started.stop()


@pytest.fixture(scope="module")
def sign_in(process: Process) -> dict[str, str]:
    """The headers of a user of it."""
    (issued,) = process.add("anna")
    return token(issued)


@pytest.fixture
def reload(process: Process) -> Iterator[Callable[[str, str], None]]:
    """Lets the server read a configuration, of which each worker must say so; and the old one."""

    def make(options: str, said: str = "was read again") -> None:
        process.configure(options)
        process.signal(signal.SIGHUP)
        for _ in range(2):
            process.said(said)

    yield make
    make("")


def session_status(process: Process, sign_in: dict[str, str]) -> int:
    with process.connect() as connection:
        return connection.request("GET", "/jmap/", headers=sign_in).status


def ask_until_refused(process: Process) -> None:
    """Ask until the server takes no more, instead of keeping one waiting."""
    while True:
        with process.connect() as connection, suppress(ConnectionResetError):  # just closed
            connection.request("GET", "/healthz")


def test_nothing_acknowledged_is_lost_when_workers_are_killed(tmp_path):
    figures = kill.run(tmp_path, seconds=5, clients=6, every=0.7)
    assert figures.disturbances >= 3
    assert figures.acknowledged > 100


def test_calendars_lose_nothing_acknowledged_and_tokens_go_on_when_workers_are_killed(tmp_path):
    figures = kill.run(
        tmp_path, 5, 6, every=0.7, writer=dav_kill.DavWriter, options=dav_kill.OPTIONS
    )
    assert figures.disturbances >= 3
    assert figures.acknowledged > 100


def test_no_calendar_client_notices_a_reload(tmp_path):
    figures = kill.run(
        tmp_path, 2, 4, every=0.4, disturb=kill.reload, writer=dav_kill.DavWriter,
        options=dav_kill.OPTIONS,
    )  # fmt: skip
    assert (figures.acknowledged > 50, figures.unknown) == (True, 0)


def test_no_client_notices_a_reload(tmp_path):
    figures = kill.run(tmp_path, seconds=2, clients=4, every=0.4, disturb=kill.reload)
    assert figures.disturbances >= 3
    assert (figures.acknowledged > 50, figures.unknown) == (True, 0)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_request_under_way_is_answered_before_the_end(tmp_path, workers):
    process = Process(tmp_path, workers=workers)
    sign_in = token(*process.add("anna"))
    body = orjson.dumps({"using": [CORE], "methodCalls": [["Core/echo", {"a": 1}, "c"]]})
    head = "POST /jmap/ HTTP/1.1\r\nHost: x\r\n"
    head += "".join(f"{name}: {value}\r\n" for name, value in (JSON | sign_in).items())
    head += f"Content-Length: {len(body)}\r\nExpect: 100-continue\r\n\r\n"
    with socket.create_connection(("127.0.0.1", process.port), DEADLINE) as line:
        line.sendall(head.encode())
        assert line.recv(1024).startswith(b"HTTP/1.1 100 ")  # it is being served
        process.signal(signal.SIGTERM)
        with pytest.raises(ConnectionRefusedError):
            ask_until_refused(process)
        line.sendall(body)
        answer = http.client.HTTPResponse(line)
        answer.begin()
        assert orjson.loads(answer.read())["methodResponses"] == [["Core/echo", {"a": 1}, "c"]]
        answer.close()
    assert process.wait() == 0


def test_a_reload_takes_a_module_away_and_brings_it_back(process, sign_in, reload):
    assert session_status(process, sign_in) == 200
    reload("httpmodules: tzdist\n")
    assert [session_status(process, sign_in) for _ in range(4)] == [404] * 4
    with process.connect() as connection:
        assert connection.request("GET", "/tzdist/capabilities").status == 200
    reload("")
    assert [session_status(process, sign_in) for _ in range(4)] == [200] * 4


@pytest.mark.parametrize(
    "options",
    ["httpmodules: jmap nonsense\n", "jmap_max_size_request: x\n", "configdirectory: /elsewhere\n"],
)
def test_a_configuration_that_cannot_be_used_changes_nothing(process, sign_in, reload, options):
    reload(options, "stays as it was")
    assert [session_status(process, sign_in) for _ in range(4)] == [200] * 4


def test_a_connection_outlives_a_reload(process, sign_in, reload):
    with process.connect() as connection:
        calendars = Calendars(Jmap(connection, "anna", sign_in))
        calendars.create("before")
        reload("")
        calendars.create("after")
        names = {record["name"] for record in calendars.all().values()}
    assert names == {"Default", "before", "after"}


def test_a_limit_that_a_reload_changes_holds_at_the_next_request(process, sign_in, reload):
    reload("jmap_max_calls_in_request: 1\n")
    body = {"using": [CORE], "methodCalls": [["Core/echo", {}, "c"]] * 2}
    with process.connect() as connection:
        answer = Jmap(connection, "anna", sign_in).post(body)
    assert answer.json["limit"] == "maxCallsInRequest"
