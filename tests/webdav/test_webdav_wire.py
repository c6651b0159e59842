"""Large files through a server in a process of its own, in constant memory."""

from __future__ import annotations

import hashlib
import os
import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.process import DEADLINE, Process, token

PIECE = os.urandom(1 << 20)
PIECES = 96  # MB: more than the memory that may be used
URL = "/dav/drive/user/anna@localhost/big"


@pytest.fixture(scope="module")
def process(tmp_path_factory) -> Iterator[Process]:
    started = Process(tmp_path_factory.mktemp("wire"), "httpmodules: webdav\n")
    yield started
    started.stop()


@pytest.fixture(scope="module")
def headers(process) -> dict[str, str]:
    """The user's; its file is there."""
    (issued,) = process.add("anna")
    signed = token(issued)
    with process.connect() as connection:
        answer = connection.request("PUT", URL, (PIECE for _ in range(PIECES)), signed)
        assert answer.status == 201
    return signed


def most_memory(process: Process) -> int:
    """The most that the server ever had, in octets."""
    text = Path(f"/proc/{process.process.pid}/status").read_text()
    found = re.search(r"VmHWM:\s+(\d+) kB", text)
    assert found is not None
    return int(found[1]) * 1024


def test_a_large_file_comes_back_whole_and_takes_little_memory(process, headers):
    before = most_memory(process)
    with process.connect() as connection:
        answer = connection.request("GET", URL, headers=headers)
    wanted = hashlib.sha256()
    for _ in range(PIECES):
        wanted.update(PIECE)
    assert answer.status == 200
    assert hashlib.sha256(answer.body).digest() == wanted.digest()
    # What took the file in, and what gives it out, holds a few pieces of it at a time.
    assert most_memory(process) - before < PIECES * len(PIECE) / 4
    assert most_memory(process) < 256 << 20


def test_head_reads_nothing(process, headers):
    with process.connect() as connection:
        answer = connection.request("HEAD", URL, headers=headers)
        assert answer.headers["content-length"] == str(PIECES * len(PIECE))
        part = connection.request("GET", URL, headers=headers | {"range": "bytes=-5"})
    assert (part.status, part.body) == (206, PIECE[-5:])


def test_a_client_that_goes_away_is_let_go(process, headers):
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    for _ in range(3):
        with socket.create_connection(("127.0.0.1", process.port), DEADLINE) as line:
            line.sendall(f"GET {URL} HTTP/1.1\r\nhost: x\r\n{lines}\r\n".encode())
            assert line.recv(1000).startswith(b"HTTP/1.1 200 OK")
    with process.connect() as connection:
        assert (
            connection.request("GET", URL, headers=headers | {"range": "bytes=0-0"}).status == 206
        )
    assert not [text for text in process.log if "Traceback" in text]


def test_an_upload_that_breaks_off_stores_nothing(process, headers):
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    with socket.create_connection(("127.0.0.1", process.port), DEADLINE) as line:
        head = f"PUT {URL}2 HTTP/1.1\r\nhost: x\r\ncontent-length: 99999999\r\n{lines}\r\n"
        line.sendall(head.encode() + PIECE * 3)
    with process.connect() as connection:
        assert connection.request("GET", f"{URL}2", headers=headers).status == 404


def test_what_cannot_be_stored_is_refused_before_it_comes(process, headers):
    url = URL.replace("big", "no/where")
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    with socket.create_connection(("127.0.0.1", process.port), DEADLINE) as line:
        head = f"PUT {url} HTTP/1.1\r\nhost: x\r\ncontent-length: 99999999\r\n{lines}\r\n"
        line.sendall(head.encode())
        assert line.recv(1000).startswith(b"HTTP/1.1 409 Conflict")
