"""Blob/copy (RFC 8620 §6.3)."""

from __future__ import annotations

from cyrpy.errors import CyrpyError
from cyrpy_jmap.arguments import MethodArguments, check
from cyrpy_jmap.call import Call, Method
from cyrpy_jmap.capability import CORE
from cyrpy_jmap.datatype import DataType
from cyrpy_jmap.errors import SetError
from cyrpy_jmap.invocation import Arguments
from cyrpy_jmap.methods.copy import check_different, enter_source
from cyrpy_jmap.methods.get import AnyId
from cyrpy_jmap.methods.set import as_json, of_record
from cyrpy_jmap.objects import JmapObject


class BlobCopyArguments(MethodArguments):
    """The arguments of Blob/copy."""

    from_account_id: str
    account_id: str
    blob_ids: list[AnyId]


class BlobType(DataType[JmapObject]):
    """Blobs, which have no properties of their own here."""

    name = "Blob"
    capability = CORE

    def methods(self) -> dict[str, Method]:
        """What may be done with blobs inside of requests."""
        return {"Blob/copy": Method(copy, writes=True)}


def copy(call: Call, arguments: Arguments) -> Arguments:
    """Give blobs of one account to another.

    Raises:
        MethodError: `requestTooLarge`, and those of both accounts.
    """
    args = check(BlobCopyArguments, arguments)
    check_different(args.from_account_id, args.account_id)
    source = enter_source(call, args.from_account_id, CORE)
    call.enter(args.account_id, CORE, writes=True)
    blob_ids = list(dict.fromkeys(args.blob_ids))
    call.limits.check_set(len(blob_ids))
    copied, failed = call.write(lambda inner: _copy_all(inner, source, blob_ids))
    return {
        "fromAccountId": args.from_account_id,
        "accountId": args.account_id,
        "copied": copied or None,
        "notCopied": as_json(failed),
    }


def _copy_all(
    call: Call, source: Call, blob_ids: list[str]
) -> tuple[dict[str, str], dict[str, SetError]]:
    """New ids by old ones, and what failed.

    What the viewer may read there becomes an upload of its own, to be used in the other account.
    """
    copied: dict[str, str] = {}
    failed: dict[str, SetError] = {}
    source.writing = call.writing
    for blob_id in blob_ids:
        try:
            with call.unit.savepoint():
                copied[blob_id] = source.store_blob(blob_id)
        except CyrpyError as exc:
            failed[blob_id] = of_record(exc)
    return copied, failed
