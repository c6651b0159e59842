"""The Session object (RFC 8620 §2), and what is kept of each user between requests."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any, Final

import orjson

from cyrpy.auth.identity import Identity
from cyrpy.data.access import SHARED_WITH
from cyrpy.data.unit import Unit
from cyrpy_jmap.capability import CORE_URN, Capability
from cyrpy_jmap.invocation import Json
from cyrpy_jmap.limits import Limits
from cyrpy_jmap.viewer import Account, Standing, Viewer

KEPT: Final = 10_000  # users whose standing is kept at once
STATE_LENGTH: Final = 16  # hexadecimal digits


class Sessions:
    """Session objects, made of the capabilities that are offered."""

    def __init__(self, limits: Limits, capabilities: Iterable[Capability]) -> None:
        self._limits = limits
        self._capabilities: dict[str, Capability] = {}
        for capability in capabilities:
            self._capabilities.setdefault(capability.urn, capability)
        self._kept: dict[int, Standing] = {}

    @property
    def capabilities(self) -> Mapping[str, Capability]:
        """All that are offered, by URN."""
        return self._capabilities

    def cached(self, identity: Identity) -> Viewer | None:
        """The viewer, if what is known of them is of their present epoch."""
        standing = self._kept.get(identity.principal_id)
        if standing is None or standing.epoch != identity.epoch:
            return None
        return Viewer(identity, standing)

    def load(self, unit: Unit, identity: Identity) -> Viewer:
        """The viewer, as the database has it; kept until its epoch moves."""
        accounts = {account.wire_id: account for account in _accounts(unit, identity)}
        document = self._document(identity, accounts, "")
        digest = hashlib.sha256(orjson.dumps(document, option=orjson.OPT_SORT_KEYS)).hexdigest()
        standing = Standing(identity.epoch, accounts, digest[:STATE_LENGTH])
        if len(self._kept) >= KEPT:
            self._kept.clear()
        self._kept[identity.principal_id] = standing
        return Viewer(identity, standing)

    def session(self, viewer: Viewer, base_url: str) -> Json:
        """The Session object; `base_url` is JMAP's, such as https://host/jmap."""
        document = self._document(viewer.identity, viewer.accounts, base_url)
        return document | {
            "apiUrl": f"{base_url}/",
            "downloadUrl": f"{base_url}/download/{{accountId}}/{{blobId}}/{{name}}?accept={{type}}",
            "uploadUrl": f"{base_url}/upload/{{accountId}}/",
            "eventSourceUrl": (
                f"{base_url}/eventsource/?types={{types}}&closeafter={{closeafter}}&ping={{ping}}"
            ),
            "state": viewer.session_state,
        }

    def _document(
        self, identity: Identity, accounts: Mapping[str, Account], base_url: str
    ) -> dict[str, Any]:
        """What the state stands for; without the URLs, which differ by the name one came by."""
        return {
            "capabilities": self._server_parts(base_url),
            "accounts": {a.wire_id: self._account(a) for a in accounts.values()},
            "primaryAccounts": {
                urn: identity.account_id
                for urn, capability in self._capabilities.items()
                if urn != CORE_URN
                and capability.in_session
                and capability.works_in(accounts[identity.account_id])
            },
            "username": identity.userid,
        }

    def _server_parts(self, base_url: str) -> Json:
        parts: Json = {CORE_URN: self._limits.capability()}
        for urn, capability in self._capabilities.items():
            if urn != CORE_URN and capability.in_session:
                parts[urn] = capability.server_part(base_url)
        return parts

    def _account(self, account: Account) -> Json:
        """An Account object (RFC 8620 §2)."""
        return {
            "name": account.name,
            "isPersonal": account.is_own,
            "isReadOnly": account.is_read_only,
            "accountCapabilities": {
                urn: capability.account_part(account)
                for urn, capability in self._capabilities.items()
                if capability.works_in(account)
            },
        }


def _accounts(unit: Unit, identity: Identity) -> Iterable[Account]:
    """The user's own account, then those in which others share something with it.

    None of these is read-only as a whole: who may only read a calendar still keeps marks of its
    own on it (its colour, whether it is shown). What it may do follows from each record's rights.
    """
    own = identity.account_id
    yield Account(identity.principal_id, own, identity.userid, is_own=True, viewer_id=own)
    kinds: dict[int, set[str]] = {}
    names: dict[int, tuple[str, str]] = {}
    for row in unit.all(SHARED_WITH, principals=sorted(identity.principals)):
        if row.account_id != identity.principal_id:
            kinds.setdefault(row.account_id, set()).add(row.kind)
            names[row.account_id] = (row.wire_id, row.name)
    for id, (wire_id, name) in names.items():
        shared = frozenset(kinds[id])
        yield Account(id, wire_id, name, is_own=False, shared=shared, viewer_id=own)
