"""Viewer: who asks, and which accounts there are for them (RFC 8620 §1.6)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from cyrpy.auth.identity import Identity
from cyrpy_jmap.errors import MethodError


class Account(NamedTuple):
    """One account that the viewer may use."""

    id: int
    wire_id: str
    name: str
    is_own: bool
    is_read_only: bool = False
    shared: frozenset[str] = frozenset()  # kinds of the grants that let the viewer in
    viewer_id: str = ""  # wire id of the viewer's own account


class Standing(NamedTuple):
    """What holds for a user while its rights do not move; kept between requests."""

    epoch: int
    accounts: Mapping[str, Account]  # by wire id, the user's own first
    session_state: str


class Viewer(NamedTuple):
    """The user of one request."""

    identity: Identity
    standing: Standing

    @property
    def primary_account(self) -> str:
        """The wire id of the user's own account."""
        return self.identity.account_id

    @property
    def own(self) -> Account:
        """The user's own account."""
        return self.standing.accounts[self.identity.account_id]

    @property
    def accounts(self) -> Mapping[str, Account]:
        """All accounts that the user may see, by wire id."""
        return self.standing.accounts

    @property
    def session_state(self) -> str:
        """The `state` of the Session object."""
        return self.standing.session_state

    def find(self, wire_id: str) -> Account | None:
        """The account, or None where there is none for this user."""
        return self.standing.accounts.get(wire_id)

    def resolve(self, wire_id: str) -> Account:
        """The account of that id.

        Raises:
            MethodError: `accountNotFound`, whether it does not exist or may not be seen.
        """
        account = self.standing.accounts.get(wire_id)
        if account is None:
            raise MethodError("accountNotFound", f"there is no account {wire_id[:255]!r}")
        return account
