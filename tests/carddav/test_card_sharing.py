"""Cards in shared address books: who may read, write and remove them."""

from __future__ import annotations

import pytest

from cyrpy.data import cards as rows
from cyrpy.data.changes import state
from cyrpy.data.itemchanges import item_changes_since
from cyrpy.errors import Forbidden
from cyrpy.groupware import cards, contacts
from cyrpy.groupware.access import Actor
from cyrpy.groupware.cards import prepare
from tests.carddav.vcards import DATA, multiget, names, put, put_all, query, vcard
from tests.support.dav import clark

READ, WRITE = "D:read", "D:read D:write-content D:bind D:unbind"


@pytest.fixture
def shared(bert) -> str:
    """Anna's address book in Bert's home."""
    return f"{bert.books}anna@example.com.team/"


@pytest.fixture
def cards_of(anna, team) -> str:
    put_all(anna, team, a=vcard("a", name="Anna"), b=vcard("b", name="Bert"))
    return team


def test_without_a_share_nothing_is_there(bert, cards_of, shared):
    for url in (f"{cards_of}a.vcf", f"{shared}a.vcf"):
        assert bert.request("GET", url).status == 404
        assert put(bert, url, vcard("a")).status in {404, 409}
        assert bert.request("DELETE", url).status == 404


def test_reader_reads_all_and_changes_nothing(anna, bert, cards_of, shared):
    anna.share(cards_of, **{bert.principal: READ})
    for book in (cards_of, shared):
        url = f"{book}a.vcf"
        assert bert.request("GET", url).body == vcard("a", name="Anna")
        assert multiget(bert, book, url).one[DATA] == vcard("a", name="Anna").decode()
        assert names(query(bert, book, ""), book) == {"a", "b"}
        assert set(bert.sync(book).responses) == {f"{book}a.vcf", f"{book}b.vcf"}
        for answer in (
            put(bert, url, vcard("a", "NOTE:x")),
            put(bert, f"{book}c.vcf", vcard("c")),
            bert.request("POST", book, vcard("c"), {"content-type": "text/vcard"}),
            bert.request("DELETE", url),
            bert.request("MOVE", url, headers={"destination": f"{bert.books}Default/a.vcf"}),
            bert.request("MOVE", url, headers={"destination": f"{book}z.vcf"}),
        ):
            assert (answer.status, answer.condition) == (403, clark("D:need-privileges"))
    assert names(query(anna, cards_of, ""), cards_of) == {"a", "b"}


def test_reader_takes_copies(anna, bert, cards_of, shared):
    anna.share(cards_of, **{bert.principal: READ})
    own = f"{bert.books}Default/a.vcf"
    assert bert.request("COPY", f"{shared}a.vcf", headers={"destination": own}).status == 201
    assert bert.request("GET", own).body == vcard("a", name="Anna")


def test_writer_writes_and_the_owner_sees_it(anna, bert, cards_of, shared):
    anna.share(cards_of, **{bert.principal: WRITE})
    token = anna.sync(cards_of).token
    assert put(bert, f"{shared}a.vcf", vcard("a", "NOTE:x")).status == 204
    assert put(bert, f"{shared}c.vcf", vcard("c")).status == 201
    assert bert.request("DELETE", f"{shared}b.vcf").status == 204
    found = {href: r.status for href, r in anna.sync(cards_of, token).responses.items()}
    assert found == {f"{cards_of}a.vcf": None, f"{cards_of}b.vcf": 404, f"{cards_of}c.vcf": None}
    held = bert.propfind(f"{shared}a.vcf", "D:current-user-privilege-set").root
    assert list(held.iter(clark("D:write-content")))


def test_sharee_moves_cards_into_the_own_address_book(anna, bert, cards_of, shared):
    anna.share(cards_of, **{bert.principal: WRITE})
    own = f"{bert.books}Default/a.vcf"
    anna.set(f"{cards_of}a.vcf", "X:note", "hers")
    assert bert.request("MOVE", f"{shared}a.vcf", headers={"destination": own}).status == 201
    assert bert.request("GET", own).body == vcard("a", name="Anna")
    assert bert.get(own, "X:note") == "hers"
    assert anna.request("GET", f"{cards_of}a.vcf").status == 404
    assert bert.request("MOVE", own, headers={"destination": f"{shared}a.vcf"}).status == 201
    assert anna.request("GET", f"{cards_of}a.vcf").body == vcard("a", name="Anna")


