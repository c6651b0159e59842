"""Foo/get: records by their ids (RFC 8620 §5.1)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Annotated, Any, Final

from pydantic import Field

from cyrpy.data import changes
from cyrpy_jmap.arguments import MethodArguments, check
from cyrpy_jmap.call import Call
from cyrpy_jmap.errors import MethodError
from cyrpy_jmap.invocation import Arguments
from cyrpy_jmap.stored import Record, id_of, shaper

if TYPE_CHECKING:
    from cyrpy_jmap.datatype import DataType

FEW: Final = 100  # properties in a selection that is remembered
AnyId = Annotated[str, Field(min_length=1, max_length=255)]


class GetArguments(MethodArguments):
    """The arguments of /get; a type may add some by a subclass."""

    account_id: str | None = None
    ids: list[AnyId] | None = None
    properties: list[str] | None = None


def run_get(type: DataType[Any], call: Call, arguments: Arguments) -> Arguments:
    """Answer a /get.

    Raises:
        MethodError: `invalidArguments` for properties that the type does not have,
            `requestTooLarge`, and those of `Call.enter`.
    """
    args = check(type.get_arguments, arguments)
    need_account(type, args.account_id)
    type.enter(call, args.account_id)
    call.arguments = args
    call.properties = _properties(type, args.properties)
    ids = None if args.ids is None else _ids(call, args.ids)
    if ids is None and type.few and type.logged and call.account.is_own:
        return _answer_kept(type, call)
    found = _bounded(call, type.load(call, ids) if ids != [] else ())
    shape = shaper(call.properties, values=call.wants_values)
    response: Arguments = {"accountId": call.account.wire_id, "state": type.state(call)}
    if not type.in_account:
        response = {}
    response["list"] = [shape(record) for record in found]
    response["notFound"] = _missing(ids, found) if ids else []
    return response


def _answer_kept(type: DataType[Any], call: Call) -> Arguments:
    """All records of one's own account, which are what they were while the state stands."""
    account, recent = call.account, call.services.recent
    key = (type.name, account.id, account.name, call.properties, call.wants_values)
    state = call.reader.state(account.id, type.name)
    found = recent.find(key, state)
    if found is None:
        shape = shaper(call.properties, values=call.wants_values)
        found = [shape(record) for record in _bounded(call, type.load(call, None))]
        state = changes.state(call.unit, account.id, type.name)  # of what was loaded
        recent.keep(key, state, found)
    return {"accountId": account.wire_id, "state": str(state), "list": [*found], "notFound": []}


def _missing(ids: Sequence[str], found: Sequence[Record]) -> list[str]:
    if len(found) == len(ids):
        return []
    seen = {id_of(record) for record in found}
    return [id for id in ids if id not in seen]


def need_account(type: DataType[Any], account_id: str | None) -> None:
    """The account must be named, unless the type is in none, and then it must not.

    Raises:
        MethodError: `invalidArguments`.
    """
    if type.in_account and account_id is None:
        raise MethodError(
            "invalidArguments", "accountId: this argument is required", arguments=["accountId"]
        )
    if not type.in_account and account_id is not None:
        raise MethodError(
            "invalidArguments",
            f"accountId: {type.name} is in no account; leave it out",
            arguments=["accountId"],
        )


def _properties(type: DataType[Any], names: list[str] | None) -> frozenset[str] | None:
    """The properties to return, `id` always (§5.1)."""
    if names is None:
        return None
    if len(names) <= FEW:
        return _known(type, tuple(names))
    return _checked(type, names)


@lru_cache(maxsize=1024)
def _known(type: DataType[Any], names: tuple[str, ...]) -> frozenset[str]:
    """As `_checked`; clients ask for the same few selections again and again."""
    return _checked(type, names)


def _checked(type: DataType[Any], names: Sequence[str]) -> frozenset[str]:
    unknown = sorted({name for name in names if not type.knows(name)})
    if unknown:
        shown = ", ".join(repr(name[:80]) for name in unknown[:20])
        raise MethodError(
            "invalidArguments",
            f"properties: {type.name} has no {shown}",
            arguments=["properties"],
        )
    return frozenset(names) | {"id"}


def _ids(call: Call, ids: list[str]) -> list[str]:
    """Each id once, `#cid` replaced where something was created by that name."""
    wanted = list(dict.fromkeys(call.real_id(id) or id for id in ids))
    call.limits.check_get(len(wanted))
    return wanted


def _bounded(call: Call, records: Iterable[Record]) -> list[Record]:
    """Not more records than one /get may return, also where all were asked for."""
    most = call.limits.max_objects_in_get
    found = records if isinstance(records, list) else list(islice(records, most + 1))
    call.limits.check_get(len(found))
    return found
