"""Blob/get: the octets of blobs, or of ranges in them, and their digests (RFC 9404 §4.2)."""

from __future__ import annotations

import base64
import hashlib
from typing import Any, Final

from cyrpy_jmap.arguments import MethodArguments, check
from cyrpy_jmap.blob_source import Found
from cyrpy_jmap.call import Call
from cyrpy_jmap.capability import Capability
from cyrpy_jmap.errors import MethodError
from cyrpy_jmap.invocation import Arguments, Json
from cyrpy_jmap.methods.get import AnyId
from cyrpy_jmap.objects import UnsignedInt

DIGESTS: Final = ("sha", "sha-256", "sha-512")
MAX_OCTETS: Final = 64 * 1024 * 1024  # that are read for one call
_HASHES: Final = {"sha": "sha1", "sha-256": "sha256", "sha-512": "sha512"}
_TEXT: Final = "data:asText"
_BASE64: Final = "data:asBase64"
_DATA: Final = frozenset({"data", _TEXT, _BASE64})
_KNOWN: Final = _DATA | {"id", "size", *(f"digest:{name}" for name in DIGESTS)}


class BlobGetArguments(MethodArguments):
    """The arguments of Blob/get."""

    account_id: str
    ids: list[AnyId]
    properties: list[str] | None = None
    offset: UnsignedInt | None = None
    length: UnsignedInt | None = None


def run_get(call: Call, arguments: Arguments, capability: Capability) -> Arguments:
    """Answer a Blob/get.

    Raises:
        MethodError: `invalidArguments`, `requestTooLarge`, and those of `Call.enter`.
    """
    args = check(BlobGetArguments, arguments)
    call.enter(args.account_id, capability)
    wanted = frozenset(("data", "size") if args.properties is None else args.properties)
    unknown = sorted(wanted - _KNOWN)
    if unknown:
        text = f"properties: blobs have no {unknown[0][:80]!r}"
        raise MethodError("invalidArguments", text, arguments=["properties"])
    ids = list(dict.fromkeys(call.real_id(id) or id for id in args.ids))
    call.limits.check_get(len(ids))
    found = {id: call.find_blob(id) for id in ids}
    reader = _Reader(call, args, wanted)
    return {
        "accountId": call.account.wire_id,
        "list": [reader.json(id, one) for id, one in found.items() if one is not None],
        "notFound": [id for id, one in found.items() if one is None],
    }


class _Reader:
    """Reads what is wanted of each blob, and not more than MAX_OCTETS of all."""

    def __init__(self, call: Call, args: BlobGetArguments, wanted: frozenset[str]) -> None:
        self._call = call
        self._args = args
        self._wanted = wanted
        self._left = MAX_OCTETS

    def json(self, id: str, found: Found) -> Json:
        """The blob as JSON."""
        value: Json = {"id": id}
        start = self._args.offset or 0
        stop = found.size if self._args.length is None else start + self._args.length
        if self._wanted - {"id", "size"}:
            octets = self._read(found, start, min(stop, found.size))
            value |= self._data(octets) | self._digests(octets)
        if start > found.size or stop > found.size:
            value["isTruncated"] = True
        if "size" in self._wanted:
            value["size"] = found.size
        return value

    def _read(self, found: Found, start: int, stop: int) -> bytes:
        self._left -= max(0, stop - start)
        if self._left < 0:
            text = f"at most {MAX_OCTETS} octets in one Blob/get; ask for a range, or fewer blobs"
            raise MethodError("requestTooLarge", text)
        return self._call.blob_part(found, start, stop)

    def _data(self, octets: bytes) -> Json:
        """As text where it is one; `data` is whichever says all of it."""
        asked = self._wanted & _DATA
        if not asked:
            return {}
        value: Json = {}
        text: Any = None
        try:
            text = octets.decode()
        except UnicodeDecodeError:
            value["isEncodingProblem"] = True
        if _TEXT in asked or ("data" in asked and text is not None):
            value[_TEXT] = text
        if _BASE64 in asked or ("data" in asked and text is None):
            value[_BASE64] = base64.b64encode(octets).decode()
        return value

    def _digests(self, octets: bytes) -> Json:
        return {
            name: base64.b64encode(
                hashlib.new(_HASHES[name[7:]], octets, usedforsecurity=False).digest()
            ).decode()
            for name in sorted(self._wanted)
            if name.startswith("digest:")
        }
