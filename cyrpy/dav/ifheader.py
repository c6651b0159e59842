"""The If header (RFC 4918 §10.4): lists of state tokens and entity tags, by resource."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from cyrpy.dav.errors import DavError

MAX_CONDITIONS: Final = 200  # each may need a look at another resource
_TOKEN: Final = re.compile(
    r"""[ \t]*(?:
        (?P<open>\() | (?P<close>\)) | (?P<not>Not\b)
        | <(?P<url>[^<>\s]+)> | \[[ \t]*(?P<etag>(?:W/)?"[^"]*")[ \t]*\]
    )[ \t]*""",
    re.VERBOSE | re.IGNORECASE,
)


class Condition(NamedTuple):
    """Something that a resource has, or must not have."""

    value: str  # a state token, or an entity tag in its quotation marks
    is_etag: bool
    is_negated: bool


class Tagged(NamedTuple):
    """Conditions that all have to hold of one resource."""

    url: str | None  # None: the resource of the request
    conditions: tuple[Condition, ...]


def parse(text: str) -> tuple[Tagged, ...]:
    """The lists of the header; it is true if one of them is.

    Raises:
        DavError: 400 if it is none.
    """
    reader = _Reader(text)
    while not reader.at_end:
        reader.take()
    if reader.conditions is not None or not reader.lists or reader.count > MAX_CONDITIONS:
        raise _malformed()
    return tuple(reader.lists)


class _Reader:
    """Goes through the header, token by token."""

    def __init__(self, text: str) -> None:
        self.lists: list[Tagged] = []
        self.conditions: list[Condition] | None = None  # of the list that is open
        self.count = 0
        self._text = text
        self._position = 0
        self._url: str | None = None
        self._is_negated = False
        self._is_used = True  # whether a list follows the resource

    @property
    def at_end(self) -> bool:
        return self._position >= len(self._text)

    def take(self) -> None:
        """The next token.

        Raises:
            DavError: it cannot stand there.
        """
        match = _TOKEN.match(self._text, self._position)
        if match is None:
            raise _malformed()
        self._position = match.end()
        kind, value = match.lastgroup, match[match.lastgroup or 0]
        if self.conditions is None:
            self._outside(kind, value)
        else:
            self._inside(kind, value, self.conditions)

    def _outside(self, kind: str | None, value: str) -> None:
        if kind == "open":
            self.conditions = []
            self._is_used = True
        elif kind == "url" and (self._url is not None or not self.lists) and self._is_used:
            self._url, self._is_used = value, False
        else:
            raise _malformed()

    def _inside(self, kind: str | None, value: str, conditions: list[Condition]) -> None:
        if kind == "not" and not self._is_negated:
            self._is_negated = True
        elif kind in {"url", "etag"}:
            conditions.append(Condition(value, kind == "etag", self._is_negated))
            self._is_negated = False
            self.count += 1
        elif kind == "close" and conditions and not self._is_negated:
            self.lists.append(Tagged(self._url, tuple(conditions)))
            self.conditions = None
        else:
            raise _malformed()


def _malformed() -> DavError:
    return DavError(
        400, f"the If header is not as RFC 4918 has it, or has over {MAX_CONDITIONS} conditions"
    )
