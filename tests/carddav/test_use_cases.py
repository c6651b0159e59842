"""Use cases of address books that other protocols have too (`cyrpy.groupware.contacts`)."""

from __future__ import annotations

import pytest

from cyrpy.data import access
from cyrpy.data.changes import changes_since, state
from cyrpy.errors import Forbidden, NotFound
from cyrpy.groupware import cards, contacts
from cyrpy.groupware.access import Actor
from cyrpy.groupware.cards import prepare

CARD = b"BEGIN:VCARD\r\nVERSION:3.0\r\nUID:a\r\nFN:A\r\nEND:VCARD\r\n"


@pytest.fixture
def owner(anna) -> Actor:
    return Actor(anna.row.id, frozenset({anna.row.id}))


@pytest.fixture
def guest(bert) -> Actor:
    return Actor(bert.row.id, frozenset({bert.row.id}))


@pytest.fixture
def team(anna, database, owner):
    """An address book with one card in it."""
    assert anna.request("MKCOL", f"{anna.books}team/").status == 201

    def work(unit):
        view = contacts.find(unit, owner.principal_id, owner, "team")
        cards.put(unit, view, "a.vcf", prepare(CARD))
        return view

    return database.write(work)


def test_address_book_with_cards_goes_only_with_them(database, team):
    with pytest.raises(contacts.NotEmpty):
        database.write(lambda unit: contacts.delete(unit, team, remove_cards=False))
    with database.read() as unit:
        since = str(state(unit, team.row.account_id, contacts.CARD, team.row.id))
    database.write(lambda unit: contacts.delete(unit, team, remove_cards=True))
    with database.read() as unit:
        gone = changes_since(unit, team.row.account_id, contacts.CARD, since)
    assert [gone.names[id] for id in gone.destroyed] == ["a.vcf"]


def test_guest_finds_what_was_shared_alone(database, team, owner, guest):
    account = team.row.account_id
    with database.read() as unit, pytest.raises(NotFound):
        contacts.find(unit, account, guest, "team")
    database.write(lambda unit: contacts.set_shares(unit, team, {guest.principal_id: "lr"}))
    with database.read() as unit:
        view = contacts.find(unit, account, guest, "team")
        assert [v.row.wire_id for v in contacts.visible(unit, account, guest)] == ["team"]
    assert (view.rights, view.is_owner) == ("lr", False)


def test_guest_needs_a_right_for_each_change(database, team, guest):
    key = (team.row.account_id, "AddressBook", team.row.id, guest.principal_id)
    database.write(lambda unit: access.put_grant(unit, *key, "lr"))
    with database.read() as unit:
        view = contacts.find(unit, team.row.account_id, guest, "team")
    for change in (
        lambda unit: contacts.update(unit, view, {"name": "x"}),
        lambda unit: contacts.set_shares(unit, view, {}),
        lambda unit: contacts.delete(unit, view, remove_cards=True),
    ):
        with pytest.raises(Forbidden):
            database.write(change)
