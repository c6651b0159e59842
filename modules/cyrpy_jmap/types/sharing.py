"""What collections that can be shared have in common: `shareWith`, `isDefault` (RFC 9670 §4)."""

from __future__ import annotations

from collections.abc import Mapping

from cyrpy.data import access
from cyrpy.groupware.access import Actor, to_letters, to_rights
from cyrpy.groupware.proxies import are_delegates
from cyrpy_jmap.call import Call
from cyrpy_jmap.errors import SetError
from cyrpy_jmap.invocation import Json
from cyrpy_jmap.methods.set import SetOutcome


def actor_of(call: Call) -> Actor:
    """On whose behalf the call is made."""
    identity = call.viewer.identity
    return Actor(identity.principal_id, identity.principals)


def wants(call: Call, property: str) -> bool:
    """Whether a /get asks for the property."""
    return call.properties is None or property in call.properties


def shares(call: Call, kind: str, names: Mapping[str, str]) -> dict[int, dict[str, Json]]:
    """Container -> principal -> rights, of containers of that kind; not those of delegates."""
    found: dict[int, dict[str, Json]] = {}
    for grant in call.unit.all(access.ALL_GRANTS, account_id=call.account.id, kind=kind):
        if are_delegates(grant.principal_wire_id):
            continue
        rights = to_rights(grant.rights, names)
        found.setdefault(grant.container_id, {})[grant.principal_wire_id] = rights
    return found


def letters_by_principal(
    call: Call,
    wanted: Mapping[str, Json],
    names: Mapping[str, str],
    implied: Mapping[str, str],
) -> dict[int, str]:
    """Numbers of principals with letters, for `shareWith`; who gets no right is left out.

    Raises:
        SetError: `invalidProperties`, naming every principal that there is not, and the owner.
    """
    numbers = dict(call.unit.all(access.PRINCIPALS_BY_WIRE_ID, wire_ids=list(wanted)))
    unknown = [id for id in wanted if id not in numbers]
    own = [id for id, number in numbers.items() if number == call.account.id]
    if unknown or own:
        wrong = [f"there is no principal {id!r}" for id in unknown]
        wrong += [f"{id!r} is the owner" for id in own]
        raise SetError(
            "invalidProperties",
            "shareWith: " + "; ".join(wrong),
            [f"shareWith/{id}" for id in (*unknown, *own)],
        )
    letters = {numbers[id]: to_letters(rights, names, implied) for id, rights in wanted.items()}
    return {number: given for number, given in letters.items() if given}


def may_set_default(call: Call, outcome: SetOutcome, wanted: str | None) -> str | None:
    """The id for `onSuccessSetIsDefault`, if all of the /set went well; else None."""
    if wanted is None or not call.account.is_own:
        return None
    if outcome.not_created or outcome.not_updated or outcome.not_destroyed:
        return None
    return call.real_id(wanted)


def report_default(outcome: SetOutcome, now: str, before: str | None) -> None:
    """Say in the response what `onSuccessSetIsDefault` changed (RFC 8620 §5.3)."""
    _report(outcome, now, is_default=True)
    if before is not None:
        _report(outcome, before, is_default=False)


def _report(outcome: SetOutcome, id: str, *, is_default: bool) -> None:
    for record in outcome.created.values():
        if record["id"] == id:
            record["isDefault"] = is_default
            return
    outcome.updated[id] = {**(outcome.updated.get(id) or {}), "isDefault": is_default}
