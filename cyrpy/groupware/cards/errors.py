"""Why a card is not stored, in terms that every protocol can say (RFC 6352 §6.3.2.1)."""

from __future__ import annotations

from typing import Final, Literal

from cyrpy.data import ids
from cyrpy.data.cards import LETTER, CardRow
from cyrpy.errors import AlreadyExists, Forbidden
from cyrpy.groupware.access import has
from cyrpy.groupware.contacts import AddressBookView

Needs = Literal["bind", "write-content", "unbind"]  # as WebDAV calls the right (RFC 3744 §3)
LETTERS: Final[dict[Needs, str]] = {"bind": "i", "write-content": "si", "unbind": "te"}


class Refused(Forbidden):
    """It is nothing that may be stored as a card; `precondition` is a name of CardDAV's."""

    def __init__(self, precondition: str, message: str) -> None:
        super().__init__(message)
        self.precondition = precondition


class UidConflict(AlreadyExists):
    """The UID is another card's, or what would be replaced has another one.

    Attributes:
        card: The card in the way.
    """

    def __init__(self, message: str, card: CardRow) -> None:
        super().__init__(message, ids.encode(LETTER, card.id))
        self.card = card


class NotAllowed(Forbidden):
    """A right is missing; `needs` says which would do."""

    def __init__(self, needs: Needs) -> None:
        super().__init__(f"the user has not the right '{needs}' on this address book")
        self.needs = needs


def judge(view: AddressBookView, needs: Needs) -> None:
    """Make sure that the user has a right.

    Raises:
        NotAllowed: it has not.
    """
    if not has(view.rights, LETTERS[needs]):
        raise NotAllowed(needs)
