"""getAccounts, and the accounts and capabilities that profiles B and C give at sign-in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from cyrpy_jmap.capability import Capability
from cyrpy_jmap.dialects.classic.exchange import Asked, Exchange, Part
from cyrpy_jmap.dialects.classic.mail.lists import EARLY_SORTS
from cyrpy_jmap.dialects.classic.profiles import VERSIONS
from cyrpy_jmap.dialects.classic.verbs import Verb
from cyrpy_jmap.invocation import Arguments, Invocation, Json
from cyrpy_jmap.limits import Limits
from cyrpy_jmap.viewer import Account, Viewer

# Kind of data -> the capability that stands for it.
AREAS: Final[Mapping[str, str]] = {
    "mail": "urn:ietf:params:jmap:mail",
    "contacts": "urn:ietf:params:jmap:contacts",
    "calendars": "urn:ietf:params:jmap:calendars",
}
CLASSIC_CORE: Final = "urn:ietf:params:jmap:core"


class GetAccounts(Verb):
    """All that is asked is known when the request is read, so the engine only has to echo it."""

    def decode(self, asked: Asked, call_id: str) -> list[Invocation]:
        """The answer, to be echoed."""
        answer: Arguments = {"list": account_list(asked.exchange)}
        if asked.exchange.profile.early_accounts:
            answer["state"] = asked.exchange.viewer.session_state
        return [Invocation(asked.call.method, answer, call_id, origin=Part(asked))]

    def encode(self, asked: Asked, arguments: Arguments) -> Arguments:
        """It is one already."""
        del asked
        return arguments


def account_list(exchange: Exchange) -> list[Json]:
    """Account objects of the profiles that have getAccounts."""
    describe = _early_account if exchange.profile.early_accounts else _account
    return [describe(exchange, account) for account in exchange.viewer.accounts.values()]


def _account(exchange: Exchange, account: Account) -> Json:
    areas = _areas(exchange.capabilities, account)
    upload = 0 if account.is_read_only else exchange.limits.max_size_upload
    parts: dict[str, Json | None] = {
        area: {"isReadOnly": account.is_read_only} if area in areas else None for area in AREAS
    }
    if "mail" in areas:
        parts["mail"] = {"isReadOnly": account.is_read_only, **_mail(exchange, account)}
    return {
        "id": account.name,
        "name": account.name,
        "isPrimary": account.is_own,
        "capabilities": {"maxSizeUpload": upload},
        **parts,
    }


def _mail(exchange: Exchange, account: Account) -> Json:
    """What mail clients ask of an account."""
    own = exchange.capabilities[AREAS["mail"]].account_part(account)
    return {
        "maxSizeMessageAttachments": own["maxSizeAttachmentsPerEmail"],
        "canDelaySend": exchange.delays_send and account.is_own,
        "messageListSortOptions": list(EARLY_SORTS),
    }


def _early_account(exchange: Exchange, account: Account) -> Json:
    """With what the first servers sent besides."""
    areas = _areas(exchange.capabilities, account)
    return _account(exchange, account) | {
        "isReadOnly": account.is_read_only,
        **{f"has{area.capitalize()}": area in areas for area in AREAS},
        "versions": list(VERSIONS),
        "extensions": {},
    }


def account_map(viewer: Viewer, capabilities: Mapping[str, Capability]) -> Json:
    """Accounts by id, as profiles B and C give them at sign-in."""
    return {
        account.name: {
            "name": account.name,
            "isPrimary": account.is_own,
            "isReadOnly": account.is_read_only,
            "hasDataFor": _areas(capabilities, account),
        }
        for account in viewer.accounts.values()
    }


def server_capabilities(limits: Limits) -> Json:
    """Capabilities of the server, as profiles B and C give them at sign-in."""
    members = limits.capability()
    del members["collationAlgorithms"]  # the drafts' sorts name none
    return {CLASSIC_CORE: members}


def _areas(capabilities: Mapping[str, Capability], account: Account) -> list[str]:
    """The kinds of data that classic calls may ask of the account."""
    return [
        area
        for area, urn in AREAS.items()
        if urn in capabilities and capabilities[urn].works_in(account)
    ]
