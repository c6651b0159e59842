"""Whatever the headers say, no request is a 500, and no answer is malformed."""

from __future__ import annotations

import shutil

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

import cyrpy_webdav
from cyrpy.data.database import Database, Location
from cyrpy.data.notifier import Notifier
from tests.support.clock import Clock
from tests.support.dav import MODULES, Server, tree
from tests.webdav.drive import LOCK, Drive

METHODS = [
    "COPY", "DELETE", "GET", "HEAD", "LOCK", "MKCOL", "MOVE", "OPTIONS", "POST", "PROPFIND",
    "PROPPATCH", "PUT", "REPORT", "UNLOCK",
]  # fmt: skip
PATHS = ["", "a", "f", "f/", "f/b", "new", "f/new/", "no/where", "%ff", "..", "a/b"]
WORDS = [
    "", "*", "T", "F", "0", "1", "infinity", "-1", '"x"', 'W/"x"', "bytes=0-1", "bytes=1-0",
    "bytes=0-0,2-3", "Second-1", "Infinite", "<urn:uuid:1>", "(<urn:uuid:1>)", "(Not <a:b>)",
    '(["x"])', "<a> (<b>)", "text/plain", "application/xml", "gzip", "return=representation",
    "return=minimal", "Mon, 01 Jan 2001 00:00:00 GMT", "bytes 0-1/2", "/dav/drive/user/anna/x",
    "/dav/drive/user/anna@example.com/x", "/dav/drive/user/anna@example.com/f/",
    "http://[", "http://dav.example.com/dav/", "99999999999999999999",
]  # fmt: skip
NAMES = [
    "accept", "content-encoding", "content-range", "content-type", "depth", "destination", "if",
    "if-match", "if-modified-since", "if-none-match", "if-range", "if-unmodified-since",
    "lock-token", "overwrite", "prefer", "range", "timeout",
]  # fmt: skip
VALUES = st.one_of(st.sampled_from(WORDS), st.text(st.characters(codec="latin-1"), max_size=30))
BODIES = st.sampled_from(
    [
        b"",
        b"text",
        b"<",
        tree("D:propfind", "<D:allprop/>"),
        tree("D:lockinfo", LOCK.format(scope="shared")),
        tree("D:propertyupdate", "<D:set><D:prop><X:a>1</X:a></D:prop></D:set>"),
        tree("D:sync-collection", "<D:sync-token/><D:sync-level>1</D:sync-level><D:prop/>"),
        tree("D:mkcol", "<D:set><D:prop><D:displayname>x</D:displayname></D:prop></D:set>"),
    ]
)


@pytest.fixture(scope="module")
def drive(sqlite_template, tmp_path_factory):
    folder = tmp_path_factory.mktemp("fuzz")
    shutil.copy(sqlite_template, folder / "cyrpy.db")
    database = Database(
        Location(file=folder / "cyrpy.db", synchronous="normal"),
        publisher=Notifier(),
        clock=Clock(),
    )
    server = Server(database, folder, modules=(*MODULES, cyrpy_webdav.module))
    made = Drive(server.client("anna"))
    yield made
    database.close()


@given(
    st.sampled_from(METHODS),
    st.sampled_from(PATHS),
    st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=4),
    BODIES,
)
@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
def test_no_request_is_a_500(drive, method, path, headers, body):
    drive.put("a", b"0123456789")
    drive.request("MKCOL", "f/")
    answer = drive.client.request(method, drive.url(path), body, headers)
    assert answer.status < 500 or answer.status in {502, 507}
    if answer.headers.get("content-type", "").startswith("application/xml"):
        etree.fromstring(answer.body)
    if method != "HEAD" and answer.status not in {204, 304}:
        assert answer.headers["content-length"] == str(len(answer.body))
