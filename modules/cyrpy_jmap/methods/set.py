"""Foo/set: create, update and destroy records (RFC 8620 §5.3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any, Final

from pydantic import StringConstraints

from cyrpy.errors import CyrpyError
from cyrpy_jmap import creation
from cyrpy_jmap.arguments import MethodArguments, check
from cyrpy_jmap.call import Call, Done
from cyrpy_jmap.errors import OF_THE_CALL, MethodError, SetError, set_error
from cyrpy_jmap.invocation import Arguments, Json
from cyrpy_jmap.methods.get import AnyId, need_account
from cyrpy_jmap.records import invalid_properties

if TYPE_CHECKING:
    from cyrpy_jmap.datatype import DataType

HIDDEN: Final = "\0"  # begins the names of what a type hands from `ready` to `create`
CreationId = Annotated[str, StringConstraints(pattern="^[A-Za-z0-9_-]{1,255}$")]


class SetArguments(MethodArguments):
    """The arguments of /set; a type may add some by a subclass."""

    account_id: str | None = None
    if_in_state: str | None = None
    create: dict[CreationId, dict[str, Any]] | None = None
    update: dict[AnyId, dict[str, Any]] | None = None
    destroy: list[AnyId] | None = None

    def count(self) -> int:
        """How many records are to be created, updated and destroyed."""
        return len(self.create or ()) + len(self.update or ()) + len(self.destroy or ())


@dataclass(slots=True)
class SetOutcome:
    """What became of each record of a /set."""

    old_state: str | None = None
    new_state: str | None = None
    created: dict[str, Json] = field(default_factory=dict)
    updated: dict[str, Json | None] = field(default_factory=dict)
    destroyed: list[str] = field(default_factory=list)
    not_created: dict[str, SetError] = field(default_factory=dict)
    not_updated: dict[str, SetError] = field(default_factory=dict)
    not_destroyed: dict[str, SetError] = field(default_factory=dict)

    def made(self) -> dict[str, str]:
        """Creation id -> id."""
        return {cid: record["id"] for cid, record in self.created.items()}

    def response(self) -> Arguments:
        """The members of the response; null stands for none (§5.3)."""
        return {
            "oldState": self.old_state,
            "newState": self.new_state,
            "created": self.created or None,
            "updated": self.updated or None,
            "destroyed": self.destroyed or None,
            "notCreated": as_json(self.not_created),
            "notUpdated": as_json(self.not_updated),
            "notDestroyed": as_json(self.not_destroyed),
        }


def as_json(errors: Mapping[str, SetError]) -> Json | None:
    """SetErrors by id; null where there are none."""
    return {id: error.json() for id, error in errors.items()} or None


def run_set(type: DataType[Any], call: Call, arguments: Arguments) -> Done:
    """Answer a /set. Creations are checked before the lock, all else under it.

    Raises:
        MethodError: `stateMismatch`, `requestTooLarge`, and those of `Call.enter`.
    """
    args = check(type.set_arguments, arguments)
    need_account(type, args.account_id)
    type.enter(call, args.account_id, writes=True)
    call.limits.check_set(args.count())
    call.arguments = args
    new = _check_new(type, call, args.create or {})
    outcome = call.write(lambda inner: _Set(type, inner, args).run(new))
    response = outcome.response()
    if type.in_account:
        response = {"accountId": call.account.wire_id, **response}
    else:
        del response["oldState"], response["newState"]
    return Done(response, type.implied(call, outcome), outcome.made())


def _check_new(
    type: DataType[Any], call: Call, create: Mapping[str, Json]
) -> dict[str, Json | SetError]:
    checked: dict[str, Json | SetError] = {}
    for cid, value in create.items():
        try:
            _may(type, "create")
            checked[cid] = type.ready(call, type.check_new(value))
        except CyrpyError as exc:
            checked[cid] = _all_wrong(type, call, value, of_record(exc))
    return checked


def _all_wrong(type: DataType[Any], call: Call, value: Json, error: SetError) -> SetError:
    """An error with all properties that are wrong, those that lead nowhere too."""
    if error.type != "invalidProperties":
        return error
    told = [*(error.properties or ())]
    known = {path.partition("/")[0] for path in told}
    missing = type.unresolved(call, {n: v for n, v in value.items() if n not in known})
    if not missing:
        return error
    more = invalid_properties(missing)
    return SetError(error.type, f"{error.description}; {more.description}", [*told, *missing])


def _may(type: DataType[Any], what: str) -> None:
    """Refuse what no client can do with a type."""
    if type.singleton and what != "update":
        raise SetError("singleton", f"{type.name} is a singleton: it can only be updated")
    if not type.defines(what):
        raise SetError("forbidden", f"clients cannot {what} a {type.name}")


def check_state(if_in_state: str | None, state: str, name: str = "ifInState") -> None:
    """Refuse to work on another state than the client knows.

    Raises:
        MethodError: `stateMismatch`.
    """
    if if_in_state is not None and if_in_state != state:
        raise MethodError(
            "stateMismatch", f"{name} is {if_in_state[:255]!r}, but the state is {state!r}"
        )


class _Set:
    """One /set inside its transaction."""

    def __init__(self, type: DataType[Any], call: Call, args: SetArguments) -> None:
        self.type = type
        self.call = call
        self.args = args
        self.names = dict(call.created_ids)  # grows with each creation
        call.created_ids = self.names
        self.outcome = SetOutcome()

    def run(self, new: Mapping[str, Json | SetError]) -> SetOutcome:
        """Creations first, then updates, then destructions, so that references lead somewhere."""
        if self.type.in_account:
            self.outcome.old_state = self.type.state(self.call)
            check_state(self.args.if_in_state, self.outcome.old_state)
        self._create_all(new)
        self._update_all()
        for id in self.type.in_order_of_destruction(self.call, self.args.destroy or ()):
            self._destroy(id)
        self.type.settle(self.call, self.outcome)
        if self.type.in_account:
            self.outcome.new_state = self.type.state(self.call)
        return self.outcome

    def _create_all(self, new: Mapping[str, Json | SetError]) -> None:
        good = {cid: value for cid, value in new.items() if not isinstance(value, SetError)}
        for cid, value in new.items():
            if isinstance(value, SetError):
                self.outcome.not_created[cid] = value
        for cid in creation.in_order(self.type.model, good):
            try:
                self._create(cid, good[cid])
            except CyrpyError as exc:
                self.outcome.not_created[cid] = of_record(exc)

    def _create(self, cid: str, checked: Json) -> None:
        value = creation.substitute(self.type.model, checked, self.names)
        with self.call.unit.savepoint():
            made = self.type.create(self.call, value)
        sent = (self.args.create or {})[cid]
        omitted = {n: v for n, v in checked.items() if n not in sent and n[:1] != HIDDEN}
        self.outcome.created[cid] = omitted | made
        self.names[cid] = made["id"]

    def _update_all(self) -> None:
        patches = self.args.update or {}
        if not patches:
            return
        doomed = {self.call.real_id(id) for id in self.args.destroy or ()}
        ids = {key: self.call.real_id(key) or key for key in patches}
        current = self.type.values(self.call, list(dict.fromkeys(ids.values())))
        done: set[str] = set()
        for key, patch in patches.items():
            id = ids[key]
            try:
                if id in done:  # by another name for it: `#cid`
                    current |= self.type.values(self.call, [id])
                if id not in current:
                    raise SetError("notFound", f"there is no {self.type.name} {id!r}")
                if id in doomed:
                    raise SetError("willDestroy", "the same call destroys this record")
                changed = self._update(id, current[id], patch)
            except CyrpyError as exc:
                self.outcome.not_updated[key] = of_record(exc)
            else:
                done.add(id)
                self.outcome.updated[id] = changed or None

    def _update(self, id: str, current: Json, patch: Json) -> Json | None:
        _may(self.type, "update")
        patched = self.type.check_patched(current, patch)
        patched = creation.substitute(self.type.model, patched, self.names)
        with self.call.unit.savepoint():
            return self.type.update(self.call, id, current, patched)

    def _destroy(self, key: str) -> None:
        id = self.call.real_id(key)
        try:
            if id is None:
                raise SetError("notFound", f"nothing was created as {key!r}")
            if id in self.outcome.destroyed:
                return
            _may(self.type, "destroy")
            with self.call.unit.savepoint():
                self.type.destroy(self.call, id)
            self.outcome.destroyed.append(id)
        except CyrpyError as exc:
            self.outcome.not_destroyed[key] = of_record(exc)


def of_record(exc: CyrpyError) -> SetError:
    """The SetError for an error about one record.

    Raises:
        CyrpyError: `exc`, if it is about the whole call.
    """
    if isinstance(exc, OF_THE_CALL):
        raise exc
    return set_error(exc)
