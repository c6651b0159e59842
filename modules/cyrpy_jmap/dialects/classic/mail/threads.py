"""Threads and snippets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from cyrpy_jmap.dialects.classic import arguments as types
from cyrpy_jmap.dialects.classic.arguments import Argument
from cyrpy_jmap.dialects.classic.exchange import Asked, Part
from cyrpy_jmap.dialects.classic.lens import Lens
from cyrpy_jmap.dialects.classic.lists import Listing
from cyrpy_jmap.dialects.classic.mail.lists import check_fetched
from cyrpy_jmap.dialects.classic.profiles import Profile
from cyrpy_jmap.dialects.classic.verbs import ClassicCall, Get, Updates, Verb, fetches
from cyrpy_jmap.invocation import Arguments, Invocation, Json, Response
from cyrpy_jmap.types.email.snippet import MOST

IDS: Final = "messageIds"


class ThreadLens(Lens):
    """Thread."""

    record_type = "ClassicThread"
    area = "mail"
    sources = {"id": ("id",), IDS: ("emailIds",)}  # noqa: RUF012 - declared as a Mapping

    def classic(self, record: Json) -> Json:
        """Its messages in their order."""
        result: Json = {"id": record["id"]}
        if "emailIds" in record:
            result[IDS] = record["emailIds"]
        return result


class GetThreads(Get):
    """getThreads: may fetch the messages."""

    arguments = {  # noqa: RUF012 - declared as a Mapping
        "accountId": types.STRING,
        "ids": types.IDS.required(),
        "fetchMessages": types.BOOLEAN,
        "fetchMessageProperties": types.STRINGS,
    }

    def __init__(self, messages: ClassicCall) -> None:
        self._messages: Final = messages

    def decode(self, asked: Asked, call_id: str) -> list[Invocation]:
        """What is to be fetched is checked before the client waits for it in vain."""
        check_fetched(asked, self._messages)
        return super().decode(asked, call_id)

    def follow_ups(self, asked: Asked, response: Response) -> Sequence[Invocation]:
        """The messages, if they are to be fetched."""
        if response.name == "error" or not asked.arguments.get("fetchMessages"):
            return ()
        ids = [id for thread in response.arguments["list"] for id in thread["emailIds"]]
        properties = asked.arguments.get("fetchMessageProperties")
        return fetches(asked, self._messages, ids, properties, response.call_id)


class ThreadUpdates(Updates):
    """getThreadUpdates, in which one cannot choose what is fetched of a thread."""

    def known(self, call: ClassicCall, profile: Profile) -> Mapping[str, Argument]:
        """One less than others."""
        known = super().known(call, profile)
        return {name: known[name] for name in known if name != "fetchRecordProperties"}


class GetSnippets(Verb):
    """getSearchSnippets, as many at once as may be."""

    arguments = {  # noqa: RUF012 - declared as a Mapping
        "accountId": types.STRING,
        IDS: types.IDS.required(),
        "filter": types.OBJECT,
    }

    def __init__(self, listing: Listing, *, has_attachments: bool) -> None:
        self._listing: Final = listing
        self._attachments: Final = {"attachments": None} if has_attachments else {}

    def decode(self, asked: Asked, call_id: str) -> list[Invocation]:
        """The call, with the filter that the engine has."""
        filter = self._listing.query(asked)["filter"]
        ids = list(dict.fromkeys(asked.arguments[IDS]))
        call = asked.call
        made: list[Invocation] = []
        for start in range(0, max(len(ids), 1), MOST):
            some = ids[start : start + MOST]
            canonical: Arguments = {"accountId": asked.account_id, "emailIds": some}
            canonical["filter"] = filter
            made.append(Invocation(call.method, canonical, call_id, origin=Part(asked)))
        return made

    def encode(self, asked: Asked, arguments: Arguments) -> Arguments:
        """The snippets, by messages."""
        return {
            "accountId": asked.exchange.classic_account_id(arguments["accountId"]),
            "filter": asked.arguments.get("filter"),
            "list": [
                {
                    "messageId": one["emailId"],
                    "subject": one["subject"],
                    "preview": one["preview"],
                    **self._attachments,
                }
                for one in arguments["list"]
            ],
            "notFound": arguments["notFound"],
        }
