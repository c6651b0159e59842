"""Snippets: where in a text what was searched for stands, marked for people (RFC 8621 §5).

The words are those of full-text search, found in the text as it is: so what is marked is what the
search has found.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from typing import Final, NamedTuple

from cyrpy.formats.words import Phrase, folded, tokens

MAX_PREVIEW: Final = 255  # octets, with marks and escapes (RFC 8621 §5)
LOOKED_AT: Final = 256 * 1024  # characters of a text
BEFORE: Final = 60  # characters of a preview before the first hit
OPEN: Final = "<mark>"
CLOSE: Final = "</mark>"
_CUT: Final = "…"
# Vowels and final consonants of Hangul, which are one character with what is before them.
_JAMO: Final = range(0x1160, 0x1200)


class Span(NamedTuple):
    """A range of characters."""

    start: int
    stop: int


class _Word(NamedTuple):
    word: str
    start: int
    stop: int


def subject_snippet(text: str, phrases: Sequence[Phrase]) -> str | None:
    """The whole text as HTML with the hits marked; None if there are none."""
    found = hits(text, phrases)
    return _marked(text, Span(0, len(text)), found) if found else None


def preview_snippet(text: str, phrases: Sequence[Phrase]) -> str | None:
    """The part of the text where the first hit is, in at most MAX_PREVIEW octets of HTML."""
    text = " ".join(text[:LOOKED_AT].split())
    found = hits(text, phrases)
    if not found:
        return None
    start = _begin(text, found[0].start)
    stop = _end(text, start, found)
    if stop <= found[0].start:  # what is before it takes all the room
        start = found[0].start
        stop = _end(text, start, found)
    inside = [Span(one.start, min(one.stop, stop)) for one in found if one.start < stop]
    return (_CUT if start else "") + _marked(text, Span(start, stop), inside)


def hits(text: str, phrases: Sequence[Phrase]) -> list[Span]:
    """Where the phrases stand, in order; those that touch are one."""
    words = list(_words(text[:LOOKED_AT]))
    by_first: dict[str, list[Phrase]] = {}
    beginnings = [one for one in phrases if one.is_prefix and len(one.words) == 1]
    for phrase in phrases:
        by_first.setdefault(phrase.words[0], []).append(phrase)
    found: list[Span] = []
    for at, word in enumerate(words):
        candidates = [*by_first.get(word.word, ())]
        candidates += [one for one in beginnings if word.word.startswith(one.words[0])]
        stops = [stop for one in candidates if (stop := _stop(words, at, one))]
        if stops:
            found.append(Span(word.start, max(stops)))
    return _joined(found)


def _stop(words: Sequence[_Word], at: int, phrase: Phrase) -> int:
    """The end of the phrase that begins with a word; 0 if it does not stand there."""
    last = at + len(phrase.words) - 1
    if last >= len(words):
        return 0
    for wanted, word in zip(phrase.words[:-1], words[at:last], strict=True):
        if word.word != wanted:
            return 0
    wanted, word = phrase.words[-1], words[last]
    if word.word == wanted:
        return word.stop
    if not phrase.is_prefix or not word.word.startswith(wanted):
        return 0
    # Of a pair of characters in a script without spaces, one may be all that was asked for.
    is_half = len(wanted) == 1 and len(word.word) == 2 and not word.word.isascii()
    return word.start + 1 if is_half and word.stop - word.start == 2 else word.stop


def _joined(spans: Iterable[Span]) -> list[Span]:
    joined: list[Span] = []
    for span in spans:
        if joined and span.start <= joined[-1].stop:
            joined[-1] = Span(joined[-1].start, max(joined[-1].stop, span.stop))
        else:
            joined.append(span)
    return joined


def _words(text: str) -> Iterator[_Word]:
    """The words of the text with their places in it."""
    if text.isascii():
        for found, start, stop in tokens(text.lower()):
            yield _Word(found, start, stop)
        return
    plain: list[str] = []
    places: list[int] = []  # for each character of `plain`, the cluster that it comes of
    clusters = list(_clusters(text))
    for number, cluster in enumerate(clusters):
        piece = folded(text[cluster.start : cluster.stop])
        plain.append(piece)
        places += [number] * len(piece)
    for found, start, stop in tokens("".join(plain)):
        yield _Word(found, clusters[places[start]].start, clusters[places[stop - 1]].stop)


def _clusters(text: str) -> Iterator[Span]:
    """Characters with the marks that follow them: what becomes one where it is folded."""
    start = 0
    for at in range(1, len(text)):
        character = text[at]
        if character.isascii():
            joins = False
        else:
            joins = unicodedata.category(character)[0] == "M" or ord(character) in _JAMO
        if not joins:
            yield Span(start, at)
            start = at
    if text:
        yield Span(start, len(text))


def _begin(text: str, hit: int) -> int:
    """Where a preview begins, so that the hit is seen in its context."""
    if hit <= BEFORE:
        return 0
    space = text.find(" ", hit - BEFORE, hit)
    return hit if space < 0 else space + 1


def _end(text: str, start: int, found: Sequence[Span]) -> int:
    """How far the text fits into a preview with its marks."""
    room = MAX_PREVIEW - (len(_CUT.encode()) if start else 0)
    marks = len(OPEN) + len(CLOSE)
    starts = {one.start for one in found}
    space = start
    for at in range(start, len(text)):
        room -= len(escape(text[at]).encode("utf-8", "replace"))
        if at in starts:
            room -= marks
        if room < 0:
            return space if space > start else at
        if text[at] == " ":
            space = at
    return len(text)


def _marked(text: str, shown: Span, found: Iterable[Span]) -> str:
    pieces: list[str] = []
    at = shown.start
    for start, stop in found:
        pieces += (escape(text[at:start]), OPEN, escape(text[start:stop]), CLOSE)
        at = stop
    pieces.append(escape(text[at : shown.stop]))
    return "".join(pieces).encode("utf-8", "replace").decode()
