"""Who makes a request, as the host has made sure of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

SCOPE_KEY: Final = "cyrpy.identity"


class Identity(NamedTuple):
    """A user who signed in; put into the ASGI scope under SCOPE_KEY."""

    principal_id: int
    userid: str  # test@localhost
    account_id: str  # JMAP id of the user's own account
    is_admin: bool
    modules: frozenset[str] | None  # what the credential is good for; None: everything
    groups: frozenset[int]  # principal ids of the groups that the user is in
    epoch: int  # moves when credentials, rights or groups of the user move
    credential_id: int  # tells sessions of one user apart

    @property
    def principals(self) -> frozenset[int]:
        """All principals as whom the user may act: itself and its groups."""
        return self.groups | {self.principal_id}


def identity_of(scope: Mapping[str, Any]) -> Identity:
    """The identity of a request to a module whose `sign_in` is "required"."""
    identity: Identity = scope[SCOPE_KEY]
    return identity
