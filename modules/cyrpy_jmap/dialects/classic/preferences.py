"""What the first web client of JMAP asked for at its start, beside what the drafts have."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from cyrpy_jmap.dialects.classic import arguments as types
from cyrpy_jmap.dialects.classic.arguments import Argument
from cyrpy_jmap.dialects.classic.events.parts import alerts
from cyrpy_jmap.dialects.classic.exchange import Asked, Part
from cyrpy_jmap.dialects.classic.profiles import Profile
from cyrpy_jmap.dialects.classic.verbs import ClassicCall, Verb
from cyrpy_jmap.invocation import Arguments, Invocation, Json

CALENDAR: Final = ("isDefault", "timeZone", "defaultAlertsWithTime", "defaultAlertsWithoutTime")
# What the server does not keep: as if nobody had chosen anything.
UNSET: Final[Mapping[str, Any]] = {
    "autoAddCalendarId": None,
    "autoAddInvitations": True,
    "autoAddGroupId": None,
    "autoRSVPGroupId": None,
    "autoRSVP": False,
    "autoUpdate": True,
    "birthdaysAreVisible": False,
    "firstDayOfWeek": 1,
    "markReadAndFileAutoAdd": False,
    "markReadAndFileAutoUpdate": False,
    "onlyAutoAddIfInGroup": False,
    "onlyAutoRSVPIfInGroup": False,
    "showWeekNumbers": False,
}


class Fixed(Verb):
    """A call that is answered with what another one, or none, tells."""

    def __init__(
        self, asks: Arguments | None, answer: Callable[[Arguments], Arguments], **known: Argument
    ) -> None:
        self._asks = asks
        self._answer = answer
        self._known = known

    def known(self, call: ClassicCall, profile: Profile) -> Mapping[str, Argument]:
        """The account, and what the client sent with it."""
        del call, profile
        return {"accountId": types.STRING, **self._known}

    def decode(self, asked: Asked, call_id: str) -> list[Invocation]:
        """The call that knows."""
        canonical = {} if self._asks is None else {"accountId": asked.account_id, **self._asks}
        return [Invocation(asked.call.method, canonical, call_id, origin=Part(asked))]

    def encode(self, asked: Asked, arguments: Arguments) -> Arguments:
        """What it says, in this client's words."""
        del asked
        return self._answer(arguments)


def _calendars(arguments: Arguments) -> Arguments:
    """Of the default calendar."""
    found: Json = next((one for one in arguments["list"] if one["isDefault"]), {})
    zone = found.get("timeZone")
    return {
        **UNSET,
        "defaultCalendarId": found.get("id"),
        "defaultAlerts": alerts({"alerts": found.get("defaultAlertsWithTime")}),
        "defaultAllDayAlerts": alerts({"alerts": found.get("defaultAlertsWithoutTime")}),
        "timeZone": zone,
        "useTimeZones": zone is not None,
    }


def _personalities(arguments: Arguments) -> Arguments:
    found = [
        {
            "id": one["id"],
            "name": one["name"],
            "email": one["calendarAddress"].removeprefix("mailto:"),
            "isDefault": one["isDefault"],
        }
        for one in arguments["list"]
    ]
    return {"state": arguments["state"], "list": found}


def _preferences(arguments: Arguments) -> Arguments:
    chosen = next((one["id"] for one in arguments["list"] if one["isDefault"]), None)
    return {"defaultPersonalityId": chosen, "enableConversations": True}


_ALL: Final[Arguments] = {"ids": None}
PREFERENCES: Final = (
    ClassicCall(
        "getCalendarPreferences",
        "Calendar/get",
        "calendarPreferences",
        Fixed({**_ALL, "properties": list(CALENDAR)}, _calendars),
    ),
    ClassicCall(
        "getPersonalities",
        "ParticipantIdentity/get",
        "personalities",
        Fixed(_ALL, _personalities, ids=types.IDS),
    ),
    ClassicCall(
        "getPreferences", "ParticipantIdentity/get", "preferences", Fixed(_ALL, _preferences)
    ),
    ClassicCall(
        "getSavedSearches",
        "Core/echo",
        "savedSearches",
        Fixed(None, lambda _: {"state": "0", "list": []}, ids=types.IDS),
    ),
    ClassicCall(
        "refreshSyncedCalendars",
        "Core/echo",
        "syncedCalendarsRefreshed",
        Fixed(None, lambda _: {}),
    ),
)
