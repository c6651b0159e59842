"""How searches of cards find their rows: never by reading the account for a word."""

from __future__ import annotations

import re
import sqlite3

import pytest

from cyrpy.data import cardsearch, itemsearch
from cyrpy.data.itemsearch import AllOf, AnyOf, Found, NoneOf, Order, Scope


class Recorded:
    """A unit that keeps the statement that it is asked to run."""

    dialect = "sqlite"

    def all(self, query, **parameters):
        self.sql, self.parameters = query.on(self.dialect).sql, parameters
        return []


@pytest.fixture(scope="module")
def connection(sqlite_template):
    opened = sqlite3.connect(sqlite_template)
    yield opened
    opened.close()


def plan(connection, part, order=()) -> list[str]:
    unit = Recorded()
    itemsearch.find(unit, cardsearch.ITEMS, Scope(1, [1]), part, order)
    given = {name: "[]" if isinstance(v, list) else v for name, v in unit.parameters.items()}
    given |= dict.fromkeys(set(re.findall(r":(\w+)", unit.sql)) - given.keys(), 1)
    return [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {unit.sql}", given)]


WORD = Found('"b1c0x"')
GROUP = cardsearch.of_kind("group")


@pytest.mark.parametrize(
    "part",
    [
        WORD,
        AllOf((WORD, GROUP)),
        AllOf((WORD, NoneOf((GROUP,)))),
        AnyOf((WORD, WORD)),
        AllOf((WORD, NoneOf((WORD,)))),
        AllOf((WORD, cardsearch.in_book(1), cardsearch.is_flagged(True))),
    ],
)
@pytest.mark.parametrize("order", [(), (Order(cardsearch.ORDERS["name/surname"]),)])
def test_a_word_is_looked_up_first(connection, part, order):
    steps = plan(connection, part, order)
    assert any("VIRTUAL TABLE INDEX" in step for step in steps), steps
    (read,) = [step for step in steps if step.startswith(("SEARCH cards", "SCAN cards"))]
    assert re.search(r"\(account_id=\? AND (address_book_id=\? AND )?id=\?", read), steps


@pytest.mark.parametrize(
    "part",
    [AllOf(()), GROUP, NoneOf((WORD,)), AnyOf((WORD, GROUP)), cardsearch.when("created", "<", 5)],
)
@pytest.mark.parametrize("order", [(), (Order(cardsearch.ORDERS["name/surname"]),)])
def test_lists_are_read_from_one_index(connection, part, order):
    steps = plan(connection, part, order)
    assert any("COVERING INDEX ix_cards_listed (account_id=? AND " in s for s in steps), steps


def test_a_uid_is_found_by_its_index(connection):
    steps = plan(connection, cardsearch.of_uid("x"))
    assert any("(account_id=? AND uid=? AND address_book_id=?)" in step for step in steps), steps


def test_what_looks_alike_is_compiled_once(connection):
    before = itemsearch._query.cache_info().currsize
    for number in range(5):
        plan(connection, AllOf((Found(f'"b1c0{number}"'), cardsearch.of_kind(str(number)))))
    assert itemsearch._query.cache_info().currsize <= before + 1


def test_nothing_is_asked_where_nothing_may_be_seen():
    assert itemsearch.find(None, cardsearch.ITEMS, Scope(1, []), WORD) == []
