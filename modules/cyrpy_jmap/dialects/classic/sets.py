"""setFoos: creates, updates and destroys records.

Where a change repeats what only the server sets, the record is looked at first: the call is then
two canonical ones, of which the first completes the second.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from cyrpy_jmap.dialects.classic import arguments as types
from cyrpy_jmap.dialects.classic.errors import refused, set_errors
from cyrpy_jmap.dialects.classic.exchange import Asked, Part, Role, part_of
from cyrpy_jmap.dialects.classic.verbs import Verb
from cyrpy_jmap.errors import MethodError, SetError
from cyrpy_jmap.invocation import Arguments, Invocation, Json, Response

CREATE: Final = "notCreated"
UPDATE: Final = "notUpdated"
DESTROY: Final = "notDestroyed"


class Set(Verb):
    """setFoos; every member of its response is always there."""

    arguments = {  # noqa: RUF012 - declared as a Mapping
        "accountId": types.STRING,
        "ifInState": types.STRING,
        "create": types.CREATIONS,
        "update": types.UPDATES,
        "destroy": types.IDS,
    }

    def decode(self, asked: Asked, call_id: str) -> list[Invocation]:
        """The /set, and before it a look at the records that it needs to know."""
        lens, names, sent = asked.call.lens, asked.exchange.names, asked.arguments
        canonical: Arguments = {
            "accountId": asked.account_id,
            "create": _creations(asked),
            "destroy": [names.reference(lens.record_type, id) for id in sent.get("destroy", ())],
            **lens.set_arguments,
        }
        if "ifInState" in sent:
            canonical["ifInState"] = sent["ifInState"]
        call = Invocation(asked.call.method, canonical, call_id, origin=Part(asked))
        look = _look(asked, call)
        if look is not None:
            return [look, call]
        canonical["update"] = _updates(asked, {})
        return [call]

    def follow_ups(self, asked: Asked, response: Response) -> Sequence[Invocation]:
        """A look completes the /set behind it; what is untold of creations is read after it."""
        part, lens = part_of(response.invocation), asked.call.lens
        if part.completes is not None:
            _complete(asked, part.completes, response)
            return ()
        created = response.arguments.get("created")
        if not created or not lens.untold:
            return ()
        canonical: Arguments = {
            "accountId": asked.account_id,
            "ids": [record["id"] for record in created.values()],
            "properties": list(lens.untold),
        }
        origin = Part(asked, Role.SUPPLEMENT)
        return [Invocation(f"{lens.record_type}/get", canonical, response.call_id, origin=origin)]

    def encode(self, asked: Asked, arguments: Arguments) -> Arguments:
        """What was done, and why the rest was not."""
        names, lens = asked.exchange.names, asked.call.lens
        created = arguments["created"] or {}
        updated = arguments["updated"] or {}
        answer: Arguments = {
            "accountId": asked.exchange.classic_account_id(arguments["accountId"]),
            "oldState": arguments["oldState"],
            "newState": arguments["newState"],
            "created": {names.creation_id(n): lens.classic(r) for n, r in created.items()},
            "updated": list(updated),
            "destroyed": arguments["destroyed"] or [],
        }
        if asked.exchange.profile.updated_is_map:
            answer["updated"] = {id: _changed(asked, record) for id, record in updated.items()}
        for member in (CREATE, UPDATE, DESTROY):
            errors = set_errors(asked, arguments[member], by_creation_id=member == CREATE)
            answer[member] = errors | refused(asked.refused.get(member, {}))
        return answer

    def supplement(self, asked: Asked, answer: Arguments, arguments: Arguments) -> None:
        """Created records with what was untold of them."""
        lens = asked.call.lens
        found = {record["id"]: lens.classic(record) for record in arguments["list"]}
        for record in answer["created"].values():
            record.update(found.get(record["id"], {}))


def _changed(asked: Asked, record: Json | None) -> Json | None:
    """What became other than the client asked, of an updated record."""
    return (asked.call.lens.classic(record) or None) if record else None


def _creations(asked: Asked) -> Json:
    names, lens = asked.exchange.names, asked.call.lens
    canonical: Json = {}
    for creation_id, record in asked.arguments.get("create", {}).items():
        name = names.name(lens.record_type, creation_id)
        try:
            canonical[name] = lens.create(record, names)
        except SetError as exc:
            asked.refused.setdefault(CREATE, {})[creation_id] = exc
    return canonical


def _look(asked: Asked, call: Invocation) -> Invocation | None:
    """A /get of the records that the updates must be compared with; None: there are none."""
    lens = asked.call.lens
    ids: list[str] = []
    properties: dict[str, None] = {}
    for id, change in asked.arguments.get("update", {}).items():
        needed = lens.needs(change)
        if needed and id[:1] != "#":
            ids.append(id)
            properties.update(dict.fromkeys(needed))
    if not ids:
        return None
    canonical: Arguments = {
        "accountId": asked.account_id,
        "ids": ids,
        "properties": list(properties),
    }
    origin = Part(asked, Role.LOOK, call)
    return Invocation(f"{lens.record_type}/get", canonical, call.call_id, origin=origin)


def _complete(asked: Asked, call: Invocation, response: Response) -> None:
    """Give the /set its updates, now that the records are known, or the failure to read them."""
    arguments = response.arguments
    if response.name == "error":
        call.failure = MethodError(**arguments)
        return
    current = {record["id"]: record for record in arguments["list"]}
    current |= {id: {} for id in arguments["notFound"]}
    call.arguments["update"] = _updates(asked, current)


def _updates(asked: Asked, current: Mapping[str, Json]) -> Json:
    names, lens = asked.exchange.names, asked.call.lens
    canonical: Json = {}
    for id, change in asked.arguments.get("update", {}).items():
        try:
            patch = lens.update(change, current.get(id), names)
        except SetError as exc:
            asked.refused.setdefault(UPDATE, {})[id] = exc
        else:
            canonical[names.reference(lens.record_type, id)] = patch
    return canonical
