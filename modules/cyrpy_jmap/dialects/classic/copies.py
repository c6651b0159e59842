"""Copies: copyFoos, which are /copy; the drafts had them of messages only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from cyrpy_jmap.dialects.classic import arguments as types
from cyrpy_jmap.dialects.classic.arguments import Argument
from cyrpy_jmap.dialects.classic.errors import refused, set_errors
from cyrpy_jmap.dialects.classic.exchange import Asked, Part
from cyrpy_jmap.dialects.classic.profiles import Profile
from cyrpy_jmap.dialects.classic.sets import CREATE
from cyrpy_jmap.dialects.classic.verbs import ClassicCall, Verb
from cyrpy_jmap.errors import SetError
from cyrpy_jmap.invocation import Arguments, Invocation, Json


class Copy(Verb):
    """copyFoos: `many` maps creation ids to copies, each of which names its original as `id`."""

    errors = {  # noqa: RUF012 - declared as a Mapping
        "accountNotFound": "toAccountNotFound",
        "accountNotSupportedByMethod": "toAccountNo{area}",
        "fromAccountNotSupportedByMethod": "fromAccountNo{area}",
    }

    def __init__(self, many: str, id: str) -> None:
        self.many: Final = many  # contacts
        self.id: Final = id  # contactId

    def known(self, call: ClassicCall, profile: Profile) -> Mapping[str, Argument]:
        """From where and to where, each the user's own account unless it is named; and what."""
        del profile
        return {
            "fromAccountId": types.STRING,
            "toAccountId": types.STRING,
            self.many: types.CREATIONS.required(),
            **call.arguments,
        }

    def decode(self, asked: Asked, call_id: str) -> list[Invocation]:
        """A /copy."""
        sent, exchange = asked.arguments, asked.exchange
        asked.account_id = exchange.account_id(sent.get("toAccountId"))
        source = exchange.account_id(sent.get("fromAccountId"))
        if source == asked.account_id:
            reason = "must be another account than the one to copy to; within one, use a set call"
            raise types.invalid({"fromAccountId": reason})
        canonical: Arguments = {
            "fromAccountId": source,
            "accountId": asked.account_id,
            "create": self._copies(asked),
        }
        return [Invocation(asked.call.method, canonical, call_id, origin=Part(asked))]

    def _copies(self, asked: Asked) -> Json:
        lens, names = asked.call.lens, asked.exchange.names
        canonical: Json = {}
        for creation_id, copy in asked.arguments[self.many].items():
            original = copy.get(self.id)
            changes = {name: value for name, value in copy.items() if name != self.id}
            try:
                if not isinstance(original, str):
                    reason = f"{self.id}: is required, the id of what to copy"
                    raise SetError("invalidProperties", reason, [self.id])
                made = lens.copy(changes, names)
            except SetError as exc:
                asked.refused.setdefault(CREATE, {})[creation_id] = exc
                continue
            made["id"] = names.reference(lens.record_type, original)
            canonical[names.name(lens.record_type, creation_id)] = made
        return canonical

    def encode(self, asked: Asked, arguments: Arguments) -> Arguments:
        """What was copied, and why the rest was not."""
        names, lens, exchange = asked.exchange.names, asked.call.lens, asked.exchange
        created = arguments["created"] or {}
        errors = set_errors(asked, arguments[CREATE], by_creation_id=True)
        return {
            "fromAccountId": exchange.classic_account_id(arguments["fromAccountId"]),
            "toAccountId": exchange.classic_account_id(arguments["accountId"]),
            "created": {names.creation_id(n): lens.classic(r) for n, r in created.items()},
            CREATE: errors | refused(asked.refused.get(CREATE, {})),
        }
