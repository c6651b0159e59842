"""The content of scripts: blobs that are read and checked before scripts are made of them."""

from __future__ import annotations

from cyrpy.formats.sieve.errors import SieveError
from cyrpy.groupware import sieve
from cyrpy_jmap.call import Call
from cyrpy_jmap.errors import SetError


def checked(call: Call, blob_id: str) -> None:
    """Make sure that a blob is a script that can be run (RFC 9661 §2.2).

    Raises:
        SetError: `blobNotFound`, `tooLarge`, `invalidSieve`.
    """
    found = call.find_blob(call.real_id(blob_id) or blob_id)
    if found is None:
        raise SetError("blobNotFound", f"there is no blob {blob_id[:255]!r}", notFound=[blob_id])
    if found.size > sieve.MAX_SIZE:
        text = f"a script has at most {sieve.MAX_SIZE} octets, not {found.size}"
        raise SetError("tooLarge", text, maxSize=sieve.MAX_SIZE)
    try:
        sieve.check(call.blob_part(found, 0, found.size))
    except SieveError as exc:
        raise SetError("invalidSieve", str(exc)) from exc
