"""Capability: what a part of JMAP says of itself in the Session object (RFC 8620 §2)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from cyrpy.data.principals import PrincipalRow
    from cyrpy_jmap.call import Call
    from cyrpy_jmap.viewer import Account

ServerPart = Mapping[str, Any] | Callable[[str], Mapping[str, Any]]
AccountPart = Mapping[str, Any] | Callable[["Account"], Mapping[str, Any]]


@dataclass(frozen=True)
class Capability:
    """One URN, with the object for the server and the one for each account that it works in.

    `server` may be a function of JMAP's base URL (`https://host/jmap`), `account` one of the
    account. In an account of somebody else it works if a grant of a kind in `shared_by`, or one
    on the whole account, lets the viewer in; with `in_accounts` false it has no methods that take
    an account. `principal` gives what it says of a principal (RFC 9670 §3), None for nothing.
    """

    urn: str
    server: ServerPart = field(default_factory=dict)
    account: AccountPart = field(default_factory=dict)
    shared_by: Collection[str] = ()  # kinds of grants: Calendar, AddressBook, Mailbox
    in_accounts: bool = True
    everywhere: bool = False  # in every account that there is
    in_session: bool = True  # false: a key of accounts alone (RFC 9670 §1.5.2)
    principal: Callable[[Call, PrincipalRow], Mapping[str, Any] | None] | None = None

    def server_part(self, base_url: str) -> Mapping[str, Any]:
        """The value in `capabilities`."""
        return self.server(base_url) if callable(self.server) else self.server

    def account_part(self, account: Account) -> Mapping[str, Any]:
        """The value in `accountCapabilities` of an account that it works in."""
        return self.account(account) if callable(self.account) else self.account

    def works_in(self, account: Account) -> bool:
        """Whether its methods may be used with `account`."""
        if not self.in_accounts:
            return False
        if account.is_own or self.everywhere or WHOLE_ACCOUNT in account.shared:
            return True
        return not account.shared.isdisjoint(self.shared_by)


WHOLE_ACCOUNT: Final = "Account"  # the kind of a grant on everything
CORE_URN: Final = "urn:ietf:params:jmap:core"
CORE: Final = Capability(CORE_URN, everywhere=True)  # the engine fills in the server's limits
