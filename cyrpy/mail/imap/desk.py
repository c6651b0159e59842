"""What a session works with: the account, the store, and the lease that makes its writes good."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

from cyrpy.config import CoreSettings
from cyrpy.data import imap_accounts
from cyrpy.data.blobs import Blobs
from cyrpy.data.database import Database
from cyrpy.data.unit import Unit
from cyrpy.mail.imap.errors import NotHeld

T = TypeVar("T")


class Services(Protocol):
    """What is used of a server; a Core has it."""

    @property
    def settings(self) -> CoreSettings:
        """The options."""

    @property
    def database(self) -> Database:
        """Where mail is kept."""

    @property
    def blobs(self) -> Blobs:
        """Where its octets are."""


class Desk:
    """One account, as the process works on it that holds it."""

    def __init__(self, services: Services, account_id: int, holder: str) -> None:
        self.services = services
        self.account_id = account_id
        self.holder = holder
        self.is_leaving = False  # set when the process begins to end

    @property
    def blobs(self) -> Blobs:
        """Where octets are."""
        return self.services.blobs

    def read(self, work: Callable[[Unit], T]) -> T:
        """What `work` finds in one snapshot."""
        with self.services.database.read() as unit:
            return work(unit)

    def write(self, work: Callable[[Unit], T]) -> T:
        """Run `work` in a unit, if the account is still held.

        Raises:
            NotHeld: it is not; nothing was done.
        """

        def held(unit: Unit) -> T:
            if self.is_leaving or not imap_accounts.hold(unit, self.holder, self.account_id):
                raise NotHeld
            return work(unit)

        return self.services.database.write(held, [self.account_id])
