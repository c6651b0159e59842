"""Results: the ids that a search finds, of which no more is read than what is asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final, overload

from cyrpy.data.itemsearch import Ids, Search

LARGE: Final = 5000  # items in a part; who wants more is given it of the whole list


class Results(Sequence[str]):
    """A list of ids; a part of it, and its length, cost no reading of the whole."""

    def __init__(self, letter: str, search: Search) -> None:
        self._letter = letter
        self._search = search
        self._whole: Ids | None = None
        self._length: int | None = None

    @property
    def whole(self) -> Ids:
        """All of it."""
        if self._whole is None:
            self._whole = Ids(self._letter, self._search.all())
        return self._whole

    def __len__(self) -> int:
        if self._whole is not None:
            return len(self._whole)
        if self._length is None:
            self._length = self._search.count()
        return self._length

    @overload
    def __getitem__(self, at: int) -> str: ...
    @overload
    def __getitem__(self, at: slice) -> list[str]: ...
    def __getitem__(self, at: int | slice) -> str | list[str]:
        if isinstance(at, int):
            return self.whole[at]
        start, stop = at.start or 0, at.stop
        if self._whole is not None or stop is None or at.step or not 0 <= start <= stop:
            return self.whole[at]
        if stop - start > LARGE:
            return self.whole[at]
        found = self._search.some(start, stop - start)
        if len(found) < stop - start and (found or start == 0):
            self._length = start + len(found)
        return Ids(self._letter, found)[:]

    def __iter__(self) -> Iterator[str]:
        return iter(self.whole)

    def __contains__(self, id: object) -> bool:
        return id in self.whole

    def index(self, id: Any, start: int = 0, stop: int | None = None) -> int:  # noqa: ANN401
        """Where the id is.

        Raises:
            ValueError: it is not among them.
        """
        return self.whole.index(id, start, stop)
