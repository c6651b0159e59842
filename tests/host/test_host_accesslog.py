"""The access log: lines, JSON, secrets, and writing them without holding anything up."""

from __future__ import annotations

import asyncio
import os
import re

import orjson
import pytest
from host_support import answering, http_scope, receiver
from hypothesis import given
from hypothesis import strategies as st

from cyrpy.errors import ConfigError
from cyrpy.host.accesslog import AccessLog, masked
from cyrpy.host.logwriter import CAPACITY, ENOUGH, LogWriter
from cyrpy.host.outer import OuterLayer
from cyrpy.host.requestid import RequestIds


async def _swallow(_message):
    pass


def lines(path, *scopes, app=None, **options) -> list[bytes]:
    async def main():
        log = AccessLog(path, **options)
        layer = OuterLayer(app or answering(b"four"), ids=RequestIds("p"), access_log=log)
        for scope in scopes:
            await layer(scope, receiver(b""), _swallow)
        await log.aclose()

    asyncio.run(main())
    return path.read_bytes().splitlines()


@pytest.fixture
def path(tmp_path):
    return tmp_path / "access.log"


def test_a_line_is_the_common_log_format_with_duration_and_id(path):
    scope = http_scope("POST", "/a%20b", query_string=b"x=1") | {"cyrpy.user": "anna"}
    [line] = lines(path, scope)
    assert re.fullmatch(
        rb"192\.0\.2\.9 - anna \[\d\d/\w{3}/\d{4}:\d\d:\d\d:\d\d \+0000\] "
        rb'"POST /a%20b\?x=1 HTTP/1\.1" 200 4 \d\.\d{4} p000001',
        line,
    )


def test_a_json_line_has_the_same(path):
    [line] = lines(path, http_scope(path="/a", client=None), json=True)
    entry = orjson.loads(line)
    assert entry.pop("seconds") >= 0
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", entry.pop("time"))
    assert entry == {
        "client": "unix",
        "user": None,
        "method": "GET",
        "url": "/a",
        "http": "1.1",
        "status": 200,
        "octets": 4,
        "id": "p000001",
    }


def test_configured_headers_are_logged(path):
    scope = http_scope(headers=[(b"user-agent", b'a"b'), (b"authorization", b"Basic c2VjcmV0")])
    names = ["User-Agent", "Depth", "Authorization"]
    [line] = lines(path, scope, headers=names)
    assert line.endswith(rb' "a\"b" "-"')
    assert b"c2VjcmV0" not in line
    [*_, line] = lines(path, scope, headers=names, json=True)
    assert orjson.loads(line)["headers"] == {"user-agent": 'a"b'}


@pytest.mark.parametrize(
    ("query", "logged"),
    [
        ("access_token=abc&x=1", "access_token=***&x=1"),
        ("x=1&Access%5FToken=abc", "x=1&Access%5FToken=***"),
        ("password=", "password=***"),
        ("token", "token"),
        ("x=token", "x=token"),
    ],
)
def test_credentials_in_queries_are_masked(query, logged):
    assert masked(query) == logged


@given(st.text(alphabet=st.characters(max_codepoint=255), max_size=40))
def test_no_user_can_forge_a_line(user):
    read_end, write_end = os.pipe()
    scope = http_scope() | {"cyrpy.user": user}

    async def main():
        log = AccessLog(write_end)
        await OuterLayer(answering(b""), access_log=log)(scope, receiver(b""), _swallow)
        await log.aclose()

    try:
        asyncio.run(main())
        line = os.read(read_end, 10_000)
    finally:
        os.close(read_end)
        os.close(write_end)
    assert len(line.splitlines()) == 1
    assert line.count(b'"') - line.count(b'\\"') == 2


def test_a_client_that_did_not_wait_is_a_499(path):
    async def app(scope, receive, send):
        pass

    [line] = lines(path, http_scope(), app=app)
    assert b'" 499 0 ' in line


def test_lines_are_written_soon_without_being_asked(path):
    async def main():
        log = LogWriter(path, lambda entry: entry)
        log.write(b"one\n")
        async with asyncio.timeout(10):
            while not path.read_bytes():
                await asyncio.sleep(0.01)

    asyncio.run(main())


def test_many_lines_are_written_at_once_and_in_order(path):
    expected = [b"%d" % i for i in range(5 * ENOUGH)]

    async def main():
        log = LogWriter(path, lambda entry: entry + b"\n")
        for entry in expected:
            log.write(entry)
            await asyncio.sleep(0)
        await log.aclose()

    asyncio.run(main())
    assert path.read_bytes().split() == expected


def test_a_receiver_that_hangs_costs_lines_and_nothing_else(caplog):
    read_end, write_end = os.pipe()

    async def main():
        log = LogWriter(write_end, lambda entry: entry)
        for _ in range(ENOUGH):
            log.write(bytes(4096))  # more than the pipe holds: the thread hangs
        for _ in range(CAPACITY + 10):
            log.write(b"")
        drained = asyncio.to_thread(_drain, read_end, ENOUGH * 4096)
        await asyncio.gather(log.aclose(), drained)

    asyncio.run(main())
    os.close(read_end)
    os.close(write_end)
    assert "10 log lines were dropped" in caplog.text


def _drain(descriptor: int, octets: int) -> None:
    while octets:
        octets -= len(os.read(descriptor, octets))


def test_a_rotated_log_is_opened_again(path):
    async def main():
        log = LogWriter(path, lambda entry: entry)
        log.write(b"one\n")
        await log.aclose()
        path.rename(path.with_suffix(".1"))
        log.reopen()
        log.write(b"two\n")
        await log.aclose()

    asyncio.run(main())
    assert path.with_suffix(".1").read_bytes() == b"one\n"
    assert path.read_bytes() == b"two\n"


def test_a_log_that_cannot_be_opened_is_named(tmp_path):
    with pytest.raises(ConfigError, match="nowhere"):
        AccessLog(tmp_path / "nowhere" / "access.log")
