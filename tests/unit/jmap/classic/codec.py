"""The codec with a viewer of two accounts, and an engine whose answers a test makes up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson

from cyrpy.auth.identity import Identity
from cyrpy_jmap.capability import CORE, Capability
from cyrpy_jmap.dialects.classic import PROFILES, Classic
from cyrpy_jmap.errors import MethodError
from cyrpy_jmap.invocation import Invocation, Response, error_response
from cyrpy_jmap.limits import Limits
from cyrpy_jmap.viewer import Account, Standing, Viewer

CALENDARS = Capability("urn:ietf:params:jmap:calendars", shared_by=("Calendar",))
OWN = "test_40localhost"
OTHER = "anna_40localhost"
VIEWER = Viewer(
    Identity(1, "test@localhost", OWN, False, None, frozenset(), 1, 1),
    Standing(
        1,
        {
            OWN: Account(1, OWN, "test@localhost", is_own=True),
            OTHER: Account(
                2, OTHER, "anna@localhost", is_own=False, shared=frozenset({"Calendar"})
            ),
        },
        "s1",
    ),
)
RIGHTS = dict.fromkeys(("mayReadFreeBusy", "mayReadItems", "mayWriteAll", "mayDelete"), True)
DEFAULT = {
    "id": "Default",
    "name": "Default",
    "x-color": None,
    "sortOrder": 1,
    "isVisible": True,
    "myRights": RIGHTS,
    "x-href": "/dav/calendars/user/test@localhost/Default",
}

Answers = Callable[[Invocation], dict[str, Any]]


def codec(profile: str = "A", *, pretty: bool = False, **limits: int) -> Classic:
    capabilities = {c.urn: c for c in (CORE, CALENDARS)}
    return Classic(PROFILES[profile], Limits(**limits), capabilities, pretty=pretty)


def answer_none(invocation: Invocation) -> dict[str, Any]:
    raise MethodError("unknownMethod", f"there is no method {invocation.name!r}")


def run(
    body: Any, answers: Answers = answer_none, profile: str = "A", **limits: int
) -> tuple[list[Any], list[Invocation]]:
    """What the client gets, and what the engine was asked: follow-ups run at once, as there."""
    dialect = codec(profile, **limits)
    request = dialect.decode(body, VIEWER)
    responses: list[Response] = []
    asked: list[Invocation] = []

    def answer(invocation: Invocation) -> None:
        try:
            if invocation.failure is not None:
                raise invocation.failure
            asked.append(invocation)
            arguments = answers(invocation)
            response = Response(invocation.name, arguments, invocation.call_id, invocation)
        except MethodError as exc:
            response = error_response(invocation, exc)
        responses.append(response)
        for further in dialect.follow_ups(response):
            answer(further)

    for invocation in request.invocations:
        answer(invocation)
    return orjson.loads(dialect.encode(request, responses, "s1")), asked


def get_response(*records: dict[str, Any], missing: tuple[str, ...] = ()) -> dict[str, Any]:
    """What a Calendar/get answers."""
    return {"accountId": OWN, "state": "184", "list": list(records), "notFound": list(missing)}


def changes_response(**members: Any) -> dict[str, Any]:
    """What a Calendar/changes answers."""
    empty: dict[str, Any] = {"created": [], "updated": [], "destroyed": []}
    return {
        "accountId": OWN,
        "oldState": "1",
        "newState": "184",
        "hasMoreChanges": False,
        **empty,
        **members,
    }


def set_response(**members: Any) -> dict[str, Any]:
    """What a Calendar/set answers."""
    names = ("created", "updated", "destroyed", "notCreated", "notUpdated", "notDestroyed")
    states = {"accountId": OWN, "oldState": "184", "newState": "185"}
    return {**states, **dict.fromkeys(names), **members}


def error_of(answers: list[Any]) -> dict[str, Any]:
    """The arguments of the one answer, an error."""
    ((name, arguments, _),) = answers
    assert name == "error", arguments
    return arguments
