"""Sheets: the responses of many members at once, written from columns of their rows.

A client that lists a collection asks for the entity tags of all that is in it, and a multiget for
the texts of fifty. A resource for each row, and a look-up for each of its properties, cost ten
times what reading the rows costs; where all that is asked for stands in columns, a template does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any, Final, NamedTuple

from cyrpy.dav.errors import status_line
from cyrpy.dav.markup import escape, tags
from cyrpy.dav.urls import all_plain, encode

NAME: Final = "uri"  # the column that every sheet begins with
_FIRST: Final = "<D:response><D:href>"
_HEAD: Final = "</D:href><D:propstat><D:prop>"
_MARK: Final = b"\0"  # between responses; markup has none
_END: Final = (
    f"</D:prop><D:status>{status_line(200).decode()}</D:status></D:propstat></D:response>\n"
)


class Cell(NamedTuple):
    """How rows tell the value of a property.

    Attributes:
        column: Where it stands; None: it is the same for all members.
        pattern: The content of the element as markup, with a %s for what the column has.
        write: Makes markup of that, where it is a text that is none yet.
    """

    column: str | None
    pattern: str = "%s"
    write: Callable[[Any], str] | None = None


class Text(NamedTuple):
    """The property that holds the text of a member; `write` makes the contents of many of columns.

    A large text is None there. Where the content is None, the member itself is asked.
    """

    name: str
    columns: tuple[str, ...]
    write: Callable[..., Sequence[bytes | None]]


class Sheet:
    """Writes responses for rows of `columns`."""

    def __init__(
        self, url: str, cells: Sequence[tuple[str, Cell]], text: Text | None = None
    ) -> None:
        given = [cell for _, cell in cells if cell.column is not None]
        self.names = (*(name for name, _ in cells), *([text.name] if text else ()))
        self.columns = (
            NAME,
            *(cell.column for cell in given if cell.column is not None),
            *(text.columns if text else ()),
        )
        self._text = text
        self._writers = (encode, *(cell.write for cell in given))
        self._width = len(self._writers)
        last = tags(text.name).start.decode() if text else _END
        # What stands before, between and behind the values of one row.
        self._pieces = [_FIRST + escape(url).decode(), *_pieces(tuple(cells), last)]
        self._pattern = "%s".join(piece.replace("%", "%%") for piece in self._pieces) + "\0"
        self._tail = tags(text.name).end + _END.encode() if text else b""

    @classmethod
    def of(
        cls,
        url: str,
        names: Iterable[str],
        cells: Mapping[str, Cell],
        find_text: Callable[[], Text | None],
    ) -> Sheet | None:
        """For members of the collection of that URL; None if rows do not tell all those names."""
        others = [name for name in names if name not in cells]
        text = find_text() if len(others) == 1 else None
        if others and (text is None or others != [text.name]):
            return None
        known = [(name, cells[name]) for name in names if name in cells]
        return cls(url, known, text)

    @property
    def has_text(self) -> bool:
        """Whether rows end with the text."""
        return self._text is not None

    def block(self, columns: Sequence[Sequence[Any]]) -> bytes:
        """The responses for many rows, given by columns, where no text is asked for.

        Values and what stands between are laid side by side, then joined: a quarter of the time
        that it takes to format each row by itself.
        """
        count, first, last = len(columns[0]), self._pieces[0], self._pieces[-1]
        if not count:
            return b""
        width = 2 * len(columns)
        parts = [last + first] * (width * count)
        for place, values in enumerate(columns):
            parts[2 * place + 1 :: width] = self._written(place, values)
            if place:
                parts[2 * place :: width] = [self._pieces[place]] * count
        parts[0] = first
        return "".join([*parts, last]).encode()

    def lines(self, rows: Sequence[tuple[Any, ...]]) -> Sequence[bytes | None]:
        """A response for each row; None if its text is to be told by the member itself."""
        if not rows:
            return ()
        columns = list(zip(*rows, strict=True))
        values = [self._written(place, columns[place]) for place in range(self._width)]
        flat = tuple(chain.from_iterable(zip(*values, strict=True)))
        # One formatting for all: half of what it takes to format each by itself.
        heads = (self._pattern * len(rows) % flat).encode().split(_MARK)
        if self._text is None:
            return heads[:-1]
        contents = self._text.write(*columns[self._width :])
        return [
            None if content is None else b"%b%b%b" % (head, content, self._tail)
            for head, content in zip(heads, contents, strict=False)
        ]

    def _written(self, place: int, values: Sequence[Any]) -> Iterable[str]:
        """A column as markup."""
        write = self._writers[place]
        if write is None or (place == 0 and all_plain(values)):
            return values
        return [write(value) for value in values]


@lru_cache(maxsize=256)
def _pieces(cells: tuple[tuple[str, Cell], ...], last: str) -> tuple[str, ...]:
    """What stands before and between values, but for the URL before the first."""
    pieces, piece = [], _HEAD
    for name, cell in cells:
        opening, closing, empty = (part.decode() for part in tags(name))
        if cell.column is None:
            piece += f"{opening}{cell.pattern}{closing}" if cell.pattern else empty
            continue
        before, _, after = cell.pattern.partition("%s")
        pieces.append(f"{piece}{opening}{before}")
        piece = f"{after}{closing}"
    return (*pieces, piece + last)
