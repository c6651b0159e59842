"""Blob/upload: blobs from texts and from parts of other blobs (RFC 9404 §4.1)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Annotated, Any, Final

from pydantic import Field

from cyrpy.data.blobs import Blob
from cyrpy.errors import CyrpyError
from cyrpy_jmap.arguments import MethodArguments, check
from cyrpy_jmap.call import OCTET_STREAM, Call, Done
from cyrpy_jmap.capability import Capability
from cyrpy_jmap.errors import SetError
from cyrpy_jmap.invocation import Arguments, Json
from cyrpy_jmap.methods.set import CreationId, as_json, of_record
from cyrpy_jmap.objects import JmapModel, UnsignedInt
from cyrpy_jmap.records import invalid, invalid_properties

MAX_SIZE: Final = 32 * 1024 * 1024  # octets of one blob that is made so
MAX_SOURCES: Final = 128  # parts of one blob


class DataSource(JmapModel):
    """Where octets come from: one of the three."""

    as_text: str | None = Field(None, alias="data:asText")
    as_base64: str | None = Field(None, alias="data:asBase64")
    blob_id: str | None = None
    offset: UnsignedInt | None = None
    length: UnsignedInt | None = None


class UploadObject(JmapModel):
    """A blob that is to be made."""

    data: Annotated[list[DataSource], Field(max_length=MAX_SOURCES)]
    type: Annotated[str, Field(max_length=255)] | None = None


class UploadArguments(MethodArguments):
    """The arguments of Blob/upload."""

    account_id: str
    create: dict[CreationId, dict[str, Any]]


def run_upload(call: Call, arguments: Arguments, capability: Capability) -> Done:
    """Answer a Blob/upload; a blob may be made of those before it.

    Raises:
        MethodError: `requestTooLarge`, and those of `Call.enter`.
    """
    args = check(UploadArguments, arguments)
    call.enter(args.account_id, capability, writes=True)
    call.limits.check_set(len(args.create))
    created, failed = call.write(lambda inner: _all(inner, args.create))
    return Done(
        {
            "accountId": call.account.wire_id,
            "created": created or None,
            "notCreated": as_json(failed),
        },
        made={cid: one["id"] for cid, one in created.items()},
    )


def _all(call: Call, create: Mapping[str, Json]) -> tuple[dict[str, Json], dict[str, SetError]]:
    created: dict[str, Json] = {}
    failed: dict[str, SetError] = {}
    names = dict(call.created_ids)
    call.created_ids = names
    for cid, value in create.items():
        try:
            with call.unit.savepoint():
                blob, type = _one(call, value)
        except CyrpyError as exc:
            failed[cid] = of_record(exc)
        else:
            names[cid] = blob.id
            created[cid] = {"id": blob.id, "type": type, "size": blob.size}
    return created, failed


def _one(call: Call, value: Json) -> tuple[Blob, str | None]:
    wrong = invalid(UploadObject, value)
    if wrong:
        raise invalid_properties(wrong)
    wanted = UploadObject.model_validate(value)
    pieces: list[bytes] = []
    size = 0
    for number, source in enumerate(wanted.data):
        pieces.append(_octets(call, source, f"data/{number}"))
        size += len(pieces[-1])
        if size > MAX_SIZE:
            text = f"a blob that is made so may have {MAX_SIZE} octets"
            raise SetError("tooLarge", text, maxSize=MAX_SIZE)
    blobs = call.services.blobs
    with blobs.incoming() as incoming:
        incoming.write(b"".join(pieces))
        incoming.finish()
        owner, quota = call.viewer.own.id, call.limits.upload_quota
        type = wanted.type or OCTET_STREAM
        return blobs.put(call.unit, owner, incoming, type, quota=quota), wanted.type


def _octets(call: Call, source: DataSource, path: str) -> bytes:
    given = [one for one in (source.as_text, source.as_base64, source.blob_id) if one is not None]
    if len(given) != 1:
        text = f"{path}: one of data:asText, data:asBase64 and blobId is needed"
        raise SetError("invalidProperties", text, [path])
    if source.blob_id is not None:
        return _range(call, source, source.blob_id, path)
    if source.offset is not None or source.length is not None:
        raise SetError("invalidProperties", f"{path}: ranges are of blobs", [path])
    if source.as_text is not None:
        return source.as_text.encode()
    try:
        return base64.b64decode(source.as_base64 or "", validate=True)
    except binascii.Error as exc:
        raise SetError("invalidProperties", f"{path}: it is no base64", [path]) from exc


def _range(call: Call, source: DataSource, blob_id: str, path: str) -> bytes:
    real = call.real_id(blob_id)
    found = None if real is None else call.find_blob(real)
    if found is None:
        text = f"{path}: there is no blob {blob_id[:80]!r}"
        raise SetError("blobNotFound", text, notFound=[blob_id])
    start = source.offset or 0
    stop = found.size if source.length is None else start + source.length
    if start > found.size or stop > found.size:
        text = f"{path}: the blob has {found.size} octets"
        raise SetError("invalidProperties", text, [path])
    if stop - start > MAX_SIZE:
        text = f"a blob that is made so may have {MAX_SIZE} octets"
        raise SetError("tooLarge", text, maxSize=MAX_SIZE)
    return call.blob_part(found, start, stop)
