"""How statements of cards find their rows: none looks at more of the account than it gives."""

from __future__ import annotations

import re
import sqlite3

import pytest

from cyrpy.data import cards
from cyrpy.data.addressbooks import CARDS, DELETE_CARDS

URI = "INDEX sqlite_autoindex_cards_2 (account_id=? AND address_book_id=? AND uri=?)"
UID = "INDEX sqlite_autoindex_cards_3 (account_id=? AND uid=?"
ID = "INDEX sqlite_autoindex_cards_1 (account_id=? AND id=?)"
BOOK = "INDEX ix_cards_listed (account_id=? AND address_book_id=?"


@pytest.fixture(scope="module")
def connection(sqlite_template):
    opened = sqlite3.connect(sqlite_template)
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("query", "plan"),
    [
        (cards.BY_URI, URI),
        (cards.BY_URIS, URI),
        (cards.BY_UID, UID + " AND address_book_id=?)"),
        (cards.WITH_UID, UID + ")"),
        (cards.BY_IDS, ID),
        (cards.VCARDS, ID),
        (cards.RENDERINGS, ID),
        (cards.INSERT_COPY, ID),
        (cards.DELETE, ID),
        (cards.PAGE_OF, BOOK + " AND id>?)"),
        (cards.SEARCHED, BOOK + " AND id>?)"),
        (cards.NUMBERS, BOOK + ")"),
        (CARDS, BOOK + ")"),
        (DELETE_CARDS, BOOK + ")"),
    ],
)
def test_statements_use_their_indices(connection, query, plan):
    sql = query.on("sqlite").sql
    given = dict.fromkeys(re.findall(r":(\w+)", sql), 1)
    given |= {name: "[]" for name in ("uris", "ids") if name in given}
    steps = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}", given)]
    assert any(plan in step for step in steps), steps
    assert not any(step.startswith("SCAN cards") for step in steps)
    assert not any("TEMP B-TREE" in step for step in steps)
