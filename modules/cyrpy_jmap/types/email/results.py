"""Results of Email/query: ids of which no more are read than are asked for (RFC 8621 §4.4)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, overload

from cyrpy.data import ids, messages
from cyrpy.data.mail_query import ALL, PAGE, Found, Reader
from cyrpy_jmap.call import Call


class Results(Sequence[str]):
    """Ids of which only those are read that are asked for, from one reader after the other."""

    CHUNK: Final = 256

    def __init__(self, readers: Sequence[Reader], *, collapse: bool) -> None:
        self._readers = list(readers)
        self._skip = 0
        self._collapse = collapse
        self._threads: set[int] = set()
        self._ids: list[str] = []

    def _need(self, count: int) -> None:
        """Read so many, if there are as many."""
        chunk = self.CHUNK if self._collapse else 0
        while self._readers and len(self._ids) < count:
            chunk = max(2 * chunk, min(count - len(self._ids), ALL))
            rows = self._readers[0](self._skip, chunk)
            self._take(rows)
            self._skip += len(rows)
            if len(rows) < chunk:
                del self._readers[0]
                self._skip = 0

    def _take(self, rows: Iterable[Found]) -> None:
        """Of each thread the first (§4.4.3), where threads are collapsed."""
        for one in rows:
            if self._collapse:
                if one.thread_id in self._threads:
                    continue
                self._threads.add(one.thread_id)
            self._ids.append(ids.encode(messages.LETTER, one.id))

    def __len__(self) -> int:
        self._need(ALL)
        return len(self._ids)

    @overload
    def __getitem__(self, index: int) -> str: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[str]: ...

    def __getitem__(self, index: int | slice) -> str | Sequence[str]:
        """One id, or those of a range."""
        last = index if isinstance(index, int) else index.stop
        self._need(ALL if last is None or last < 0 else last + 1)
        return self._ids[index]

    def __iter__(self) -> Iterator[str]:
        at = 0
        while True:
            if at == len(self._ids):
                self._need(max(self.CHUNK, 2 * at))
            if at == len(self._ids):
                return
            yield self._ids[at]
            at += 1

    def index(self, value: str, start: int = 0, stop: int | None = None) -> int:
        """Where an id is; the rows are read in order up to it.

        Raises:
            ValueError: it is not there.
        """
        for n, id in enumerate(self):
            if id == value and n >= start and (stop is None or n < stop):
                return n
        raise ValueError(f"{value} is not among the results")


class MailboxPage(Results):
    """The emails of a mailbox by date; how many they are is counted already."""

    def __init__(self, call: Call, mailbox_id: int, size: int, *, ascending: bool) -> None:
        unit, query = call.unit, PAGE[ascending]
        key = {"account_id": call.account.id, "mailbox_id": mailbox_id}

        def read(skip: int, count: int) -> list[Found]:
            return unit.all(query, skip=skip, count=count, **key)

        super().__init__([read], collapse=call.arguments.collapse_threads)
        self._size = size

    def __len__(self) -> int:
        return self._size

    def __getitem__(self, index: Any) -> Any:  # noqa: ANN401 - as the overloads above
        """Deep in a mailbox, no ids before those that are asked for."""
        if isinstance(index, slice) and not self._collapse and not self._ids:
            start, stop, _ = index.indices(self._size)
            rows = self._readers[0](start, max(stop - start, 0)) if self._readers else []
            return [ids.encode(messages.LETTER, one.id) for one in rows]
        return super().__getitem__(index)
