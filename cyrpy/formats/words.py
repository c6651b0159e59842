"""Words of a text as full-text search knows them, and queries as lists of phrases.

A word is a run of letters and digits, without case and without accents. Scripts that do not put
spaces between words (Chinese, Japanese, Thai …) are cut into pairs of characters, which overlap:
what is asked for is then a phrase of such pairs. Addresses, host names and hyphenated words are
several words; who asks for them whole asks for a phrase.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Final, NamedTuple

MAX_WORD: Final = 64  # characters; what is longer is known by its beginning
MAX_PHRASES: Final = 32  # in one query
MAX_QUERY: Final = 1000  # characters of a query that are looked at

_PLAIN: Final = re.compile("[a-z0-9]+")
# Scripts that are written without spaces between words.
_RUN: Final = (
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf"
    "\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)
_TOKEN: Final = re.compile(
    f"(?P<run>{_RUN}+)"
    # Letters and digits, with the marks that some scripts put vowels into.
    f"|(?P<word>(?:(?!{_RUN})[^\\W_]|[\u0900-\u0dff\u0f00-\u0fff\u0483-\u0487])+)"
    "|(?P<sign>[\u2600-\u27bf\U0001f000-\U0001faff])"
)
# Not U+0345, the iota below a letter: without case it is a letter itself.
_MARKS: Final = re.compile("[\u0300-\u0344\u0346-\u036f\u0591-\u05c7\u064b-\u0652\u0670]")
_LETTERS: Final = str.maketrans(
    {
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ħ": "h",
        "\u0131": "i",
        "æ": "ae",
        "œ": "oe",
        "ð": "d",
        "þ": "th",
    }
)
_PHRASE: Final = re.compile(r"\"([^\"]*)(?:\"|$)|'([^']*)'(?!\w)|(\S+)")


class Phrase(NamedTuple):
    """Words that must stand one after the other; the last may be only the beginning of one."""

    words: tuple[str, ...]
    is_prefix: bool = False


def folded(text: str) -> str:
    """The text without case, accents and compatibility forms."""
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", text)
    plain = unicodedata.normalize("NFC", _MARKS.sub("", apart).casefold())
    return plain.translate(_LETTERS)


def words(text: str, *, is_query: bool = False) -> list[str]:
    """The words of a text in their order.

    The last character of a run without spaces is a word too, so that a query of one character
    finds it as the beginning of a word; at the end of a query it would only get in the way.
    """
    plain = folded(text)
    if plain.isascii():
        found = _PLAIN.findall(plain)
        if max(map(len, found), default=0) > MAX_WORD:
            found = [word[:MAX_WORD] for word in found]
        return found
    return list(_cut(plain, is_query))


def _cut(plain: str, is_query: bool) -> Iterator[str]:
    """The words of a folded text that has more than ASCII."""
    for match in _TOKEN.finditer(plain):
        found = match[0]
        if match.lastgroup == "run":
            at_end = is_query and match.end() == len(plain.rstrip())
            yield from _pairs(found, whole=not at_end)
        else:
            yield found[:MAX_WORD]


def tokens(plain: str) -> Iterator[tuple[str, int, int]]:
    """The words of a text that is folded already, as `words` cuts it, with their places."""
    for match in _TOKEN.finditer(plain):
        found, start = match[0], match.start()
        if match.lastgroup == "run":
            for at, pair in enumerate(_pairs(found, whole=True)):
                yield pair, start + at, start + at + len(pair)
        else:
            yield found[:MAX_WORD], start, match.end()


def _pairs(run: str, *, whole: bool) -> Iterator[str]:
    for first in range(len(run) - 1):
        yield run[first : first + 2]
    if whole or len(run) == 1:
        yield run[-1]


def phrases(query: str) -> list[Phrase]:
    """What all must be found: words and "quoted phrases"; `begin*` is the beginning of a word.

    Empty where there is nothing in the query that could be found.
    """
    found: dict[Phrase, None] = {}
    for match in _PHRASE.finditer(query[:MAX_QUERY]):
        quoted = match[1] if match[1] is not None else match[2]
        text = quoted if quoted is not None else match[3]
        is_prefix = text.endswith("*")
        inside = tuple(words(text.rstrip("*"), is_query=True))
        if not inside:
            continue
        found[Phrase(inside, is_prefix or _is_half_pair(inside[-1]))] = None
        if len(found) == MAX_PHRASES:
            break
    return list(found)


def _is_half_pair(word: str) -> bool:
    """Whether it is a single character of a script that is cut into pairs."""
    match = _TOKEN.fullmatch(word) if len(word) == 1 else None
    return match is not None and match.lastgroup == "run"
