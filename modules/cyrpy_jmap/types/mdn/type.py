"""MDNs as a data type, and its capability; and MDN/parse (RFC 9007 §2.2)."""

from __future__ import annotations

from typing import ClassVar, Final

from cyrpy.formats.mime import mdn, values
from cyrpy.formats.mime.message import Message
from cyrpy_jmap.arguments import MethodArguments, check
from cyrpy_jmap.call import Call, Method
from cyrpy_jmap.capability import Capability
from cyrpy_jmap.datatype import DataType
from cyrpy_jmap.invocation import Arguments, Json
from cyrpy_jmap.methods.get import AnyId
from cyrpy_jmap.objects import JmapObject
from cyrpy_jmap.types.mdn.sending import run_send

MDN: Final = Capability("urn:ietf:params:jmap:mdn")


class ParseArguments(MethodArguments):
    """The arguments of MDN/parse."""

    account_id: str
    blob_ids: list[AnyId]


class MDNs(DataType[JmapObject]):
    """Notifications, which have no state: they are mail."""

    name: ClassVar[str] = "MDN"
    capability = MDN
    model = JmapObject
    logged = False

    def methods(self) -> dict[str, Method]:
        """Both work in the user's own account."""
        return {
            "MDN/send": Method(lambda call, args: run_send(call, args, MDN), writes=True),
            "MDN/parse": Method(run_parse, slow=True),
        }


def run_parse(call: Call, arguments: Arguments) -> Arguments:
    """Answer an MDN/parse.

    Raises:
        MethodError: `requestTooLarge`, and those of `Call.enter`.
    """
    args = check(ParseArguments, arguments)
    call.enter(args.account_id, MDN)
    ids = list(dict.fromkeys(call.real_id(id) or id for id in args.blob_ids))
    call.limits.check_get(len(ids))
    parsed: dict[str, Json] = {}
    not_parsable: list[str] = []
    not_found: list[str] = []
    for id in ids:
        octets = call.blob(id)
        if octets is None:
            not_found.append(id)
            continue
        message = Message(octets)
        found = mdn.parse(message)
        if found is None:
            not_parsable.append(id)
        else:
            parsed[id] = {"forEmailId": None, "textBody": _text(message), **found}
    return {
        "accountId": call.account.wire_id,
        "parsed": parsed or None,
        "notParsable": not_parsable or None,
        "notFound": not_found or None,
    }


def _text(message: Message) -> str | None:
    """What is said for people."""
    part = next((one for one in message.body.leaves if one.type == "text/plain"), None)
    if part is None:
        return None
    content = message.octets[part.part.body : part.part.end]
    return values.decoded(content, part.letter, part.json["charset"]).text
