"""One classic request under way, and what each call of it asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from cyrpy_jmap.capability import Capability
from cyrpy_jmap.dialects.classic.creation import CreationNames
from cyrpy_jmap.dialects.classic.profiles import Profile
from cyrpy_jmap.errors import MethodError, SetError
from cyrpy_jmap.invocation import Arguments, Invocation
from cyrpy_jmap.limits import Limits
from cyrpy_jmap.viewer import Viewer

if TYPE_CHECKING:
    from cyrpy_jmap.dialects.classic.references import References
    from cyrpy_jmap.dialects.classic.verbs import ClassicCall


@dataclass(slots=True)
class Exchange:
    """What all calls of one request share."""

    profile: Profile
    viewer: Viewer
    limits: Limits
    capabilities: Mapping[str, Capability]
    names: CreationNames
    references: References
    delays_send: bool = False  # whether mail may be sent later

    def account_id(self, sent: str | None) -> str:
        """The engine's id for an account that the client names by user id or by that id.

        The user's own may be named by its login name too. Who is unknown stays
        as sent: the engine says that there is no such account.
        """
        if sent is None:
            return self.viewer.primary_account
        by_name = {account.name: account.wire_id for account in self.viewer.accounts.values()}
        if sent in by_name or sent in self.viewer.accounts:
            return by_name.get(sent, sent)
        is_login_name = sent == self.viewer.identity.userid.partition("@")[0]
        return self.viewer.primary_account if is_login_name else sent

    def classic_account_id(self, wire_id: str) -> str:
        """The user id, which is what the classic dialect calls an account by."""
        account = self.viewer.find(wire_id)
        return wire_id if account is None else account.name


class Role(Enum):
    """What becomes of the response to an invocation."""

    ANSWER = "answer"  # it is sent
    LOOK = "look"  # it completes the invocation behind it
    SUPPLEMENT = "supplement"  # it completes the answer before it


@dataclass(slots=True)
class Asked:
    """One call as the client made it."""

    call: ClassicCall
    exchange: Exchange
    arguments: Arguments = field(default_factory=dict)
    account_id: str = ""  # the engine's
    memo: Mapping[str, str] = field(default_factory=dict)  # what a LOOK found, for the verb
    # Records that are not even shown to the engine: notCreated … -> creation id or id -> why.
    refused: dict[str, dict[str, SetError]] = field(default_factory=dict)


@dataclass(slots=True)
class Part:
    """The memo of an invocation: on whose behalf it runs, and what its response is for."""

    asked: Asked
    role: Role = Role.ANSWER
    completes: Invocation | None = None  # by a LOOK


def failed(asked: Asked, call_id: str, error: MethodError) -> Invocation:
    """An invocation that is answered with `error`, not run."""
    return Invocation(asked.call.method, {}, call_id, error, Part(asked))


def part_of(invocation: Invocation) -> Part:
    """The memo of an invocation that this dialect made."""
    part: Part = invocation.origin
    return part
