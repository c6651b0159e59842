"""importMessages, copyMessages and reportMessages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from cyrpy_jmap.dialects.classic import arguments as types
from cyrpy_jmap.dialects.classic.arguments import Argument
from cyrpy_jmap.dialects.classic.copies import Copy
from cyrpy_jmap.dialects.classic.errors import refused, set_errors
from cyrpy_jmap.dialects.classic.exchange import Asked, Part
from cyrpy_jmap.dialects.classic.mail.messages import MessageLens
from cyrpy_jmap.dialects.classic.profiles import Profile
from cyrpy_jmap.dialects.classic.sets import CREATE
from cyrpy_jmap.dialects.classic.verbs import ClassicCall, Verb
from cyrpy_jmap.errors import SetError
from cyrpy_jmap.invocation import Arguments, Invocation, Json

MESSAGES: Final = "messages"
TOLD: Final = ("id", "blobId", "threadId", "size")


class FileMessages(Verb):
    """A call that puts messages into mailboxes, each named by `source`: a blob, or a message."""

    def __init__(self, lens: MessageLens, source: str, canonical: str) -> None:
        self._lens: Final = lens
        self._source: Final = source  # blobId
        self._canonical: Final = canonical

    def creations(self, asked: Asked) -> Json:
        """The canonical creations; those that are wrong are noted."""
        names = asked.exchange.names
        made: Json = {}
        for creation_id, wanted in asked.arguments[MESSAGES].items():
            source = wanted.get(self._source)
            marks = {name: value for name, value in wanted.items() if name != self._source}
            try:
                if not isinstance(source, str) or not source:
                    raise SetError(
                        "invalidProperties", f"{self._source}: is required", [self._source]
                    )
                one = self._lens.copy(marks, names)
            except SetError as exc:
                asked.refused.setdefault(CREATE, {})[creation_id] = exc
                continue
            one[self._canonical] = names.reference(self._lens.record_type, source)
            made[names.name(self._lens.record_type, creation_id)] = one
        return made

    def outcome(self, asked: Asked, arguments: Arguments) -> Arguments:
        """What was filed, and why the rest was not."""
        names, lens = asked.exchange.names, self._lens
        created = arguments["created"] or {}
        errors = set_errors(asked, arguments[CREATE], by_creation_id=True)
        errors |= refused(asked.refused.get(CREATE, {}))
        return {
            "created": {
                names.creation_id(name): {n: record[n] for n in TOLD}
                for name, record in created.items()
            },
            CREATE: {key: lens.copy_error(error) for key, error in errors.items()},
        }


class ImportMessages(FileMessages):
    """importMessages, of blobs that were uploaded."""

    arguments = {  # noqa: RUF012 - declared as a Mapping
        "accountId": types.STRING,
        MESSAGES: types.CREATIONS.required(),
    }

    def decode(self, asked: Asked, call_id: str) -> list[Invocation]:
        """The import."""
        canonical: Arguments = {"accountId": asked.account_id, "create": self.creations(asked)}
        return [Invocation(asked.call.method, canonical, call_id, origin=Part(asked))]

    def encode(self, asked: Asked, arguments: Arguments) -> Arguments:
        """What was imported."""
        account_id = asked.exchange.classic_account_id(arguments["accountId"])
        return {"accountId": account_id, **self.outcome(asked, arguments)}


class CopyMessages(FileMessages):
    """copyMessages, to another account or within one."""

    errors = Copy.errors

    def known(self, call: ClassicCall, profile: Profile) -> Mapping[str, Argument]:
        """From where and to where, each the user's own account unless it is named; and what."""
        del call, profile
        return {
            "fromAccountId": types.STRING,
            "toAccountId": types.STRING,
            MESSAGES: types.CREATIONS.required(),
        }

    def decode(self, asked: Asked, call_id: str) -> list[Invocation]:
        """The copy."""
        sent, exchange = asked.arguments, asked.exchange
        asked.account_id = exchange.account_id(sent.get("toAccountId"))
        canonical: Arguments = {
            "fromAccountId": exchange.account_id(sent.get("fromAccountId")),
            "accountId": asked.account_id,
            "create": self.creations(asked),
        }
        return [Invocation(asked.call.method, canonical, call_id, origin=Part(asked))]

    def encode(self, asked: Asked, arguments: Arguments) -> Arguments:
        """What was copied."""
        exchange = asked.exchange
        return {
            "fromAccountId": exchange.classic_account_id(arguments["fromAccountId"]),
            "toAccountId": exchange.classic_account_id(arguments["accountId"]),
            **self.outcome(asked, arguments),
        }


class ReportMessages(Verb):
    """reportMessages: the drafts have it move nothing."""

    arguments = {  # noqa: RUF012 - declared as a Mapping
        "accountId": types.STRING,
        "messageIds": types.IDS.required(),
        "asSpam": types.BOOLEAN.required(),
    }

    def decode(self, asked: Asked, call_id: str) -> list[Invocation]:
        """The report."""
        sent, lens = asked.arguments, asked.call.lens
        canonical: Arguments = {
            "accountId": asked.account_id,
            "ids": list(_canonical(asked, lens.record_type, sent["messageIds"])),
            "asSpam": sent["asSpam"],
        }
        return [Invocation(asked.call.method, canonical, call_id, origin=Part(asked))]

    def encode(self, asked: Asked, arguments: Arguments) -> Arguments:
        """What was reported."""
        names = asked.exchange.names
        return {
            "accountId": asked.exchange.classic_account_id(arguments["accountId"]),
            "asSpam": asked.arguments["asSpam"],
            "reported": arguments["ids"],
            "notFound": [names.restore(id) for id in arguments["notFound"]] or None,
        }


def _canonical(asked: Asked, type: str, ids: Iterable[str]) -> Iterable[str]:
    return (asked.exchange.names.reference(type, id) for id in ids)
