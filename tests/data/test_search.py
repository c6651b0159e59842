"""Full-text search: words, phrases, beginnings; one account's index is no other's."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, text

from cyrpy.data import search
from cyrpy.data.database import Database
from cyrpy.data.search import ANY, Document, Field
from cyrpy.data.statement import Query
from cyrpy.data.tables import accounts, search_documents
from cyrpy.data.unit import Unit
from cyrpy.formats.words import words
from tests.support.accounts import new_account

CARDS = "c"


@pytest.fixture
def account(database: Database) -> int:
    return new_account(database, "anna")


def put(database: Database, account: int, number: int, *texts: str, note: str = "") -> None:
    document = Document.of(CARDS, [Field("n", texts), Field("o", [note], is_large=True)])
    database.write(lambda unit: search.put(unit, account, number, document))


def find(database: Database, account: int, query: str, marks: str = ANY + "o") -> list[int]:
    with database.read() as unit:
        return sorted(search.find(unit, account, CARDS, marks, query))


def test_all_words_must_be_there_in_any_order_and_field(database, account):
    put(database, account, 1, "Anna Müller", note="plays the cello")
    put(database, account, 2, "Anna Meier")
    assert find(database, account, "anna") == [1, 2]
    assert find(database, account, "MULLER anna") == [1]
    assert find(database, account, "cello müller") == [1]
    assert find(database, account, "anna bert") == []


def test_a_field_is_searched_alone_where_it_is_named(database, account):
    put(database, account, 1, "Rose", note="gardener")
    put(database, account, 2, "Anna", note="likes a rose")
    assert find(database, account, "rose", "n") == [1]
    assert find(database, account, "rose", "o") == [2]


def test_phrases_reach_over_neither_texts_nor_fields(database, account):
    put(database, account, 1, "Anna Maria", "Meier", note="Graz")
    assert find(database, account, '"anna maria"') == [1]
    assert find(database, account, '"maria anna"') == []
    assert find(database, account, '"maria meier"') == []
    assert find(database, account, '"meier graz"') == []


def test_beginnings_of_words_are_asked_for_by_an_asterisk(database, account):
    put(database, account, 1, "Christopher Robin")
    assert find(database, account, "chris*") == [1]
    assert find(database, account, "chris") == []
    assert find(database, account, '"christopher rob*"') == [1]
    assert find(database, account, "obin*") == []


@pytest.mark.parametrize(
    ("query", "finds"),
    [
        ("joe.bloggs@example.com", True),
        ("bloggs", True),
        ("example.com", True),
        ("bloggs.joe", False),
        ("東京", True),
        ("京都大学", True),
        ("学", True),
        ("都東", False),
        ("strasse", True),
        ("ΟΔΥΣΣΕΥΣ", True),
        ("!!!", False),
        ("'\" OR * NEAR ( ) : ^ - \\ NOT", False),
    ],
)
def test_odd_texts_are_found_by_their_parts(database, account, query, finds):
    put(database, account, 1, "joe.bloggs@example.com", "東京都大学 京都大学", "Straße", "Ὀδυσσεύς")
    assert find(database, account, query) == ([1] if finds else [])


def test_an_object_is_known_as_it_was_put_last(database, account):
    put(database, account, 1, "before")
    put(database, account, 1, "after")
    assert find(database, account, "before") == []
    assert find(database, account, "after") == [1]
    database.write(lambda unit: search.remove(unit, account, 1))
    assert find(database, account, "after") == []


def test_what_was_undone_is_not_found(database, account):
    document = Document.of(CARDS, [Field("n", ["kept"])])

    def work(unit: Unit) -> None:
        search.put(unit, account, 1, document)
        with suppress(ZeroDivisionError), unit.savepoint():
            search.put(unit, account, 2, document)
            raise ZeroDivisionError

    database.write(work)
    assert find(database, account, "kept") == [1]


def test_accounts_and_kinds_do_not_see_each_other(database, account):
    # Numbers whose marks would be beginnings of one another if they were only written as digits.
    others = [new_account(database, f"user{n}") for n in range(40)]
    for other in others:
        put(database, other, 1, "secret")
    put(database, account, 7, "secret")
    assert find(database, account, "secret") == [7]
    assert find(database, account, "s*") == [7]
    with database.read() as unit:
        assert search.find(unit, account, "e", ANY, "secret") == []


def test_a_removed_account_leaves_nothing_in_the_index(database, account):
    put(database, account, 1, "gone")
    remove = Query[None](delete(accounts).where(accounts.c.id == account))
    database.write(lambda unit: unit.run(remove))
    assert find(database, account, "gone") == []


def test_the_index_agrees_with_the_table(database, account):
    for number in range(20):
        put(database, account, number, f"word{number % 3} same")
        put(database, account, number // 2, f"other{number}")
    if database.dialect == "sqlite":
        check = text("INSERT INTO search_index(search_index, rank) VALUES ('integrity-check', 1)")
        database.write(lambda unit: unit.run(Query[None](check)))
    stored = Query[tuple[int]](search_documents.select())
    with database.read() as unit:
        assert len(unit.all(stored)) == 20


LETTERS = st.text(st.sampled_from("ab東京. 'é"), max_size=12)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(LETTERS, min_size=1, max_size=4), query=LETTERS)
def test_a_phrase_is_found_where_its_words_follow_each_other(database, account, texts, query):
    put(database, account, 1, *texts)
    wanted = list(words(query, is_query=True))
    found = find(database, account, f'"{query.replace(chr(39), " ")}"')
    inside = [list(words(text)) for text in texts]
    last = wanted[-1] if wanted else ""
    is_half = len(last) == 1 and last in "東京"

    def at(stored: list[str], begin: int) -> bool:
        part = stored[begin : begin + len(wanted)]
        if is_half and len(part) == len(wanted):
            return part[:-1] == wanted[:-1] and part[-1].startswith(last)
        return part == wanted

    expected = any(at(stored, n) for stored in inside for n in range(len(stored)) if wanted)
    assert found == ([1] if expected else [])
