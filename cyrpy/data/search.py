"""Full-text search: what was indexed of each object, found by words, phrases and beginnings.

Every word is stored with a mark before it that says whose it is, of what kind of object, and in
which field it stands. So the index has the words of each account together, and neither a word nor
the beginning of one costs more where other accounts are full of it.

The index is FTS5 on SQLite (triggers keep it beside the table), and tsvector with GIN on
PostgreSQL. It changes in the transaction of the object, as the last thing before COMMIT: each
savepoint writes FTS5's buffers, and rows are cheapest in the order of their numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import BindParameter, bindparam, cast, select
from sqlalchemy.sql.expression import Select
from sqlalchemy.types import UserDefinedType

from cyrpy.data.statement import DialectName, Query
from cyrpy.data.tables import search_documents, search_index
from cyrpy.data.unit import Unit
from cyrpy.formats.words import Phrase, phrases, words

ANY: Final = "0"  # mark of all fields that have one of their own too
MAX_WORDS: Final = 50_000  # of one object; what follows is not found
NUMBER_BITS: Final = 38  # of an object in the number of its row; above is the account's
_NUMBER: Final = (1 << NUMBER_BITS) - 1
_DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"
# PostgreSQL's bounds (its manual, §12.9): a position, positions of a word, octets of a vector.
_MAX_POSITION: Final = 16_383
_MAX_POSITIONS: Final = 255
_MAX_OCTETS: Final = 1_000_000


class Field(NamedTuple):
    """Texts of one field; what is not `is_large` is also found by ANY."""

    mark: str  # one letter or digit, but not ANY
    texts: Sequence[str]
    is_large: bool = False


class Run(NamedTuple):
    """Words that follow each other in one text."""

    start: int  # position of the first
    mark: str  # of the field
    words: Sequence[str]


class Document(NamedTuple):
    """What is to be found of one object: its words, before it is known whose it is."""

    kind: str  # one letter
    runs: Sequence[Run]  # by position; between two there is a gap, which no phrase goes over

    @classmethod
    def of(cls, kind: str, fields: Iterable[Field]) -> Document:
        """Cut the texts into words; of all that indexing is, this takes the time."""
        runs: list[Run] = []
        at, left = 1, MAX_WORDS
        for field in fields:
            texts = [words(text) for text in field.texts]
            for mark in field.mark if field.is_large else (field.mark, ANY):
                for found in texts:
                    if found and left > 0:
                        runs.append(Run(at, mark, found[:left]))
                        left -= len(found)
                    at += len(found) + 1
        return cls(kind, runs)


class _TsQuery(UserDefinedType[str]):
    cache_ok = True

    def get_col_spec(self, **kw: Any) -> str:  # noqa: ANN401 - SQLAlchemy's signature
        del kw
        return "TSQUERY"


def put(unit: Unit, account_id: int, number: int, document: Document) -> None:
    """Index an object, anew if it was, when the unit's other work is done."""
    text = stored(unit.dialect, account_id, document)
    unit.index(_row_id(account_id, number), {"account_id": account_id, "words": text})


def stored(dialect: DialectName, account_id: int, document: Document) -> str:
    """The words of an object as its row has them."""
    return _STORED[dialect](_mark(account_id, document.kind), document.runs)


def remove(unit: Unit, account_id: int, number: int) -> None:
    """Forget an object."""
    unit.index(_row_id(account_id, number), None)


def expression(
    unit: Unit, account_id: int, kind: str, marks: Iterable[str], text: str
) -> str | None:
    """What `hits` takes: all words and phrases of the text, each in any of the fields.

    None if there is nothing in the text that could be found.
    """
    fields = [_mark(account_id, kind) + mark for mark in marks]
    wanted = phrases(text)
    return _ASKED[unit.dialect](wanted, fields) if wanted else None


def joined(dialect: DialectName, expressions: Iterable[str], *, all: bool) -> str:
    """One expression for several: all of them, or any."""
    and_, or_ = _OPERATORS[dialect]
    return (and_ if all else or_).join(f"({part})" for part in expressions)


