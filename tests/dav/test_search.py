"""Reports that find principals (RFC 3744 §9.2-9.5)."""

from __future__ import annotations

import pytest

from cyrpy.dav import search
from tests.support.dav import clark, prop

ALL = "/dav/principals/"


@pytest.fixture
def people(server, anna, bert):
    server.add("hall", "location", display_name="Great Hall", aliases=("room7@example.com",))
    return {
        "anna": anna.principal,
        "bert": bert.principal,
        "hall": "/dav/principals/room/hall@example.com/",
    }


def find(client, *criteria: tuple[str, str], url: str = ALL, attributes: str = "", more: str = ""):
    content = "".join(
        f"<D:property-search>{prop(name)}<D:match>{text}</D:match></D:property-search>"
        for name, text in criteria
    )
    body = content + prop("D:displayname") + more
    answer = client.report(url, f"D:principal-property-search{attributes}", body)
    return set(answer.responses)


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("D:displayname", "adl", {"anna"}),
        ("D:displayname", "ÖZTÜRK", {"bert"}),
        ("D:displayname", "hall", {"hall"}),
        ("D:displayname", "%", set()),
        ("C:calendar-user-address-set", "room7@", {"hall"}),
        ("CS:email-address-set", "ANNA@example", {"anna"}),
        ("C:calendar-user-type", "ROOM", {"hall"}),
        ("X:what", "anna", set()),
    ],
)
def test_finds_by_part_without_regard_to_case(anna, people, name, text, found):
    assert find(anna, (name, text)) == {people[key] for key in found}


def test_all_criteria_must_match(anna, people):
    criteria = (("D:displayname", "a"), ("C:calendar-user-type", "ROOM"))
    assert find(anna, *criteria) == {people["hall"]}


def test_any_criterion_serves_if_the_client_says_so(server, anna, people):
    content = "".join(
        f"<D:property-search>{prop('D:displayname')}<D:match>{text}</D:match></D:property-search>"
        for text in ("adler", "hall")
    )
    body = (
        f'<D:principal-property-search xmlns:D="DAV:" test="anyof">{content}'
        "<D:prop><D:displayname/></D:prop></D:principal-property-search>"
    )
    answer = anna.request("REPORT", ALL, body.encode())
    assert set(answer.responses) == {people["anna"], people["hall"]}


def test_searches_below_the_url_only(anna, people):
    assert find(anna, ("D:displayname", "a"), url="/dav/principals/room/") == {people["hall"]}
    assert find(anna, ("D:displayname", "a"), url=anna.calendars) == set()


def test_searches_below_the_url_at_any_depth(anna, people):
    assert find(anna, ("D:displayname", "adler"), url="/dav/") == {people["anna"]}
    answer = anna.report("/dav/", "D:principal-match", "<D:self/>" + prop("D:displayname"))
    assert set(answer.responses) == {people["anna"]}


def test_a_principal_finds_itself_at_its_own_url(anna, people):
    assert find(anna, ("D:displayname", "a"), url=anna.principal) == {people["anna"]}


def test_properties_may_stand_beside_an_empty_prop(anna, people):
    criterion = f"<D:property-search>{prop('D:displayname')}<D:match>adler</D:match>"
    beside = "</D:property-search><D:prop/><C:calendar-home-set/><D:displayname/>"
    found = anna.report(ALL, "D:principal-property-search", criterion + beside).one
    assert found["D:displayname"] == "Anna Adler"
    assert found["C:calendar-home-set"] == [anna.calendars]


def test_searches_everywhere_if_told_to(anna, people):
    more = "<D:apply-to-principal-collection-set/>"
    criteria = ("D:displayname", "adler")
    assert find(anna, criteria, url=anna.calendars, more=more) == {people["anna"]}


def test_too_many_matches_are_cut_and_said_to_be(anna, people, monkeypatch):
    monkeypatch.setattr(search, "MAX_MATCHES", 1)
    answer = anna.report(
        ALL,
        "D:principal-property-search",
        f"<D:property-search>{prop('D:displayname')}<D:match>a</D:match></D:property-search>"
        + prop("D:displayname"),
    )
    assert [r.status for r in answer.responses.values()] == [None, 507]


def test_what_can_be_searched_is_told(anna):
    answer = anna.report(ALL, "D:principal-search-property-set")
    names = {e[0].tag for e in answer.root.iter(clark("D:prop"))}
    assert names == {
        clark("D:displayname"),
        clark("C:calendar-user-address-set"),
        clark("C:calendar-user-type"),
        clark("CS:email-address-set"),
    }
    assert all(e.text for e in answer.root.iter(clark("D:description")))


def test_principal_match_finds_oneself(anna, bert):
    answer = anna.report(ALL, "D:principal-match", "<D:self/>" + prop("D:displayname"))
    assert set(answer.responses) == {anna.principal}


def test_principal_match_finds_what_one_owns(anna):
    content = "<D:principal-property><D:owner/></D:principal-property>" + prop("D:displayname")
    answer = anna.report(anna.books, "D:principal-match", content)
    assert set(answer.responses) == {f"{anna.books}Default/"}
