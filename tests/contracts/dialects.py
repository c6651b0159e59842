"""Operations on calendars as each dialect spells them."""

from __future__ import annotations

from typing import Any, Protocol

from tests.support.jmap import Calendars, Json


class Dialect(Protocol):
    """One spelling of what both can do."""

    def set(self, calendars: Calendars, **arguments: Any) -> Json:
        """Created (id by creation id), updated, destroyed, refused (what -> why), and states."""


class Rfc8620:
    """Calendar/set."""

    def set(self, calendars: Calendars, **arguments: Any) -> Json:
        return _outcome(calendars.set(onDestroyRemoveEvents=True, **arguments))


class Classic:
    """setCalendars."""

    def set(self, calendars: Calendars, **arguments: Any) -> Json:
        account = calendars.account.replace("_40", "@")
        return _outcome(
            calendars.client.classic_call("setCalendars", accountId=account, **arguments)
        )


def _outcome(answer: Json) -> Json:
    """The part of an answer that does not depend on the dialect."""
    refused = {
        key: error["type"]
        for member in ("notCreated", "notUpdated", "notDestroyed")
        for key, error in (answer[member] or {}).items()
    }
    return {
        "created": {cid: record["id"] for cid, record in (answer["created"] or {}).items()},
        "updated": sorted(answer["updated"] or ()),
        "destroyed": answer["destroyed"] or [],
        "refused": refused,
        "moved": int(answer["newState"]) - int(answer["oldState"]),
    }


DIALECTS: dict[str, Dialect] = {"rfc8620": Rfc8620(), "classic": Classic()}
