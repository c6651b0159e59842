"""Cards below the protocols: what imports and JMAP do with them."""

from __future__ import annotations

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyrpy.data import cards as rows
from cyrpy.data.keys import bounded
from cyrpy.data.statement import updating
from cyrpy.data.tables import cards as table
from cyrpy.formats.vcard.parse import parse
from cyrpy.groupware import cards, contacts
from cyrpy.groupware.access import Actor
from tests.carddav.vcards import put_all, vcard


@pytest.fixture
def view(anna, database):
    """Anna's address book as she sees it."""
    with database.read() as unit:
        owner = Actor(anna.row.id, frozenset({anna.row.id}))
        return contacts.find(unit, anna.row.id, owner, "Default")


def test_import_adds_what_is_new_and_replaces_by_uid(anna, book, database, view):
    put_all(anna, book, kept=vcard("kept"), old=vcard("old"))
    stream = [vcard("old", "NOTE:new"), vcard("new"), vcard("urn:uuid:x/y"), vcard("kept")]
    token = anna.sync(book).token
    prepared = [cards.prepare(octets) for octets in stream]
    database.write(lambda unit: [cards.put_by_uid(unit, view, each) for each in prepared])
    assert anna.request("GET", f"{book}old.vcf").body == stream[0]
    assert anna.request("GET", f"{book}new.vcf").body == stream[1]
    changed = anna.sync(book, token).responses
    assert len(changed) == 3
    assert f"{book}kept.vcf" not in changed


def test_tree_made_here_is_stored_as_it_is_written(database, view):
    prepared = cards.prepare(parse(vcard("a").replace(b"\r\n", b"\n")))
    assert not prepared.exact
    row = database.write(lambda unit: cards.put(unit, view, "a.vcf", prepared))
    with database.read() as unit:
        assert rows.vcards(unit, row.account_id, [row.id]) == {row.id: prepared.octets}


@pytest.mark.parametrize(
    ("octets", "kind"),
    [
        (vcard("a"), "individual"),
        (vcard("a", "KIND:ORG", version="4.0"), "org"),
        (vcard("a", "X-ADDRESSBOOKSERVER-KIND:group"), "group"),
        (vcard("a", "KIND:" + "x" * 300, version="4.0"), None),
    ],
)
def test_kind_is_known_by_either_name(octets, kind):
    found = cards.prepare(octets).kind
    assert len(found) <= 64
    assert kind in {None, found}


def test_names_sort_without_case():
    lines = ("N:de\\, Vries;Änne;;;;Müller", "ORG:acme;Sales")
    octets = vcard("a").replace(b"N:Nobody;;;;", "\r\n".join(lines).encode())
    found = cards.prepare(octets)
    assert found.sort_surname == b"DE, VRIES"
    assert found.sort_given == "A\u0308NNE".encode()
    assert found.sort_surname2 == "MU\u0308LLER".encode()
    assert found.sort_company == b"ACME"


def test_card_is_jscontact_too(anna, book, database, view):
    put_all(anna, book, a=vcard("a", name="Anna"))
    with database.read() as unit:
        row = cards.find(unit, view, "a.vcf")
        json = cards.rendered(unit, row.account_id, [row.id, 999])
    assert list(json) == [row.id]
    card = orjson.loads(json[row.id])
    assert (card["@type"], card["uid"], card["name"]["full"]) == ("Card", "a", "Anna")


def test_what_an_older_conversion_made_is_made_anew(anna, book, database, view):
    put_all(anna, book, a=vcard("a", name="Anna"))
    stale = updating(table, ("account_id", "id"), ("rendering", "jscontact"))

    def spoil(unit):
        row = cards.find(unit, view, "a.vcf")
        key = {"key_account_id": row.account_id, "key_id": row.id}
        unit.run(stale, rendering=0, jscontact=b"{}", **key)
        return row

    row = database.write(spoil)
    with database.read() as unit:
        json = cards.rendered(unit, row.account_id, [row.id])[row.id]
    assert orjson.loads(json)["name"]["full"] == "Anna"


def test_small_cards_have_no_outline_and_large_ones_a_small_one():
    photo = "PHOTO;ENCODING=b;TYPE=JPEG:" + "QUJD" * 50_000
    assert cards.prepare(vcard("a", "NOTE:" + "x" * 1000)).outline is None
    many = vcard("a", *(f"NOTE:{n}" + "x" * 200 for n in range(50)))
    assert cards.prepare(many).outline is None
    outline = cards.prepare(vcard("a", photo, name="Anna")).outline
    assert outline is not None
    assert len(outline) < 300
    assert b"FN:Anna" in outline


@given(st.text(max_size=400), st.text(max_size=400))
def test_keys_are_as_different_as_the_texts(one, other):
    keys = bounded(one), bounded(other)
    assert all(len(key) <= 255 and "\x00" not in key for key in keys)
    same = one.replace("\x00", "") == other.replace("\x00", "")
    assert (keys[0] == keys[1]) == same
