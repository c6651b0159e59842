"""vCard streams of any size as cards; vCard 2.1 in a version that is kept here."""

from __future__ import annotations

import re
from collections.abc import Iterator
from hashlib import sha256
from typing import IO, Final

from cyrpy.errors import CyrpyError, FormatError
from cyrpy.formats.ical.component import Component
from cyrpy.formats.vcard.parse import parse
from cyrpy.formats.vcard.validate import VERSIONS, mended, problems
from cyrpy.formats.vcard.values import OLD, V3, version
from cyrpy.formats.vcard.versions import to_version
from cyrpy.groupware import cards
from cyrpy.groupware.cards import Prepared
from cyrpy.transfer.outcome import Failure, Place, Ready
from cyrpy.transfer.pieces import Piece, cut

Found = Ready[Prepared] | Failure
_LINE: Final = re.compile(r"^line (\d+): ")


class CardStream:
    """One stream, looked through once; its cards are read one after the other."""

    def __init__(self, label: str, stream: IO[bytes], wanted: str = V3, name: str = "") -> None:
        self._label = label
        self._name = name  # of the one card that there may be in it
        self._stream = stream
        self._wanted = wanted  # version in which cards of 2.1 are kept
        self._cut = cut(stream, "")

    def objects(self) -> Iterator[Found]:
        """Every card, in order; and what is none."""
        if not self._cut.pieces:
            yield Failure(Place(self._label), "there are no vCards in it")
        for piece in self._cut.pieces:
            place = self._place(piece)
            if piece.trouble is not None:
                yield Failure(place, piece.trouble)
            elif piece.name != "VCARD":
                yield Failure(place, f"{piece.name[:40]} is no VCARD")
            else:
                yield self._card(place, piece)

    def _place(self, piece: Piece) -> Place:
        named = f'{piece.name[:40]} "{piece.uid[:80]}"' if piece.uid else piece.name[:40]
        return Place(self._label, piece.line, named)

    def _card(self, place: Place, piece: Piece) -> Found:
        octets = piece.octets(self._stream)
        try:
            name = self._name if len(self._cut.pieces) == 1 else ""
            return Ready(place, prepared(octets, self._wanted), piece.stop, name)
        except FormatError as exc:
            told = _LINE.sub(lambda m: f"line {piece.line + int(m[1]) - 1}: ", str(exc))
            return Failure(place, told)
        except CyrpyError as exc:
            return Failure(place, str(exc))


def prepared(octets: bytes, wanted: str = V3) -> Prepared:
    """A card ready to be stored: octet for octet, unless it is of 2.1 or lacks what it needs.

    What has no UID gets one that follows from what it says, the same at every import.

    Raises:
        FormatError: it is no vCard.
        Refused: it is none that is stored here.
    """
    card = parse(octets)
    kept = _kept(card, octets, wanted)
    return cards.prepare(octets if kept is card else kept)


def _kept(card: Component, octets: bytes, wanted: str) -> Component:
    if version(card) == OLD:
        card = to_version(card, wanted)
    wrong = problems(card, VERSIONS)
    if wrong and all(problem.is_mendable for problem in wrong):
        return mended(card, sha256(octets).hexdigest()[:32])
    return card