def hits(dialect: DialectName, name: str = "expression") -> Select[tuple[int]]:
    """The numbers of the objects that the expression bound as `name` finds."""
    bound: BindParameter[Any] = bindparam(name)
    if dialect == "sqlite":
        row, matches = search_index.c.rowid, search_index.c.search_index.op("MATCH")(bound)
    else:
        row = search_documents.c.id
        matches = search_documents.c.words.op("@@")(cast(bound, _TsQuery()))
    return select(row.op("&")(_NUMBER).label("number")).where(matches)


HITS: Query[tuple[int]] = Query(hits)


def find(unit: Unit, account_id: int, kind: str, marks: Iterable[str], text: str) -> list[int]:
    """The numbers of the objects that have all words and phrases of the text, in any order."""
    wanted = expression(unit, account_id, kind, marks, text)
    if wanted is None:
        return []
    return [number for (number,) in unit.all(HITS, expression=wanted)]


def _row_id(account_id: int, number: int) -> int:
    return account_id << NUMBER_BITS | number


def _mark(account_id: int, kind: str) -> str:
    """What stands before the words of one account: its number, whose length comes first.

    No mark is the beginning of another, so the beginning of a word is one in this account only.
    """
    digits = ""
    while account_id:
        account_id, digit = divmod(account_id, 36)
        digits = _DIGITS[digit] + digits
    return _DIGITS[10 + len(digits)] + digits + kind


def _fts5(mark: str, runs: Sequence[Run]) -> str:
    """The words in order; between two runs a word that nobody asks for."""
    texts = []
    for run in runs:
        before = mark + run.mark
        texts.append(before + f" {before}".join(run.words))
    return " 0 ".join(texts)


def _tsvector(mark: str, runs: Sequence[Run]) -> str:
    """Each word once, with its positions; words that are too many are left out."""
    positions: dict[str, list[str]] = {}
    left = _MAX_OCTETS
    for position, word in (
        (run.start + n, run.mark + w) for run in runs for n, w in enumerate(run.words)
    ):
        known = positions.get(word)
        if known is None:
            left -= len(word.encode()) + len(mark) + 8
            if left < 0:
                break
            known = positions[word] = []
        if len(known) < _MAX_POSITIONS:
            left -= 2
            known.append(str(min(position, _MAX_POSITION)))
    return " ".join(f"'{mark}{word}':{','.join(at)}" for word, at in positions.items())


_STORED: Final[Mapping[DialectName, Callable[[str, Sequence[Run]], str]]] = {
    "sqlite": _fts5,
    "postgresql": _tsvector,
}


_OPERATORS: Final[Mapping[DialectName, tuple[str, str]]] = {
    "sqlite": (" AND ", " OR "),
    "postgresql": (" & ", " | "),
}


def _asked_fts5(wanted: Iterable[Phrase], fields: Sequence[str]) -> str:
    """FTS5's full-text query syntax; words have no quotation marks in them."""

    def one(phrase: Phrase, field: str) -> str:
        inside = " ".join(field + word for word in phrase.words)
        return f'"{inside}"' + ("*" if phrase.is_prefix else "")

    return _all_of(wanted, fields, one, " AND ", " OR ")


def _asked_tsquery(wanted: Iterable[Phrase], fields: Sequence[str]) -> str:
    def one(phrase: Phrase, field: str) -> str:
        inside = " <-> ".join(f"'{field}{word}'" for word in phrase.words)
        return inside + (":*" if phrase.is_prefix else "")

    return _all_of(wanted, fields, one, " & ", " | ")


def _all_of(
    wanted: Iterable[Phrase],
    fields: Sequence[str],
    one: Callable[[Phrase, str], str],
    all_of: str,
    any_of: str,
) -> str:
    return all_of.join(
        "(" + any_of.join(f"({one(phrase, field)})" for field in fields) + ")" for phrase in wanted
    )


_ASKED: Final[Mapping[DialectName, Callable[[Iterable[Phrase], Sequence[str]], str]]] = {
    "sqlite": _asked_fts5,
    "postgresql": _asked_tsquery,
}
