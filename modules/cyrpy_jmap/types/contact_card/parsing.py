"""ContactCard/parse: blobs shown as cards, without storing anything.

No RFC has it; Stalwart and Cyrus do. A blob of one vCard is shown as one card, a blob of several
as an array of them.
"""

from __future__ import annotations

from typing import Any

from cyrpy.errors import FormatError
from cyrpy.formats.vcard.parse import parse_stream
from cyrpy.groupware.cards.rendering import as_jscontact
from cyrpy_jmap.arguments import MethodArguments, check
from cyrpy_jmap.call import Call
from cyrpy_jmap.errors import MethodError
from cyrpy_jmap.invocation import Arguments, Json
from cyrpy_jmap.types.address_book import CONTACTS
from cyrpy_jmap.types.contact_card.model import knows


class ParseArguments(MethodArguments):
    """The arguments of ContactCard/parse."""

    account_id: str
    blob_ids: list[str]
    properties: list[str] | None = None


def run_parse(call: Call, arguments: Arguments) -> Arguments:
    """Answer a ContactCard/parse. Photos stay data: URIs: there is no card that holds them.

    Raises:
        MethodError: `invalidArguments`, `requestTooLarge`, and those of `Call.enter`.
    """
    args = check(ParseArguments, arguments)
    call.enter(args.account_id, CONTACTS)
    unknown = [name for name in args.properties or () if not knows(name)]
    if unknown:
        reason = f"properties: ContactCard has no {unknown[0][:80]!r}"
        raise MethodError("invalidArguments", reason, arguments=["properties"])
    blob_ids = list(dict.fromkeys(args.blob_ids))
    call.limits.check_get(len(blob_ids))
    parsed: dict[str, Any] = {}
    not_parsable: list[str] = []
    not_found: list[str] = []
    for blob_id in blob_ids:
        octets = call.blob(blob_id)
        if octets is None:
            not_found.append(blob_id)
            continue
        try:
            found = [_cut(as_jscontact(card), args.properties) for card in parse_stream(octets)]
        except FormatError:
            not_parsable.append(blob_id)
        else:
            parsed[blob_id] = found[0] if len(found) == 1 else found
    return {
        "accountId": call.account.wire_id,
        "parsed": parsed or None,
        "notParsable": not_parsable or None,
        "notFound": not_found or None,
    }


def _cut(card: Json, properties: list[str] | None) -> Json:
    if properties is None:
        return card
    return {name: value for name, value in card.items() if name in properties}
