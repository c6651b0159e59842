"""Whatever comes: names round-trip through hrefs, and no body is a 500."""

from __future__ import annotations

import asyncio
import shutil

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from lxml import etree

from cyrpy.data.database import Database, Location
from cyrpy.data.notifier import Notifier
from cyrpy.dav import urls
from cyrpy.dav.errors import DavError
from cyrpy.dav.markup import escape
from tests.support.clock import Clock
from tests.support.dav import NS, Client, Server, tree, words

NAMES = st.text(st.characters(blacklist_categories=["Cs", "Cc"]), min_size=1, max_size=40).filter(
    lambda name: name not in {".", ".."}
)
ODD = [
    "a b",
    "50%",
    "%41",
    "ümlaut",
    "日本",
    "a@b+c",
    "a/b",
    "?x#y",
    "&<>\"'",
    "~;:,=$!*()",
    "é",
    " ",
]


@pytest.fixture(scope="module")
def anna(sqlite_template, tmp_path_factory):
    folder = tmp_path_factory.mktemp("fuzz")
    shutil.copy(sqlite_template, folder / "cyrpy.db")
    database = Database(
        Location(file=folder / "cyrpy.db", synchronous="normal"),
        publisher=Notifier(),
        clock=Clock(),
    )
    yield Server(database, folder).client("anna")
    database.close()


@given(st.lists(NAMES, min_size=1, max_size=4))
@example(ODD)
def test_paths_round_trip(path):
    assert urls.split(urls.collection(*path)) == tuple(path)
    assert urls.path_of("https://h:1/base" + urls.collection(*path), "/base") == tuple(path)


@given(st.text())
def test_any_path_is_read_or_refused(text):
    try:
        path = urls.split(text)
    except DavError:
        return
    assert urls.split(urls.collection(*path)) == path


@given(st.text())
def test_any_text_is_well_formed_xml(text):
    root = etree.fromstring(b"<a>" + escape(text) + b"</a>")
    assert len(root) == 0


@pytest.mark.parametrize("name", ODD)
def test_odd_names_are_found_again(anna: Client, name):
    url = anna.calendars + urls.encode(name) + "/"
    assert anna.request("MKCALENDAR", url).status == 201
    assert url in anna.propfind(anna.calendars, "D:displayname", depth="1").responses
    assert anna.get(url, "D:displayname") == name
    assert anna.request("DELETE", url).status == 204


ELEMENTS = st.sampled_from(
    words(
        """
        D:propfind D:prop D:allprop D:propname D:include D:propertyupdate D:set D:remove D:match
        D:resourcetype D:displayname D:acl D:ace D:principal D:grant D:privilege D:read D:href
        D:self D:mkcol D:collection C:calendar C:mkcalendar D:sync-collection D:sync-token
        D:sync-level D:limit D:nresults D:expand-property D:property D:principal-property-search
        D:property-search D:principal-match D:acl-principal-prop-set D:principal-property
        D:principal-search-property-set C:calendar-timezone C:calendar-timezone-id C:opaque C:comp
        C:supported-calendar-component-set C:schedule-calendar-transp A:calendar-color X:what
        A:calendar-order C:calendar-description CR:addressbook-description
        """
    )
)
ATTRIBUTES = st.sampled_from(
    [
        "",
        ' name="VEVENT"',
        ' name="owner"',
        ' match-type="equals"',
        ' namespace="DAV:"',
        ' test="anyof"',
    ]
)
TEXTS = st.sampled_from(
    [
        "",
        "1",
        "-1",
        "x",
        "http://[",
        "/dav/%ff/",
        "/dav/principals/",
        "urn:cyrpy:sync:Calendars.1:1",
        "é",
    ]
)


def _nested(inner):
    return st.builds(
        lambda name, attributes, content: f"<{name}{attributes}>{''.join(content)}</{name}>",
        ELEMENTS,
        ATTRIBUTES,
        st.lists(inner, max_size=3),
    )


MARKUP = st.recursive(TEXTS, _nested, max_leaves=20)
METHODS = st.sampled_from(
    ["PROPFIND", "PROPPATCH", "REPORT", "ACL", "MKCOL", "MKCALENDAR", "DELETE"]
)
URLS = st.sampled_from(
    ["/dav/", "/dav/principals/", "{p}", "{c}", "{c}new/", "{c}fuzz/", "{b}Default/", "{b}new/"]
)


@pytest.fixture(scope="module")
def loop():
    made = asyncio.new_event_loop()
    yield made
    made.close()


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(method=METHODS, url=URLS, root=ELEMENTS, content=st.lists(MARKUP, max_size=4))
def test_no_document_is_a_server_error(anna: Client, loop, method, url, root, content):
    url = url.format(p=anna.principal, c=anna.calendars, b=anna.books)
    body = tree(root, "".join(content))
    answer = loop.run_until_complete(anna._request(method, url, body, {"depth": "1"}))
    assert answer.status < 500
    if answer.body:
        etree.fromstring(answer.body)


@settings(max_examples=100, deadline=None)
@given(body=st.binary(max_size=200), method=METHODS)
@example(body=b'<?xml version="1.0" encoding="utf-7"?><a/>', method="PROPFIND")
@example(body=b'<?xml version="1.0" encoding="x"?><a/>', method="PROPFIND")
@example(body="<a/>".encode("utf-16"), method="REPORT")
def test_no_octets_are_a_server_error(anna: Client, loop, method, body):
    answer = loop.run_until_complete(anna._request(method, anna.calendars, body, {"depth": "0"}))
    assert answer.status < 500
    assert NS["D"] in answer.body.decode() or not answer.body
