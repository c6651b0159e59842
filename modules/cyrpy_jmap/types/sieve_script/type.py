"""SieveScripts as a data type (RFC 9661 §2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any, ClassVar

from cyrpy.data import sieve as data
from cyrpy.data.blobs import PREFIX, digest_of
from cyrpy.data.sieve import ScriptRow
from cyrpy.errors import NotFound
from cyrpy.groupware import sieve
from cyrpy_jmap.arguments import MethodArguments, check
from cyrpy_jmap.call import Call, Method
from cyrpy_jmap.datatype import DataType
from cyrpy_jmap.errors import SetError
from cyrpy_jmap.filters import Comparator, Filter, in_order, matches
from cyrpy_jmap.invocation import Arguments, Json
from cyrpy_jmap.methods.get import AnyId
from cyrpy_jmap.methods.set import SetOutcome
from cyrpy_jmap.types.sieve_script.content import checked as check_content
from cyrpy_jmap.types.sieve_script.model import (
    FILTERS,
    SIEVE,
    SORTS,
    ScriptSetArguments,
    SieveScript,
)


class ValidateArguments(MethodArguments):
    """The arguments of SieveScript/validate."""

    account_id: str
    blob_id: AnyId


class SieveScripts(DataType[SieveScript]):
    """The scripts of the user."""

    name: ClassVar[str] = data.KIND
    capability = SIEVE
    model = SieveScript
    few = True
    set_arguments = ScriptSetArguments
    filters: ClassVar[Mapping[str, Any]] = FILTERS
    sorts: ClassVar[Mapping[str, Mapping[str, Any]]] = SORTS

    def load(self, call: Call, ids: Sequence[str] | None) -> Iterable[Json]:
        """By their names."""
        rows = data.all_of(call.unit, call.account.id)
        return [_json(row) for row in rows if ids is None or row.wire_id in ids]

    def search(
        self, call: Call, filter: Filter | None, sort: Sequence[Comparator]
    ) -> Sequence[str]:
        """By name, and by whether they are active (§2.5)."""
        rows = data.all_of(call.unit, call.account.id)
        found = [row for row in rows if matches(filter, partial(_holds, row))]
        return [row.wire_id for row in in_order(found, sort, _key)]

    def ready(self, call: Call, checked: Json) -> Json:
        """Scripts are read before anything is locked."""
        check_content(call, checked["blobId"])
        return checked

    def create(self, call: Call, checked: Json) -> Json:
        """One that is not active yet."""
        try:
            row = sieve.create(call.unit, call.account.id, checked["name"], _kept(call, checked))
        except sieve.InvalidName as exc:
            raise SetError("invalidProperties", str(exc), ["name"]) from exc
        made: Json = {"id": row.wire_id, "isActive": False}
        if checked["name"] is None:
            made["name"] = row.name
        return made | _stored(row, checked)

    def update(self, call: Call, id: str, current: Json, patched: Json) -> Json | None:
        """Its name and its content."""
        row = _row(call, id)
        changed: Json = {}
        if patched["name"] != current["name"]:
            try:
                row = sieve.rename(call.unit, row, patched["name"])
            except sieve.InvalidName as exc:
                raise SetError("invalidProperties", str(exc), ["name"]) from exc
            if patched["name"] is None:
                changed["name"] = row.name
        if patched["blobId"] != current["blobId"]:
            check_content(call, patched["blobId"])
            digest = _kept(call, patched)
            row = sieve.replace(call.unit, call.services.blobs, row, digest)
            changed |= _stored(row, patched)
        return changed or None

    def destroy(self, call: Call, id: str) -> None:
        """One that is not active."""
        try:
            sieve.remove(call.unit, call.services.blobs, _row(call, id))
        except sieve.ScriptIsActive as exc:
            raise SetError("sieveIsActive", str(exc)) from exc

    def settle(self, call: Call, outcome: SetOutcome) -> None:
        """Activate and deactivate, if all else went well (§2.4)."""
        if outcome.not_created or outcome.not_updated or outcome.not_destroyed:
            return
        args: ScriptSetArguments = call.arguments
        wanted = args.on_success_activate_script
        id = None if wanted is None else call.real_id(wanted)
        row = None if id is None else data.get(call.unit, call.account.id, id)
        if row is None and not args.on_success_deactivate_script:
            return
        before = sieve.activate(call.unit, call.account.id, row)
        if before is not None and (row is None or before.id != row.id):
            _report(outcome, before.wire_id, is_active=False)
        if row is not None:
            _report(outcome, row.wire_id, is_active=True)

    def methods(self) -> dict[str, Method]:
        """Beside the standard ones, /validate."""
        return super().methods() | {"SieveScript/validate": Method(self.validate, slow=True)}

    def validate(self, call: Call, arguments: Arguments) -> Arguments:
        """Say whether a blob is a script that could be stored (§2.6)."""
        args = check(ValidateArguments, arguments)
        call.enter(args.account_id, self.capability)
        error: Json | None = None
        try:
            check_content(call, args.blob_id)
        except SetError as exc:
            error = exc.json()
        return {"accountId": call.account.wire_id, "error": error}


def _json(row: ScriptRow) -> Json:
    return {
        "id": row.wire_id,
        "name": row.name,
        "blobId": PREFIX + row.digest.hex(),
        "isActive": bool(row.is_active),
    }


def _row(call: Call, id: str) -> ScriptRow:
    row = data.get(call.unit, call.account.id, id)
    if row is None:
        raise NotFound(f"there is no script {id[:80]!r}")
    return row


def _kept(call: Call, checked: Json) -> bytes:
    """The digest of the content, which the account owns from now on."""
    digest = digest_of(call.keep_blob(checked["blobId"]))
    assert digest is not None  # noqa: S101 - it is in the store
    return digest


def _stored(row: ScriptRow, sent: Json) -> Json:
    """The id of the blob, if it is another than was sent."""
    blob_id = PREFIX + row.digest.hex()
    return {} if blob_id == sent["blobId"] else {"blobId": blob_id}


def _report(outcome: SetOutcome, id: str, *, is_active: bool) -> None:
    for record in outcome.created.values():
        if record["id"] == id:
            record["isActive"] = is_active
            return
    outcome.updated[id] = {**(outcome.updated.get(id) or {}), "isActive": is_active}


def _holds(row: ScriptRow, name: str, value: Any) -> bool:  # noqa: ANN401 - any condition's value
    if name == "isActive":
        return bool(row.is_active) is value
    return str(value).casefold() in row.name.casefold()


def _key(row: ScriptRow, by: Comparator) -> Any:  # noqa: ANN401 - of either property
    if by.property == "isActive":
        return row.is_active
    return row.name if by.collation == "i;octet" else row.name.casefold()