def test_conflict_is_told_by_the_url_that_the_sharee_uses(anna, bert, cards_of, shared):
    anna.share(cards_of, **{bert.principal: WRITE})
    answer = put(bert, f"{shared}c.vcf", vcard("a"))
    assert answer.root.findtext(f".//{clark('D:href')}") == f"{shared}a.vcf"


def test_sync_goes_on_over_what_others_write(anna, bert, cards_of, shared):
    anna.share(cards_of, **{bert.principal: READ})
    token = bert.sync(shared).token
    put(anna, f"{cards_of}a.vcf", vcard("a", "NOTE:x"))
    anna.request("DELETE", f"{cards_of}b.vcf")
    found = {href: r.status for href, r in bert.sync(shared, token).responses.items()}
    assert found == {f"{shared}a.vcf": None, f"{shared}b.vcf": 404}


def test_every_change_needs_a_right_whatever_the_protocol(anna, bert, database, cards_of):
    anna.share(cards_of, **{bert.principal: READ})
    guest = Actor(bert.row.id, frozenset({bert.row.id}))
    with database.read() as unit:
        view = contacts.find(unit, anna.row.id, guest, "team")
        row = cards.find(unit, view, "a.vcf")
    for change in (
        lambda unit: cards.put(unit, view, "c.vcf", prepare(vcard("c"))),
        lambda unit: cards.put(unit, view, "a.vcf", prepare(vcard("a", "NOTE:x")), row),
        lambda unit: cards.put_by_uid(unit, view, prepare(vcard("c"))),
        lambda unit: cards.copy(unit, row, view, "c.vcf"),
        lambda unit: cards.move(unit, view, row, view, "c.vcf"),
        lambda unit: cards.delete(unit, view, row),
    ):
        with pytest.raises(Forbidden):
            database.write(change)


def test_changes_of_cards_that_one_sees(anna, bert, database, book, cards_of):
    """What JMAP tells a sharee: cards of shared address books, and of no others."""
    guest = Actor(bert.row.id, frozenset({bert.row.id}))

    def since(before: str):
        with database.read() as unit:
            viewer = cards.viewer(unit, anna.row.id, guest)
            return item_changes_since(unit, anna.row.id, rows.KIND, before, viewer)

    with database.read() as unit:
        before = str(state(unit, anna.row.id, rows.KIND))
    put_all(anna, book, secret=vcard("s"))
    assert since(before).created == []
    anna.share(cards_of, **{bert.principal: READ})
    shown = since(before)
    assert len(shown.created) == 2
    anna.request("MOVE", f"{book}secret.vcf", headers={"destination": f"{cards_of}s.vcf"})
    put(anna, f"{cards_of}a.vcf", vcard("a", "NOTE:x"))
    found = since(shown.new)
    assert (len(found.created), len(found.updated), found.destroyed) == (1, 1, [])
    assert set(found.updated) < set(shown.created)


def test_cards_are_found_by_id_where_they_may_be_seen(anna, bert, database, book, cards_of):
    put_all(anna, book, secret=vcard("s"))
    anna.share(cards_of, **{bert.principal: READ})
    ids = [f"K{number}" for number in range(40)] + ["K", "K0", "x", "E1"]
    with database.read() as unit:
        own = Actor(anna.row.id, frozenset({anna.row.id}))
        guest = Actor(bert.row.id, frozenset({bert.row.id}))
        hers = cards.of_ids(unit, anna.row.id, own, ids)
        his = cards.of_ids(unit, anna.row.id, guest, ids)
    assert sorted(row.uid for row, _ in hers.values()) == ["a", "b", "s"]
    assert sorted(row.uid for row, _ in his.values()) == ["a", "b"]
    assert {frozenset(view.rights) for _, view in his.values()} == {frozenset("lr")}
