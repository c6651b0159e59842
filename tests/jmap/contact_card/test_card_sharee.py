"""Cards of somebody else (RFC 9610 §3, RFC 9670): rights, and ids that nobody learns of."""

from __future__ import annotations

import pytest

from tests.support.cards import Cards

READ = {"mayRead": True}
WRITE = {"mayRead": True, "mayWrite": True}


@pytest.fixture
def book(anna):
    """An address book that is shared or not, beside one that never is."""
    return anna.books.create("Open")


@pytest.fixture
def share(anna, bert, book):
    """Gives bert rights on it, or none, and his view."""

    def shared(rights):
        anna.books.share(book, **({bert.account: rights} if rights else {}))
        return Cards(bert, anna.account, book)

    return shared


def made(anna, book, name="A", **more):
    return anna.make(name={"full": name}, addressBookIds={book: True}, **more)


def test_a_reader_sees_what_is_shared_and_changes_nothing(anna, book, share):
    open_card, secret = made(anna, book), made(anna, anna.book, "Secret")
    theirs = share(READ)
    assert theirs.query() == [open_card]
    assert theirs.query({"text": "secret"}) == []
    assert theirs.query({"operator": "NOT", "conditions": [{"text": "zzz"}]}) == [open_card]
    assert theirs.query({"inAddressBook": anna.book}) == []
    assert set(theirs.all()) == {open_card}
    assert theirs.call("get", ids=[secret])["notFound"] == [secret]
    assert theirs.refused_create(**theirs.card(name={"full": "x"}))["type"] == "forbidden"
    assert theirs.refused_update(open_card, kind="org")["type"] == "forbidden"
    assert theirs.refused_update(secret, kind="org")["type"] == "notFound"
    assert theirs.refused_destroy(open_card)["type"] == "forbidden"
    assert theirs.refused_destroy(secret)["type"] == "notFound"


def test_a_writer_writes_where_it_may(anna, book, share):
    theirs = share(WRITE)
    id = theirs.make(name={"full": "New"})
    assert anna.one(id)["addressBookIds"] == {book: True}
    theirs.update(id, nicknames={"n": {"name": "x"}})
    error = theirs.refused_update(id, addressBookIds={anna.book: True})
    assert error["properties"] == [f"addressBookIds/{anna.book}"]
    theirs.destroy(id)


def test_a_uid_in_a_hidden_address_book_is_not_told_of(anna, book, share):
    made(anna, anna.book, uid="u1")
    theirs = share(WRITE)
    theirs.make(uid="u1", name={"full": "x"})


def test_changes_are_those_of_what_is_shared(anna, book, share):
    theirs = share(READ)
    state = theirs.state()
    secret = made(anna, anna.book, "Secret")
    open_card = made(anna, book)
    assert theirs.changes(state) == {"created": [open_card], "updated": [], "destroyed": []}
    state = theirs.state()
    anna.update(secret, addressBookIds={book: True})
    assert theirs.changes(state)["created"] == [secret]
    state = theirs.state()
    anna.update(secret, addressBookIds={anna.book: True})
    assert theirs.changes(state)["destroyed"] == [secret]
    state = theirs.state()
    anna.update(open_card, kind="org")
    assert theirs.changes(state)["updated"] == [open_card]


def test_what_is_shared_no_more_is_gone(anna, bert, book, share):
    id = made(anna, book)
    theirs = share(READ)
    other = anna.books.create("Other")
    anna.books.share(other, **{bert.account: READ})
    state = theirs.state()
    share(None)
    assert theirs.changes(state)["destroyed"] == [id]
    assert theirs.query() == []
    state = theirs.state()
    share(READ)
    assert theirs.changes(state)["created"] == [id]


def test_a_copy_says_all_that_its_original_does(anna, bert, book, share):
    anna.put(
        "a.vcf",
        "BEGIN:VCARD\nVERSION:4.0\nUID:u9\nFN:Anna\nX-ODD:yes\nEND:VCARD\n",
        book,
    )
    theirs = share(READ)
    (id,) = theirs.query()
    own = Cards(bert)
    answer = own.call(
        "copy",
        fromAccountId=anna.account,
        create={
            "k": {"id": id, "addressBookIds": {own.book: True}, "nicknames": {"n": {"name": "x"}}}
        },
    )
    new = answer["created"]["k"]["id"]
    (found,) = own.call("get", ids=[new], properties=["x-href", "uid", "nicknames"])["list"]
    assert (found["uid"], found["nicknames"]) == ("u9", {"n": {"name": "x"}})
    assert b"X-ODD:yes" in bert.get(found["x-href"]).body
    assert own.query({"text": "anna"}) == [new]
    again = own.call(
        "copy",
        fromAccountId=anna.account,
        create={"k": {"id": id, "addressBookIds": {own.book: True}}},
    )
    error = again["notCreated"]["k"]
    assert (error["type"], error["existingId"]) == ("alreadyExists", new)
    (error,) = own.call(
        "copy",
        fromAccountId=anna.account,
        create={"k": {"id": "K999", "addressBookIds": {own.book: True}}},
    )["notCreated"].values()
    assert error["type"] == "notFound"


def test_a_copy_may_destroy_its_original(anna, bert, book, share):
    id = made(anna, book)
    share(WRITE)
    own = Cards(bert)
    (_, copied, _), (name, gone, _) = bert.run(
        [
            "ContactCard/copy",
            {
                "fromAccountId": anna.account,
                "accountId": bert.account,
                "create": {"k": {"id": id, "addressBookIds": {own.book: True}}},
                "onSuccessDestroyOriginal": True,
            },
        ]
    )
    assert copied["created"]
    assert (name, gone["destroyed"]) == ("ContactCard/set", [id])
    assert anna.query() == []
