"""Foo/copy: records of one account made again in another (RFC 8620 §5.4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cyrpy.errors import CyrpyError
from cyrpy_jmap import creation
from cyrpy_jmap.arguments import MethodArguments, check
from cyrpy_jmap.call import Call, Done
from cyrpy_jmap.errors import MethodError, SetError
from cyrpy_jmap.invocation import Arguments, Invocation, Json
from cyrpy_jmap.methods.set import CreationId, SetOutcome, as_json, check_state, of_record
from cyrpy_jmap.objects import properties_of

if TYPE_CHECKING:
    from cyrpy_jmap.capability import Capability
    from cyrpy_jmap.datatype import DataType


class CopyArguments(MethodArguments):
    """The arguments of /copy; a type may add some by a subclass."""

    from_account_id: str
    if_from_in_state: str | None = None
    account_id: str
    if_in_state: str | None = None
    create: dict[CreationId, dict[str, Any]]
    on_success_destroy_original: bool = False
    destroy_from_if_in_state: str | None = None


@dataclass(frozen=True, slots=True)
class _Wish:
    """One record to be copied, checked."""

    original: Json
    checked: Json


def enter_source(call: Call, account_id: str, capability: Capability) -> Call:
    """The same call in the account to copy from.

    Raises:
        MethodError: `fromAccountNotFound`, `fromAccountNotSupportedByMethod`.
    """
    account = call.viewer.find(account_id)
    if account is None:
        raise MethodError("fromAccountNotFound", f"there is no account {account_id[:255]!r}")
    if not capability.works_in(account):
        raise MethodError(
            "fromAccountNotSupportedByMethod",
            f"account {account_id} has no {capability.urn} for this user",
        )
    return call.within(account)


def check_different(from_account_id: str, account_id: str) -> None:
    """Refuse to copy within one account.

    Raises:
        MethodError: `invalidArguments`.
    """
    if from_account_id == account_id:
        raise MethodError(
            "invalidArguments",
            "fromAccountId and accountId must differ; within one account use /set",
            arguments=["fromAccountId", "accountId"],
        )


def run_copy(type: DataType[Any], call: Call, arguments: Arguments) -> Done:
    """Answer a /copy. The originals are read before the lock.

    Raises:
        MethodError: `stateMismatch`, `requestTooLarge`, and those of both accounts.
    """
    args = check(type.copy_arguments, arguments)
    check_different(args.from_account_id, args.account_id)
    source = enter_source(call, args.from_account_id, type.capability)
    call.enter(args.account_id, type.capability, writes=True)
    call.limits.check_set(len(args.create))
    call.arguments = source.arguments = args
    check_state(args.if_from_in_state, type.state(source), "ifFromInState")
    wishes = _wishes(type, call, source, args.create)
    outcome = call.write(lambda inner: _copy_all(type, inner, source, wishes))
    response = {
        "fromAccountId": args.from_account_id,
        "accountId": call.account.wire_id,
        "oldState": outcome.old_state,
        "newState": outcome.new_state,
        "created": outcome.created or None,
        "notCreated": as_json(outcome.not_created),
    }
    return Done(response, _destroy_originals(type, args, wishes, outcome), outcome.made())


def _wishes(
    type: DataType[Any], call: Call, source: Call, create: dict[str, Json]
) -> dict[str, _Wish | SetError]:
    """The originals, with what the client wants otherwise in the copies."""
    ids = {cid: call.real_id(v["id"]) for cid, v in create.items() if isinstance(v.get("id"), str)}
    originals = type.values(source, list(dict.fromkeys(id for id in ids.values() if id)))
    wishes: dict[str, _Wish | SetError] = {}
    for cid, value in create.items():
        try:
            if cid not in ids:
                raise SetError("invalidProperties", "id: which record to copy?", ["id"])
            original = originals.get(ids[cid] or "")
            if original is None:
                raise SetError("notFound", f"there is no {type.name} {value['id'][:255]!r}")
            wishes[cid] = _Wish(original, _checked(type, original, value))
        except SetError as exc:
            wishes[cid] = exc
    return wishes


def _checked(type: DataType[Any], original: Json, value: Json) -> Json:
    """The copy as the client wants it; no property that the server sets is taken over."""
    server_set = properties_of(type.model).server_set
    kept = {name: v for name, v in original.items() if name not in server_set}
    return type.check_new(kept | {n: v for n, v in value.items() if n != "id"})


def _copy_all(
    type: DataType[Any], call: Call, source: Call, wishes: dict[str, _Wish | SetError]
) -> SetOutcome:
    """The copies, inside the transaction."""
    outcome = SetOutcome(old_state=type.state(call))
    check_state(call.arguments.if_in_state, outcome.old_state or "")
    source.writing = call.writing
    names = dict(call.created_ids)
    for cid, wish in wishes.items():
        try:
            if isinstance(wish, SetError):
                raise wish
            checked = creation.substitute(type.model, wish.checked, names)
            with call.unit.savepoint():
                made = type.copy(call, source, wish.original, checked)
        except CyrpyError as exc:
            outcome.not_created[cid] = of_record(exc)
        else:
            outcome.created[cid] = made
            names[cid] = made["id"]
    outcome.new_state = type.state(call)
    return outcome


def _destroy_originals(
    type: DataType[Any],
    args: CopyArguments,
    wishes: dict[str, _Wish | SetError],
    outcome: SetOutcome,
) -> list[Invocation]:
    """The /set that follows where the client asked for it and something was copied."""
    copied = [wishes[cid] for cid in outcome.created]
    ids = list(dict.fromkeys(w.original["id"] for w in copied if isinstance(w, _Wish)))
    if not ids or not args.on_success_destroy_original:
        return []
    arguments = {
        "accountId": args.from_account_id,
        "ifInState": args.destroy_from_if_in_state,
        "destroy": ids,
    }
    return [Invocation(f"{type.name}/set", arguments, "")]
