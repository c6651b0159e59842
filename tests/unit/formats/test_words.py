"""Words of texts, and queries as phrases."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cyrpy.formats.words import MAX_PHRASES, MAX_WORD, Phrase, phrases, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hello, World!", ["hello", "world"]),
        ("joe.bloggs+x@example.com", ["joe", "bloggs", "x", "example", "com"]),
        ("Müller Žižek Łódź Straße", ["muller", "zizek", "lodz", "strasse"]),
        ("\uff28\uff25\uff2c\uff2c\uff2f", ["hello"]),
        ("e\u0301tude", ["etude"]),
        ("東京都", ["東京", "京都", "都"]),
        ("カタカナ ABC漢字", ["カタ", "タカ", "カナ", "ナ", "abc", "漢字", "字"]),
        ("한국어", ["한국어"]),
        ("हिन्दी", ["हिन्दी"]),
        ("שָׁלוֹם", ["שלום"]),
        ("party 🎉🎉", ["party", "🎉", "🎉"]),
        ("snake_case", ["snake", "case"]),
        ("", []),
        ("… — !", []),
    ],
)
def test_words_have_neither_case_nor_accents(text, expected):
    assert list(words(text)) == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("one two", [Phrase(("one",)), Phrase(("two",))]),
        ('"one two" three', [Phrase(("one", "two")), Phrase(("three",))]),
        ("'one two'", [Phrase(("one", "two"))]),
        ("o'brien", [Phrase(("o", "brien"))]),
        ('"unclosed phrase', [Phrase(("unclosed", "phrase"))]),
        ("begin*", [Phrase(("begin",), is_prefix=True)]),
        ("a@b.c", [Phrase(("a", "b", "c"))]),
        ("東京都", [Phrase(("東京", "京都"))]),
        ("東", [Phrase(("東",), is_prefix=True)]),
        ("* \"\" ''", []),
        ("same same", [Phrase(("same",))]),
    ],
)
def test_queries_are_phrases(query, expected):
    assert phrases(query) == expected


def test_queries_are_bounded():
    assert len(phrases(" ".join(f"w{n}" for n in range(1000)))) <= MAX_PHRASES


@given(st.text(max_size=200))
def test_any_text_has_words_that_can_be_indexed(text):
    for word in words(text):
        assert 0 < len(word) <= MAX_WORD
        assert not any(c.isspace() or c in "\"'*:&|()<>!\\" for c in word)


@example("\u0345")
@given(st.text(max_size=100))
def test_case_makes_no_difference(text):
    assert list(words(text.casefold())) == list(words(text))
