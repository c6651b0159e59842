"""The filter `header`, for fields that no index knows: the headers themselves are looked at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from cyrpy.data import mail_checks, messages
from cyrpy.data.blobs import PREFIX
from cyrpy.data.messages import MessageRow
from cyrpy.formats.mime.split import header_end, read_fields
from cyrpy.formats.mime.words import text
from cyrpy_jmap.call import Call
from cyrpy_jmap.errors import MethodError

MOST: Final = 50_000  # messages that are looked at
BATCH: Final = 500
LOOKED_AT: Final = 64 * 1024  # octets of a message


def find(call: Call, wanted: list[str], among: Sequence[int] | None) -> list[int]:
    """The numbers of those of the messages that have such a field; None: of all in the account.

    Raises:
        MethodError: `unsupportedFilter`, if there are too many to look at.
    """
    name = wanted[0].lower().encode("ascii", "replace")
    value = wanted[1].casefold() if len(wanted) > 1 else None
    account_id = call.account.id
    numbers = among
    if numbers is None:
        numbers = [row.id for row in mail_checks.counted(call.unit, account_id)]
    if len(numbers) > MOST:
        raise MethodError(
            "unsupportedFilter",
            f"header: more than {MOST} emails would be looked at; narrow the filter",
        )
    found: list[int] = []
    for at in range(0, len(numbers), BATCH):
        some = numbers[at : at + BATCH]
        rows = call.unit.all(messages.OF_IDS, account_id=account_id, ids=some)
        found += [row.id for row in rows if _has(call, row, name, value)]
    return found


def _has(call: Call, row: MessageRow, name: bytes, value: str | None) -> bool:
    blob_id = PREFIX + row.digest.hex()
    octets = call.services.blobs.read(call.unit, [row.account_id], blob_id, 0, LOOKED_AT) or b""
    end, _ = header_end(octets, 0, len(octets))
    fields, _ = read_fields(octets, 0, end)
    return any(
        value is None or value in text(octets[one.start : one.end]).casefold()
        for one in fields
        if one.name.lower() == name
    )
