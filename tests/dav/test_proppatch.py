"""PROPPATCH (RFC 4918 §9.2): all or nothing, live and dead."""

from __future__ import annotations

import pytest

from tests.support.dav import clark, tree

BOTH = (
    "<D:set><D:prop><A:calendar-color>#ff0000</A:calendar-color><X:note>n</X:note></D:prop></D:set>"
)


@pytest.fixture
def work(anna) -> str:
    return f"{anna.calendars}Default/"


def test_live_and_dead_properties_are_set_together(anna, work):
    found = anna.proppatch(work, BOTH).one.found
    assert found == {200: {clark("A:calendar-color"): "", clark("X:note"): ""}}
    assert anna.get(work, "A:calendar-color") == "#ff0000"
    assert anna.get(work, "X:note") == "n"


def test_one_refused_change_leaves_all_undone(anna, work):
    wrong = "<D:set><D:prop><D:resourcetype/></D:prop></D:set>"
    answer = anna.proppatch(work, BOTH + wrong)
    assert answer.status == 207
    assert answer.one.status_of("D:resourcetype") == 403
    assert answer.one.status_of("X:note") == answer.one.status_of("A:calendar-color") == 424
    assert anna.propfind(work, "X:note").one.status_of("X:note") == 404
    assert anna.get(work, "A:calendar-color") != "#ff0000"


@pytest.mark.parametrize("name", ["D:resourcetype", "D:getetag", "D:owner", "D:sync-token"])
def test_protected_properties_can_be_neither_set_nor_removed(anna, work, name):
    before = anna.get(work, "D:resourcetype")
    assert anna.set(work, name, "x") == anna.remove(work, name) == 403
    assert anna.get(work, "D:resourcetype") == before


def test_the_refusal_names_the_precondition(anna, work):
    answer = anna.proppatch(work, "<D:remove><D:prop><D:resourcetype/></D:prop></D:remove>")
    assert answer.root.find(".//D:cannot-modify-protected-property", {"D": "DAV:"}) is not None


def test_instructions_are_followed_in_their_order(anna, work):
    anna.proppatch(
        work,
        "<D:set><D:prop><X:note>1</X:note></D:prop></D:set>"
        "<D:remove><D:prop><X:note/></D:prop></D:remove>"
        "<D:set><D:prop><X:note>2</X:note></D:prop></D:set>",
    )
    assert anna.get(work, "X:note") == "2"


def test_dead_property_keeps_markup_attributes_and_language(anna, work):
    anna.proppatch(
        work,
        '<D:set xml:lang="de"><D:prop><X:note X:a="1">x<X:b>ü</X:b>y</X:note></D:prop></D:set>',
    )
    note = anna.propfind(work, "X:note").root.find(".//X:note", {"X": "http://example.com/ns/"})
    assert note.get("{http://www.w3.org/XML/1998/namespace}lang") == "de"
    assert note.get(clark("X:a")) == "1"
    assert (note.text, note[0].text, note[0].tail) == ("x", "ü", "y")


def test_dead_property_without_a_namespace(anna, work):
    body = (
        b'<D:propertyupdate xmlns:D="DAV:"><D:set><D:prop><n xmlns="">v</n></D:prop></D:set>'
        b"</D:propertyupdate>"
    )
    assert anna.request("PROPPATCH", work, body).one.found == {200: {"n": ""}}
    assert anna.propfind(work).one.found[200]["n"] == "v"


def test_removing_what_is_not_there_succeeds(anna, work):
    assert anna.remove(work, "X:note") == 200


def test_removed_dead_property_is_gone(anna, work):
    anna.set(work, "X:note", "1")
    anna.remove(work, "X:note")
    assert anna.propfind(work, "X:note").one.status_of("X:note") == 404


def test_allprop_has_dead_properties(anna, work):
    anna.set(work, "X:note", "1")
    assert anna.propfind(work).one["X:note"] == "1"


def test_homes_keep_dead_properties_of_their_owner(anna):
    assert anna.set(anna.calendars, "X:note", "1") == 200
    assert anna.get(anna.calendars, "X:note") == "1"
    assert anna.propfind(anna.books, "X:note").one.status_of("X:note") == 404


def test_too_long_dead_property_is_refused(anna, work):
    assert anna.set(work, "X:note", "x" * 70_000) == 403


def test_too_many_dead_properties_are_refused(anna, work):
    many = "".join(f"<X:p{n}/>" for n in range(201))
    found = anna.proppatch(work, f"<D:set><D:prop>{many}</D:prop></D:set>").one.found
    assert list(found) == [507]


def test_minimal_success_has_no_body(anna, work):
    answer = anna.proppatch(work, BOTH, prefer="return=minimal")
    assert (answer.status, answer.body) == (200, b"")
    assert answer.headers["preference-applied"] == "return=minimal"


@pytest.mark.parametrize("body", [b"", tree("D:propfind", ""), tree("D:propertyupdate", "")])
def test_body_that_changes_nothing_is_400(anna, work, body):
    assert anna.request("PROPPATCH", work, body).status == 400


def test_principals_take_no_changes(anna):
    assert anna.request("PROPPATCH", anna.principal, tree("D:propertyupdate", BOTH)).status == 405
