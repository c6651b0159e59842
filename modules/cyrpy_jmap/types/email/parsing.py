"""Email/parse: blobs shown as emails, without storing anything (RFC 8621 §4.9)."""

from __future__ import annotations

from typing import Any

from cyrpy.formats.mime.message import Message
from cyrpy_jmap.arguments import MethodArguments, check
from cyrpy_jmap.call import Call
from cyrpy_jmap.errors import MethodError
from cyrpy_jmap.invocation import Arguments, Json
from cyrpy_jmap.types.email.model import (
    METADATA,
    PARSE_DEFAULT,
    BodyArguments,
    is_part_property,
    is_property,
)
from cyrpy_jmap.types.email.rendering import Wanted, cut
from cyrpy_jmap.types.mailbox.model import MAIL


class ParseArguments(MethodArguments, BodyArguments):
    """The arguments of Email/parse."""

    account_id: str
    blob_ids: list[str]
    properties: list[str] | None = None


def run_parse(call: Call, arguments: Arguments) -> Arguments:
    """Answer an Email/parse. Whatever the octets are, they can be shown: nothing is not parsable.

    Raises:
        MethodError: `invalidArguments`, `requestTooLarge`, and those of `Call.enter`.
    """
    args = check(ParseArguments, arguments)
    call.enter(args.account_id, MAIL)
    wanted = Wanted(_properties(args), args)
    blob_ids = list(dict.fromkeys(args.blob_ids))
    call.limits.check_get(len(blob_ids))
    parsed: dict[str, Json] = {}
    not_found: list[str] = []
    for blob_id in blob_ids:
        octets = call.blob(blob_id)
        if octets is None:
            not_found.append(blob_id)
        else:
            parsed[blob_id] = _parsed(Message(octets), blob_id, wanted)
    return {
        "accountId": call.account.wire_id,
        "parsed": parsed or None,
        "notParsable": None,
        "notFound": not_found or None,
    }


def _parsed(message: Message, blob_id: str, wanted: Wanted) -> Json:
    """The email; what a store would say of it is null."""
    value: dict[str, Any] = dict.fromkeys(METADATA)
    value |= {"blobId": blob_id, "size": len(message.octets)}
    return cut(value | wanted.of_message(message), wanted.properties)


def _properties(args: ParseArguments) -> frozenset[str]:
    wrong = [name for name in args.properties or () if not is_property(name)]
    wrong += [name for name in args.body_properties or () if not is_part_property(name)]
    if wrong:
        raise MethodError("invalidArguments", f"there is no property {wrong[0][:80]!r}")
    return PARSE_DEFAULT if args.properties is None else frozenset(args.properties)
