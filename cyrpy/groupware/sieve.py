"""Sieve scripts: stored if they can be run, one of them active (RFC 5804, RFC 9661 §2)."""

from __future__ import annotations

import re
from typing import Final

from cyrpy.data import sieve
from cyrpy.data.blob_references import is_referred_to
from cyrpy.data.blobs import PREFIX, Blobs
from cyrpy.data.sieve import ScriptRow
from cyrpy.data.unit import Unit
from cyrpy.errors import AlreadyExists, Forbidden, FormatError, NotFound, OverQuota

MEDIA_TYPE: Final = "application/sieve"
MAX_NAME: Final = 512  # octets; RFC 9661 §1.2.1 asks for that
MAX_SIZE: Final = 256 * 1024  # octets of a script
MAX_SCRIPTS: Final = 100  # of one user
MAX_REDIRECTS: Final = 4  # of one message
# What no name may have, as in ManageSieve (RFC 5804 §1.6); and /, which is in paths.
_UNSAFE: Final = re.compile(r"[\x00-\x1f\x7f-\x9f/\u2028\u2029]")


class InvalidName(FormatError):
    """A script cannot be called so."""


class ScriptIsActive(Forbidden):
    """The script is run for new mail, and so cannot be removed."""


class ScriptTooLarge(FormatError):
    """The script has more than MAX_SIZE octets."""


def checked_name(name: str) -> str:
    """A name that a script can have.

    Raises:
        InvalidName: no script can be called so.
    """
    octets = len(name.encode("utf-8", "replace"))
    if not 0 < octets <= MAX_NAME:
        raise InvalidName(f"name: it has 1 to {MAX_NAME} octets, not {octets}")
    if is_unsafe(name):
        raise InvalidName("name: it may have no control characters, line ends or slashes")
    return name


def is_unsafe(name: str) -> bool:
    """Whether a name has characters that none may have."""
    return _UNSAFE.search(name) is not None


def check(octets: bytes) -> None:
    """Make sure that a script can be run.

    Raises:
        ScriptTooLarge: it is larger than scripts may be.
        SieveError: it cannot be; the text begins with the line.
    """
    if len(octets) > MAX_SIZE:
        raise ScriptTooLarge(f"a script has at most {MAX_SIZE} octets, not {len(octets)}")
    from cyrpy.formats.sieve.check import script_of  # noqa: PLC0415 - few servers have scripts

    script_of(octets)


def create(unit: Unit, account_id: int, name: str | None, digest: bytes) -> ScriptRow:
    """A new script, of a blob that the account owns and that was checked.

    Raises:
        InvalidName: no script can be called so.
        AlreadyExists: another one is.
        OverQuota: there are too many.
    """
    if len(sieve.all_of(unit, account_id)) >= MAX_SCRIPTS:
        raise OverQuota(f"a user has at most {MAX_SCRIPTS} Sieve scripts")
    if name is not None:
        _require_free(unit, account_id, checked_name(name))
    return sieve.create(unit, account_id, name, digest)


def _require_free(unit: Unit, account_id: int, name: str) -> None:
    there = sieve.by_name(unit, account_id, name)
    if there is not None:
        raise AlreadyExists(f"there is a script {name[:80]!r} already", there.wire_id)


def rename(unit: Unit, row: ScriptRow, name: str | None) -> ScriptRow:
    """Call it otherwise; by its id without a name.

    Raises:
        InvalidName: no script can be called so.
        AlreadyExists: another one is.
    """
    name = row.wire_id if name is None else checked_name(name)
    if name == row.name:
        return row
    _require_free(unit, row.account_id, name)
    return sieve.change(unit, row, {"name": name})


def replace(unit: Unit, blobs: Blobs, row: ScriptRow, digest: bytes) -> ScriptRow:
    """Another content, which the account owns and which was checked."""
    if digest == row.digest:
        return row
    changed = sieve.change(unit, row, {"digest": digest})
    _let_go(unit, blobs, row)
    return changed


def _let_go(unit: Unit, blobs: Blobs, row: ScriptRow) -> None:
    if not is_referred_to(unit, row.account_id, row.digest):
        blobs.release(unit, row.account_id, PREFIX + row.digest.hex())


def put(unit: Unit, blobs: Blobs, account_id: int, name: str, octets: bytes) -> ScriptRow:
    """Store a script by its name, in place of one that is called so.

    Raises:
        InvalidName: no script can be called so.
        ScriptTooLarge: it is larger than scripts may be.
        SieveError: it cannot be run.
        OverQuota: there are too many.
    """
    check(octets)
    blob = blobs.store(unit, account_id, octets, MEDIA_TYPE)
    blobs.keep(unit, account_id, [account_id], PREFIX + blob.digest.hex())
    there = sieve.by_name(unit, account_id, checked_name(name))
    if there is None:
        return create(unit, account_id, name, blob.digest)
    return replace(unit, blobs, there, blob.digest)


def activate(unit: Unit, account_id: int, row: ScriptRow | None) -> ScriptRow | None:
    """Run this one for new mail, or none; the one that was active before."""
    before = sieve.active(unit, [account_id]).get(account_id)
    if before is not None and (row is None or before.id != row.id):
        sieve.change(unit, before, {"is_active": 0})
    if row is not None and (before is None or before.id != row.id):
        sieve.change(unit, row, {"is_active": 1})
    return before


def remove(unit: Unit, blobs: Blobs, row: ScriptRow) -> None:
    """Remove a script.

    Raises:
        ScriptIsActive: it is run for new mail.
    """
    if row.is_active:
        raise ScriptIsActive(f"the script {row.name[:80]!r} is active; deactivate it before")
    sieve.remove(unit, row)
    _let_go(unit, blobs, row)


def octets_of(unit: Unit, blobs: Blobs, row: ScriptRow) -> bytes:
    """The content of a script.

    Raises:
        NotFound: its blob is gone.
    """
    octets = blobs.read(unit, [row.account_id], PREFIX + row.digest.hex())
    if octets is None:
        raise NotFound(f"the content of the script {row.name[:80]!r} is gone")
    return octets
