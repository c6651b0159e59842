"""Haystacks: the texts of an address book's cards end to end, in which a text is found at once.

People type names letter by letter, and each letter is a query over the same cards. To read a
thousand cards costs two milliseconds, to search their octets a tenth of one. A haystack is that of
one state of its address book; when a card has changed, another is made.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from cyrpy.data.cards import SearchedCard
from cyrpy.groupware.cards import LEFT_OUT

LARGEST: Final = 8 << 20  # octets of one
ANSWERS: Final = 64  # that are kept with one
SHORT: Final = 1000  # cards of an answer that is kept
MOST: Final = 32 << 20  # octets of all that are kept
_FOLD: Final = re.compile(rb"(?:\r\n|\n|\r)[ \t]")
_FOLDS: Final = (b"\n ", b"\n\t", b"\r ", b"\r\t")
_LEFT_OUT: Final = LEFT_OUT.encode()

Key = tuple[int, int]  # account and address book


class Haystack(NamedTuple):
    """The cards of one state of an address book.

    Attributes:
        octets: Of cards in ASCII, without folds, a line break behind each.
        starts: Where in `octets` each of them begins.
        numbers: Theirs, in the same order.
        others: Numbers of the cards that have to be read to know.
        answers: Numbers of the cards that match a filter; as long as the state is this one.
    """

    state: int
    octets: bytes
    upper: bytes
    starts: Sequence[int]
    numbers: Sequence[int]
    others: frozenset[int]
    answers: dict[Hashable, list[int]]

    def remember(self, wanted: Hashable, found: list[int]) -> list[int]:
        """Keep an answer, which may be asked for again, unless it is very long."""
        if len(self.answers) >= ANSWERS:
            self.answers.clear()
        if len(found) <= SHORT:
            self.answers[wanted] = found
        return found

    def having(self, piece: bytes, *, ignores_case: bool) -> set[int]:
        """Numbers of the cards that may have a piece in them, which has no line break."""
        octets = self.upper if ignores_case else self.octets
        found = set(self.others)
        at = octets.find(piece)
        while at >= 0:
            place = bisect_right(self.starts, at)
            found.add(self.numbers[place - 1])
            if place == len(self.starts):
                break
            at = octets.find(piece, self.starts[place])
        return found


def haystack(state: int, cards: Iterable[SearchedCard]) -> Haystack | None:
    """Of all cards of an address book; None if they are too much."""
    texts: list[bytes] = []
    starts: list[int] = []
    numbers: list[int] = []
    others: set[int] = set()
    size = 0
    for card in cards:
        octets = card.octets
        if not octets.isascii() or _LEFT_OUT in octets:
            others.add(card.row.id)
            continue
        if any(fold in octets for fold in _FOLDS):
            octets = _FOLD.sub(b"", octets)
        texts.append(octets)
        starts.append(size)
        numbers.append(card.row.id)
        size += len(octets) + 1
        if size > LARGEST:
            return None
    whole = b"\n".join([*texts, b""])
    return Haystack(state, whole, whole.upper(), starts, numbers, frozenset(others), {})


class Haystacks:
    """Those of one process; threads may use it side by side."""

    def __init__(self) -> None:
        self._kept: dict[Key, Haystack] = {}

    def of(
        self, key: Key, state: int, read: Callable[[], Iterator[list[SearchedCard]]]
    ) -> Haystack | None:
        """The haystack at a state; None if it would be too large."""
        kept = self._kept.get(key)
        if kept is not None and kept.state == state:
            return kept
        made = haystack(state, (card for page in read() for card in page))
        if made is None:
            return None
        if sum(2 * len(other.octets) for other in list(self._kept.values())) > MOST:
            self._kept.clear()  # in one step, and there is no order to keep
        self._kept[key] = made
        return made
