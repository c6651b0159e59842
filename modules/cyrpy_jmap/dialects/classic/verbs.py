"""Verbs: the shapes that calls share, getFoos and getFooUpdates among them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Final

from cyrpy_jmap.dialects.classic import arguments as types
from cyrpy_jmap.dialects.classic.arguments import Argument
from cyrpy_jmap.dialects.classic.exchange import Asked, Part, Role
from cyrpy_jmap.dialects.classic.lens import Lens
from cyrpy_jmap.dialects.classic.profiles import Profile
from cyrpy_jmap.invocation import Arguments, Invocation, Response

NOTHING: Final = Lens()  # of calls that are not about records


class Verb:
    """One shape of calls; its instances keep nothing."""

    arguments: ClassVar[Mapping[str, Argument]] = {}  # that every such call takes
    # Types of method errors that are spelled otherwise here; `{area}` is the kind of data.
    errors: ClassVar[Mapping[str, str]] = {}

    def known(self, call: ClassicCall, profile: Profile) -> Mapping[str, Argument]:
        """The arguments of `call`."""
        del profile
        return {**self.arguments, **call.arguments} if call.arguments else self.arguments

    def decode(self, asked: Asked, call_id: str) -> list[Invocation]:
        """The canonical calls for a call with checked arguments.

        Raises:
            MethodError: what the check of types could not find.
        """
        raise NotImplementedError

    def follow_ups(self, asked: Asked, response: Response) -> Sequence[Invocation]:
        """Further canonical calls, once there is a response; `response.name` may be `error`."""
        del asked, response
        return ()

    def encode(self, asked: Asked, arguments: Arguments) -> Arguments:
        """The arguments of the classic response."""
        raise NotImplementedError

    def supplement(self, asked: Asked, answer: Arguments, arguments: Arguments) -> None:
        """Complete `answer`, made by `encode`, with what a SUPPLEMENT brought."""


@dataclass(frozen=True)
class ClassicCall:
    """One row of the table of calls."""

    name: str  # getCalendars
    method: str  # Calendar/get
    response: str  # calendars
    verb: Verb
    lens: Lens = NOTHING
    fetch: ClassicCall | None = None  # the call that fetchRecords implies
    is_paged: bool = False  # of updates: takes maxChanges
    arguments: Mapping[str, Argument] = field(default_factory=dict)  # beside the verb's


class Get(Verb):
    """getFoos: `ids` null is all; `notFound` null is none."""

    arguments = {  # noqa: RUF012 - declared as a Mapping
        "accountId": types.STRING,
        "ids": types.IDS,
        "properties": types.STRINGS,
    }

    def decode(self, asked: Asked, call_id: str) -> list[Invocation]:
        """Always names the properties: the canonical default need not have what classic shows."""
        lens = asked.call.lens
        check_properties(lens, asked.arguments, "properties")
        named = asked.arguments.get("properties")
        canonical: Arguments = {
            "accountId": asked.account_id,
            "properties": lens.all_properties
            if named is None
            else lens.canonical_properties(["id", *named]),
        }
        if "ids" in asked.arguments:
            canonical["ids"] = asked.arguments["ids"]
        return [Invocation(asked.call.method, canonical, call_id, origin=Part(asked))]

    def encode(self, asked: Asked, arguments: Arguments) -> Arguments:
        """Each record with what was asked for, and its id."""
        lens = asked.call.lens
        named = asked.arguments.get("properties")
        records = [lens.classic(record) for record in arguments["list"]]
        return {
            "accountId": asked.exchange.classic_account_id(arguments["accountId"]),
            "state": arguments["state"],
            "list": [lens.shown(record, named) for record in records],
            "notFound": arguments["notFound"] or None,
        }


class Updates(Verb):
    """getFooUpdates: created and updated are both `changed`; may fetch what changed."""

    arguments = {  # noqa: RUF012 - declared as a Mapping
        "accountId": types.STRING,
        "sinceState": types.STRING.required(),
        "fetchRecords": types.BOOLEAN,
        "fetchRecordProperties": types.STRINGS,
    }

    def known(self, call: ClassicCall, profile: Profile) -> Mapping[str, Argument]:
        """With maxChanges for types that are read in pages."""
        known = super().known(call, profile)
        if not _is_paged(call, profile):
            return known
        return {**known, "maxChanges": types.POSITIVE}

    def decode(self, asked: Asked, call_id: str) -> list[Invocation]:
        """What is to be fetched is checked now, before the client waits for it in vain."""
        check_properties(asked.call.lens, asked.arguments, "fetchRecordProperties")
        canonical: Arguments = {
            "accountId": asked.account_id,
            "sinceState": asked.arguments["sinceState"],
        }
        if "maxChanges" in asked.arguments:
            canonical["maxChanges"] = asked.arguments["maxChanges"]
        return [Invocation(asked.call.method, canonical, call_id, origin=Part(asked))]

    def follow_ups(self, asked: Asked, response: Response) -> Sequence[Invocation]:
        """The records that changed; or, where changes cannot be told, the present state."""
        arguments = response.arguments
        if response.name == "error":
            return look_at_state(asked, response)
        fetch = asked.call.fetch if asked.arguments.get("fetchRecords") else None
        if fetch is None:
            return ()
        changed = [*arguments["created"], *arguments["updated"]]
        properties = asked.arguments.get("fetchRecordProperties")
        return fetches(asked, fetch, changed, properties, response.call_id)

    def encode(self, asked: Asked, arguments: Arguments) -> Arguments:
        """Ids of what is new or other, and of what is gone."""
        answer: Arguments = {
            "accountId": asked.exchange.classic_account_id(arguments["accountId"]),
            "oldState": arguments["oldState"],
            "newState": arguments["newState"],
            "changed": [*arguments["created"], *arguments["updated"]],
            "removed": arguments["destroyed"],
        }
        if _is_paged(asked.call, asked.exchange.profile):
            answer["hasMoreUpdates"] = arguments["hasMoreChanges"]
        return answer

    def supplement(self, asked: Asked, answer: Arguments, arguments: Arguments) -> None:
        """The present state, for a client that has to start anew."""
        del asked
        answer["newState"] = arguments["state"]


def _is_paged(call: ClassicCall, profile: Profile) -> bool:
    return call.is_paged or profile.all_updates_paged


def fetches(
    asked: Asked,
    call: ClassicCall,
    ids: Sequence[str],
    properties: Sequence[str] | None,
    call_id: str,
) -> list[Invocation]:
    """The calls that get the records which another call is about, as many at once as may be."""
    step = asked.exchange.limits.max_objects_in_get
    found: list[Invocation] = []
    for start in range(0, max(len(ids), 1), step):
        arguments: Arguments = {"ids": list(ids[start : start + step])}
        if properties is not None:
            arguments["properties"] = properties
        implied = Asked(call, asked.exchange, arguments, asked.account_id)
        found += call.verb.decode(implied, call_id)
    return found


def look_at_state(asked: Asked, response: Response) -> Sequence[Invocation]:
    """The call that tells the state, for profiles whose `cannotCalculateChanges` has it."""
    told = asked.exchange.profile.gives_new_state
    if not told or response.arguments.get("type") != "cannotCalculateChanges":
        return ()
    canonical: Arguments = {"accountId": asked.account_id, "ids": []}
    method = f"{asked.call.lens.record_type}/get"
    return [Invocation(method, canonical, response.call_id, origin=Part(asked, Role.SUPPLEMENT))]


def check_properties(lens: Lens, arguments: Arguments, name: str) -> None:
    """Refuse properties that the type does not have.

    Raises:
        MethodError: `invalidArguments`.
    """
    unknown = lens.unknown(arguments.get(name, ()))
    if unknown:
        shown = ", ".join(repr(property[:80]) for property in unknown[:20])
        raise types.invalid({name: f"a {lens.record_type} has no {shown}"})
