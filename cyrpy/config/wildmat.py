"""Wildmat: lists of patterns, as in httpallowcors (RFC 3977 §4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class _Character:
    """What one character may be: inside one of `spans`, or outside all of them."""

    spans: tuple[tuple[str, str], ...]
    is_outside: bool = False

    def holds(self, character: str) -> bool:
        inside = any(first <= character <= last for first, last in self.spans)
        return inside is not self.is_outside


_ANY = _Character((), is_outside=True)
_NOTHING = _Character(())


def matches(text: str, patterns: Sequence[str]) -> bool:
    """Whether the list admits `text`: the last pattern that fits decides, `!` or `@` refuses."""
    for pattern in reversed(patterns):
        refuses = pattern[:1] in {"!", "@"}
        if fits(text, pattern[1:] if refuses else pattern):
            return not refuses
    return False


def fits(text: str, pattern: str) -> bool:
    r"""Whether one pattern (`*`, `?`, `[a-z]`, `[^a-z]`, `\` before a literal) fits all of `text`.

    It takes at most as many steps as the two lengths multiplied.
    """
    tokens = _tokens(pattern)
    at, token = 0, 0
    star_at, star = 0, -1  # the text up to star_at is what the star before that token has taken
    while at < len(text):
        wanted = tokens[token] if token < len(tokens) else _NOTHING
        if wanted is None:
            token += 1
            star_at, star = at, token
        elif wanted.holds(text[at]):
            at += 1
            token += 1
        elif star >= 0:
            star_at += 1
            at, token = star_at, star
        else:
            return False
    return all(rest is None for rest in tokens[token:])


@lru_cache(maxsize=256)
def _tokens(pattern: str) -> tuple[_Character | None, ...]:
    """The pattern in parts; None is a star."""
    tokens: list[_Character | None] = []
    rest = pattern
    while rest:
        first, rest = rest[0], rest[1:]
        if first == "*":
            tokens.append(None)
        elif first == "?":
            tokens.append(_ANY)
        elif first == "[" and (end := rest.find("]", 2 if rest[:1] == "^" else 1)) > 0:
            tokens.append(_class(rest[:end]))
            rest = rest[end + 1 :]
        else:
            if first == "\\" and rest:
                first, rest = rest[0], rest[1:]
            tokens.append(_Character(((first, first),)))
    return tuple(tokens)


def _class(inside: str) -> _Character:
    """What stands between brackets: characters, spans `a-z`, and `^` in front for all others."""
    is_outside = inside[0] == "^"
    rest = inside[1:] if is_outside else inside
    spans = []
    while rest:
        length = 3 if rest[1:2] == "-" and len(rest) > 2 else 1
        spans.append((rest[0], rest[length - 1]))
        rest = rest[length:]
    return _Character(tuple(spans), is_outside)
