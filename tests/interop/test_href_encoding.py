"""Names of every kind, in every spelling, through all that has to do with hrefs (RFC 3986 §2.1)."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote, unquote

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.support.dav import tree
from tests.support.davwire import WireClient, joined
from tests.support.events import event, put

PLAIN = "abcXYZ019-._~"
DELIMITERS = "!$&'()*+,;=:@"
ALPHABET = st.one_of(
    st.sampled_from(PLAIN + DELIMITERS),
    st.sampled_from(' %/?#[]\\"<>^`{|}\x7fäß☃🎉é'),
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"),
)
NAMES = st.text(ALPHABET, min_size=1, max_size=40).filter(lambda name: name not in {".", ".."})
ODD = ["a b", "100%", "%41", "a/b", "a+b", "x@y.z", "ä", "a%20b", "..a", "?x", "#x", ";v=1", "\n"]


@pytest.fixture(scope="module")
def client(process) -> Iterator[WireClient]:
    """One user for all examples; each leaves nothing behind."""
    found = joined(process, "names")
    yield found
    found.close()


@st.composite
def spelled(draw: st.DrawFn, names: st.SearchStrategy[str] = NAMES) -> tuple[str, str]:
    """A name, and a spelling of it that clients may choose."""
    name = draw(names)
    pieces = []
    for character in name:
        encoded = "".join(f"%{octet:02x}" for octet in character.encode())
        choices = [encoded, encoded.upper()]
        if character in PLAIN + DELIMITERS:
            choices.append(character)
        pieces.append(draw(st.sampled_from(choices)))
    spelling = "".join(pieces)
    return name, "%2E" + spelling[1:] if spelling in {".", ".."} else spelling


def plainly(name: str) -> tuple[str, str]:
    return name, quote(name, safe="")


def hrefs(client: WireClient, url: str) -> set[str]:
    return set(client.propfind(url, "D:getetag", depth="1").responses) - {url}


def last(href: str) -> str:
    """The name that the last segment of an href means."""
    return unquote(href.rstrip("/").rpartition("/")[2])


def got(client: WireClient, url: str, *asked: str) -> list[tuple[str, int | None]]:
    """Href and status of each response to a multiget."""
    inside = "".join(f"<D:href>{href.replace('&', '&amp;')}</D:href>" for href in asked)
    body = tree("C:calendar-multiget", f"<D:prop><C:calendar-data/></D:prop>{inside}")
    answer = client.request("REPORT", url, body)
    return [(href, response.status) for href, response in answer.responses.items()]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(spelled(), spelled())
@example(plainly("a/b"), plainly("a b"))
@example(("%41", "%2541"), ("A", "%41"))
@example(plainly("a+b"), ("a b", "a%20b"))
@example(("@", "@"), ("%40", "%2540"))
def test_an_object_has_one_name_whatever_its_spelling(client, first, second):
    name, spelling = first
    other, other_spelling = second
    work = f"{client.calendars}Default/"
    assert put(client, work + spelling, event()).status == 201
    try:
        (href,) = hrefs(client, work)
        assert last(href) == name
        assert client.request("GET", href).body == event()
        assert client.request("GET", work + spelling).body == event()
        assert got(client, work, href, work + spelling)[0] == (href, None)
        token = client.sync(work).token
        target = {"destination": work + other_spelling, "overwrite": "T"}
        moved = client.request("MOVE", work + spelling, headers=target)
        assert moved.status == (403 if other == name else 201)
        (now,) = hrefs(client, work)
        assert last(now) == other
        told = {last(h): r.status for h, r in client.sync(work, token).responses.items()}
        assert told == ({} if other == name else {name: 404, other: None})
        assert client.request("GET", work + spelling).status == (200 if other == name else 404)
    finally:
        for each in hrefs(client, work):
            assert client.request("DELETE", each).status == 204
    assert hrefs(client, work) == set()


@settings(max_examples=25, deadline=None)
@given(spelled())
@example(plainly("Büro & Co / 100%"))
@example(plainly("a@b+c"))
def test_a_collection_has_one_name_whatever_its_spelling(client, first):
    name, spelling = first
    url = f"{client.calendars}{spelling}/"
    made = client.request("MKCALENDAR", url)
    if made.status != 201:  # a name that means something here already, or too long
        assert made.status in {403, 405}
        assert name.casefold() in {"default", "inbox", "outbox", "attachments"}
        return
    try:
        (href,) = [h for h in hrefs(client, client.calendars) if last(h) == name]
        assert put(client, f"{href}a.ics", event("a")).status == 201
        assert got(client, url, f"{url}a.ics")[0][1] is None
        assert client.request("GET", f"{url}a.ics").body == event("a")
    finally:
        assert client.request("DELETE", url).status == 204


@pytest.mark.parametrize("name", ODD)
def test_files_and_cards_too_have_any_name(client, name):
    for home, body, type in (
        (client.drive, b"text", "text/plain"),
        (f"{client.books}Default/", CARD, "text/vcard"),
    ):
        url = home + quote(name, safe="")
        assert put(client, url, body, content_type=type).status == 201
        (href,) = [h for h in hrefs(client, home) if last(h) == name]
        assert client.request("GET", href).body == body
        assert client.request("DELETE", href).status == 204


CARD = b"BEGIN:VCARD\r\nVERSION:3.0\r\nUID:c\r\nFN:C\r\nN:C;;;;\r\nEND:VCARD\r\n"


@pytest.mark.parametrize("absolute", [False, True])
def test_destinations_may_be_paths_and_whole_urls(client, absolute):
    work = f"{client.calendars}Default/"
    assert put(client, f"{work}a.ics", event()).status == 201
    base = f"http://127.0.0.1:{client.process.port}" if absolute else ""
    moved = client.request(
        "MOVE", f"{work}a.ics", headers={"destination": f"{base}{work}b%20%C3%A4.ics"}
    )
    assert moved.status == 201
    assert client.request("DELETE", f"{work}b%20%C3%A4.ics").status == 204


@pytest.mark.parametrize("spelling", ["%ff", "%00", ".", "%2e%2e", "a//b", "a%2F/b"])
def test_what_can_be_no_name_is_refused(client, spelling):
    answer = put(client, f"{client.calendars}Default/{spelling}", event())
    assert answer.status in {400, 409}


@pytest.mark.parametrize("spelling", ["%", "%4", "%zz", "100%.ics"])
def test_a_percent_sign_that_encodes_nothing_stands_for_itself(client, spelling):
    work = f"{client.calendars}Default/"
    assert put(client, work + spelling, event()).status == 201
    (href,) = hrefs(client, work)
    assert last(href) == spelling
    assert client.request("DELETE", href).status == 204


def test_a_multiget_tells_each_href_as_it_was_asked_for(client):
    work = f"{client.calendars}Default/"
    assert put(client, f"{work}a+b.ics", event()).status == 201
    asked = [f"{work}a+b.ics", f"{work}a%2bb.ics", f"{work.replace('@', '%40')}a%2Bb.ics"]
    assert got(client, work, *asked) == [(href, None) for href in asked]
    assert client.request("DELETE", f"{work}a%2Bb.ics").status == 204
