"""Patterns of `:matches`: * and ? in linear time, with what each of them stands for (§2.7.1).

Each * stands for as little as possible (RFC 5229 §3.2): the pieces between them are looked for
from left to right, the last one at the end. So nothing is ever tried twice.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple

MAX_PATTERN: Final = 8192  # characters
MAX_GROUPS: Final = 100  # wildcards whose matches are kept
_WILD: Final = re.compile(r"\\(.)|([*?])|([^\\*?]+|\\)", re.DOTALL)


class Piece(NamedTuple):
    """What stands between two *: its characters, None for each ?."""

    characters: tuple[str | None, ...]
    literal: str | None  # where there is no ?

    def find(self, text: str, start: int, stop: int) -> int:
        """Where it stands first between two offsets; -1 if nowhere."""
        if self.literal is not None:
            return text.find(self.literal, start, stop)
        last = stop - len(self.characters)
        return next((at for at in range(start, last + 1) if self.is_at(text, at)), -1)

    def is_at(self, text: str, at: int) -> bool:
        """Whether it stands there."""
        if self.literal is not None:
            return text.startswith(self.literal, at)
        if at + len(self.characters) > len(text):
            return False
        return all(one is None or text[at + n] == one for n, one in enumerate(self.characters))


@lru_cache(maxsize=512)
def pieces_of(pattern: str) -> tuple[Piece, ...]:
    """The pieces of a pattern; between two of them is a *."""
    pieces: list[list[str | None]] = [[]]
    for escaped, wild, plain in _WILD.findall(pattern):
        if wild == "*":
            pieces.append([])
        elif wild == "?":
            pieces[-1].append(None)
        else:
            pieces[-1].extend(escaped or plain)
    return tuple(map(_piece, pieces))


def _piece(characters: list[str | None]) -> Piece:
    known = [one for one in characters if one is not None]
    literal = "".join(known) if len(known) == len(characters) else None
    return Piece(tuple(characters), literal)


def cost(pattern: str, text: str) -> int:
    """What a match may cost, in characters that are looked at."""
    wild = sum(
        len(one.characters) * len(text) for one in pieces_of(pattern)[1:] if one.literal is None
    )
    return (len(pattern) + 2 * len(text)) // 16 + 4 * wild


def match(pattern: str, text: str) -> list[tuple[int, int]] | None:
    """The ranges of `text` that the wildcards stand for, in order; None if it does not match."""
    first, *rest = pieces_of(pattern)
    if not first.is_at(text, 0):
        return None
    groups = _questions(first, 0)
    end = len(first.characters)
    if not rest:
        return groups if end == len(text) else None
    for piece in rest[:-1]:
        at = piece.find(text, end, len(text))
        if at < 0:
            return None
        groups += [(end, at), *_questions(piece, at)]
        end = at + len(piece.characters)
    last = rest[-1]
    at = len(text) - len(last.characters)
    if at < end or not last.is_at(text, at):
        return None
    return [*groups, (end, at), *_questions(last, at)]


def _questions(piece: Piece, at: int) -> list[tuple[int, int]]:
    if piece.literal is not None:
        return []
    return [(at + n, at + n + 1) for n, one in enumerate(piece.characters) if one is None]
