"""Following changes ends where the server is, whatever owner and sharee do, by any protocol."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.jmap.contact_card.test_card_query import Followed
from tests.support.cards import Cards
from tests.support.jmap import Replica
from tests.support.servers import new_client

VCARD = "BEGIN:VCARD\nVERSION:3.0\nUID:{}\nFN:{}\nN:{};;;;\nEND:VCARD\n"
WORDS = ("alpha", "beta", "gamma")
RIGHTS = ({}, {"mayRead": True}, {"mayRead": True, "mayWrite": True})
FILTERS = (None, {"text": "alpha"}, {"operator": "NOT", "conditions": [{"kind": "group"}]})
DEEDS = (
    "jmap",
    "classic",
    "dav",
    "edit",
    "flag",
    "move",
    "delete",
    "dav_delete",
    "group",
    "share",
    "by_sharee",
    "sharee_delete",
    "destroy_book",
    "sync",
)
STEPS = st.lists(
    st.tuples(st.sampled_from(DEEDS), st.integers(0, 5), st.sampled_from(WORDS)), max_size=50
)


class World:
    """An owner with address books, a sharee, and what each of them has followed so far."""

    def __init__(self, server) -> None:
        owner, sharee = new_client(server, "owner"), new_client(server, "sharee")
        self.owner = Cards(owner)
        self.shared = self.owner.books.create("Shared")
        self.other = self.owner.books.create("Other")
        self.keep = self.owner.books.create("Keep")
        self.sharee = sharee
        self.owner.books.share(self.keep, **{sharee.account: {"mayRead": True}})
        self.view = Cards(sharee, self.owner.account, self.keep)
        self.replicas = [Replica(self.owner), Replica(self.view, limit=3)]
        for replica in self.replicas:
            replica.sync()
        self.followed = [
            Followed(cards, filter, sort)
            for cards in (self.owner, self.view)
            for filter in FILTERS
            for sort in (None, [{"property": "name/surname"}])
        ]

    def books(self) -> list[str]:
        return [self.owner.book, self.shared, self.keep, self.other]

    def some(self, cards: Cards, number: int) -> str | None:
        ids = cards.query()
        return ids[number % len(ids)] if ids else None

    def jmap(self, number: int, word: str) -> None:
        books = [b for b in self.books() if b in self.owner.books.all()]
        book = books[number % len(books)]
        components = [{"kind": "surname", "value": word}]
        self.owner.make(name={"full": word, "components": components}, addressBookIds={book: True})

    def classic(self, number: int, word: str) -> None:
        call = self.owner.client.classic_call
        answer = call("setContacts", create={"k": {"lastName": word}})
        assert answer["created"], answer
        if number % 2:
            id = answer["created"]["k"]["id"]
            assert call("setContacts", update={id: {"firstName": word}})["updated"] == [id]

    def dav(self, number: int, word: str) -> None:
        self.owner.put(f"dav{number}.vcf", VCARD.format(f"dav{number}", word, word), self.keep)

    def edit(self, number: int, word: str) -> None:
        id = self.some(self.owner, number)
        if id is not None:
            self.owner.update(
                id, name={"full": word, "components": [{"kind": "surname", "value": word}]}
            )

    def flag(self, number: int, word: str) -> None:
        del word
        id = self.some(self.owner, number)
        if id is not None:
            self.owner.update(id, **{"x-flagged": bool(number % 2)})

    def move(self, number: int, word: str) -> None:
        del word
        id = self.some(self.owner, number)
        books = [b for b in self.books() if b in self.owner.books.all()]
        if id is not None:
            self.owner.set(update={id: {"addressBookIds": {books[number % len(books)]: True}}})

    def delete(self, number: int, word: str) -> None:
        del word
        id = self.some(self.owner, number)
        if id is not None:
            self.owner.destroy(id)

    def dav_delete(self, number: int, word: str) -> None:
        del word
        self.owner.dav("DELETE", f"dav{number}.vcf", book=self.keep)

    def group(self, number: int, word: str) -> None:
        id = self.some(self.owner, number)
        if id is not None:
            kind = "group" if number % 2 else None
            patch = {"kind": kind, "members": {word: True} if kind else None}
            self.owner.update(id, **patch)

    def share(self, number: int, word: str) -> None:
        del word
        if self.shared in self.owner.books.all():
            rights = RIGHTS[number % 3]
            given = {self.sharee.account: rights} if rights else {}
            self.owner.books.share(self.shared, **given)

    def by_sharee(self, number: int, word: str) -> None:
        card = {"addressBookIds": {self.shared: True}, "name": {"full": word}}
        self.view.set(create={"k": card})
        id = self.some(self.view, number)
        if id is not None:
            self.view.set(update={id: {"nicknames": {"n": {"name": word}}}})

    def sharee_delete(self, number: int, word: str) -> None:
        del word
        id = self.some(self.view, number)
        if id is not None:
            self.view.set(destroy=[id])

    def destroy_book(self, number: int, word: str) -> None:
        del number, word
        if self.other in self.owner.books.all():
            self.owner.books.destroy(self.other, onDestroyRemoveContents=True)

    def sync(self, number: int = 0, word: str = "") -> None:
        del number, word
        for replica in self.replicas:
            replica.sync()
            assert replica.records == replica.source.all()
        for followed in self.followed:
            found = followed.cards.call("query", **followed.query)["ids"]
            assert followed.follow() == found
        books = self.view.books.all()
        for record in self.view.all().values():
            assert set(record["addressBookIds"]) <= set(books)


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=STEPS)
def test_following_changes_ends_where_the_server_is(server, steps):
    world = World(server)
    for step, number, word in steps:
        getattr(world, step)(number, word)
    world.sync()


def test_nobody_else_sees_any_of_it(server):
    world = World(server)
    world.jmap(0, "alpha")
    stranger = new_client(server, "stranger")
    for name in ("get", "query", "changes"):
        arguments = {"sinceState": "0"} if name == "changes" else {}
        error = stranger.fail(f"ContactCard/{name}", accountId=world.owner.account, **arguments)
        assert error["type"] == "accountNotFound"
