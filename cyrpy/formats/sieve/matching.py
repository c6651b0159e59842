"""Whether values match keys, by a match type and a comparator (RFC 5228 §2.7, RFC 5231)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

from cyrpy.formats.sieve import glob
from cyrpy.formats.sieve.collations import ASCII, FOLDS, NUMERIC, compared
from cyrpy.formats.sieve.errors import SieveError, shown
from cyrpy.formats.sieve.state import MAX_MATCHES, Scope
from cyrpy.formats.sieve.steps import Step

_HOLDS: Final[Mapping[str, Callable[[int], bool]]] = {
    "gt": lambda order: order > 0,
    "ge": lambda order: order >= 0,
    "lt": lambda order: order < 0,
    "le": lambda order: order <= 0,
    "eq": lambda order: order == 0,
    "ne": lambda order: order != 0,
}
COUNTED: Final = 64  # work that a comparison counts as
BULK: Final = 16  # characters that are compared as quickly as one is looked at


class Matcher:
    """One test's match type, comparator and keys."""

    def __init__(self, scope: Scope, step: Step, keys: Sequence[str]) -> None:
        self._scope = scope
        self._step = step
        self._keys = keys
        self._collation: str = step.value("comparator") or ASCII
        self._type = step.tag("match", "is")
        self._keeps = "variables" in scope.required and step.name != "body"
        self.is_count = self._type == "count"
        self._relation = self._relation_of() if self._type in {"count", "value"} else ""

    def _relation_of(self) -> str:
        relation = self._scope.text(self._step.value("match"), self._step).lower()
        if relation not in _HOLDS:
            text = f":{self._type} takes one of {', '.join(_HOLDS)}, not {shown(relation)}"
            raise SieveError(text, self._step.place)
        return relation

    def matches(self, values: Iterable[str]) -> bool:
        """Whether one of the values matches one of the keys; with `:count`, their number."""
        if self.is_count:
            number = sum(1 for _ in values)
            self._scope.state.spend(number * COUNTED // 4, self._step)
            count = str(number)
            return any(_HOLDS[self._relation](compared(NUMERIC, count, k)) for k in self._keys)
        return any(self._one(value, key) for value in values for key in self._keys)

    def _one(self, value: str, key: str) -> bool:
        self._scope.state.spend((len(value) + len(key)) // BULK + COUNTED, self._step)
        if self._type == "value":
            return _HOLDS[self._relation](compared(self._collation, value, key))
        if self._type == "is":
            if self._collation == NUMERIC:
                return compared(NUMERIC, value, key) == 0
            fold = FOLDS[self._collation]
            return value == key or fold(value) == fold(key)
        fold = FOLDS[self._collation]
        if self._type == "contains":
            return fold(key) in fold(value)
        return self._glob(value, key)

    def _glob(self, value: str, key: str) -> bool:
        if len(key) > glob.MAX_PATTERN:
            text = f"a pattern has at most {glob.MAX_PATTERN} characters"
            raise SieveError(text, self._step.place)
        fold = FOLDS[self._collation]
        pattern, text = fold(key), fold(value)
        self._scope.state.spend(glob.cost(pattern, text), self._step)
        spans = glob.match(pattern, text)
        if spans is None:
            return False
        if self._keeps:
            shown_text = value if len(value) == len(text) else text
            found = [shown_text[start:stop] for start, stop in spans[:MAX_MATCHES]]
            self._scope.matches = [value, *found]
        return True
