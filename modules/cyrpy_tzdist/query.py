"""Query parameters of the actions (RFC 7808 §5)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple
from urllib.parse import parse_qsl

from cyrpy_tzdist.problems import Problem

MAX_PARAMETERS = 20
MAX_PATTERN = 255  # characters
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.IGNORECASE)
_FIRST, _LAST = datetime(2, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)


class Span(NamedTuple):
    """Seconds since 1970; None: without a bound."""

    start: int | None
    end: int | None


def parameters(query: bytes, allowed: Sequence[str]) -> dict[str, str]:
    """The parameters of a query, each given at most once.

    Raises:
        Problem: one is not of the action, is given twice, or the query cannot be read.
    """
    try:
        pairs = parse_qsl(
            query.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=bool(query),
            errors="strict",
            max_num_fields=MAX_PARAMETERS,
        )
    except ValueError as exc:
        raise Problem.invalid_action("the query is not a list of name=value") from exc
    found: dict[str, str] = {}
    for name, value in pairs:
        if name not in allowed:
            names = ", ".join(allowed) or "none"
            raise Problem.invalid_action(
                f"this action has no parameter {name[:80]!r}; it takes: {names}"
            )
        if name in found:
            raise Problem(400, f"invalid-{name}", f"{name} is given more than once")
        found[name] = value
    return found


def span(given: Mapping[str, str]) -> Span:
    """The parameters `start` and `end`.

    Raises:
        Problem: one is not a time in UTC, or `end` is not after `start`.
    """
    start, end = (_instant(name, given[name]) if name in given else None for name in Span._fields)
    if start is not None and end is not None and end <= start:
        raise Problem(400, "invalid-end", "end is not after start")
    return Span(start, end)


def full_span(given: Mapping[str, str]) -> tuple[int, int]:
    """The parameters `start` and `end` where both are required.

    Raises:
        Problem: one is missing, or as `span` says.
    """
    for name in Span._fields:
        if name not in given:
            raise Problem(400, f"invalid-{name}", f"{name} is required, as 2026-01-01T00:00:00Z")
    start, end = (_instant(name, given[name]) for name in Span._fields)
    if end <= start:
        raise Problem(400, "invalid-end", "end is not after start")
    return start, end


def _instant(name: str, text: str) -> int:
    try:
        moment = datetime.fromisoformat(text.upper()) if _INSTANT.fullmatch(text) else None
    except ValueError:
        moment = None
    if moment is None:
        raise Problem(
            400, f"invalid-{name}", f"{name} is not a time in UTC such as 2026-01-01T00:00:00Z"
        )
    if not _FIRST <= moment <= _LAST:
        raise Problem(400, f"invalid-{name}", f"{name} is not within the years 2 to 9999")
    return int(moment.timestamp())


def pattern(text: str) -> re.Pattern[str]:
    r"""What a `pattern` matches: a whole name, in any mixture of cases (RFC 7808 §5.5).

    `*` at the beginning or the end stands for anything, `_` and a space for each other; `\*` and
    `\\` are the characters themselves.

    Raises:
        Problem: there is nothing to find in it, or a `*` in the middle.
    """
    if len(text) > MAX_PATTERN:
        raise Problem(400, "invalid-pattern", f"pattern is longer than {MAX_PATTERN} characters")
    pieces = re.findall(r"\\[*\\]|.", text, re.DOTALL)
    is_suffix, is_prefix = pieces[:1] == ["*"], pieces[1:] and pieces[-1] == "*"
    inner = pieces[bool(is_suffix) : len(pieces) - bool(is_prefix)]
    if not inner or "*" in inner or "\\" in inner:
        raise Problem(
            400, "invalid-pattern", "pattern needs text, and * only at its beginning or end"
        )
    exact = "".join("[ _]" if piece in " _" else re.escape(piece[-1]) for piece in inner)
    before, after = (".*" if is_open else "" for is_open in (is_suffix, is_prefix))
    return re.compile(before + exact + after, re.IGNORECASE | re.DOTALL)
