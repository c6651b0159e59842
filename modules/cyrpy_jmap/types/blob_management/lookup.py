"""Blob/lookup: which records refer to a blob (RFC 9404 §4.3)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from cyrpy.data import attachments, ids, mail_threads, mailboxes, messages
from cyrpy.data.blobs import digest_of
from cyrpy.data.eventids import wire_ids
from cyrpy.data.messages import MessageRow
from cyrpy.formats.mime import partid
from cyrpy.groupware import events
from cyrpy.groupware.events.notices import EVENTS as VEVENT
from cyrpy.groupware.mail_access import MailAccess
from cyrpy_jmap.arguments import MethodArguments, check
from cyrpy_jmap.call import Call
from cyrpy_jmap.capability import Capability
from cyrpy_jmap.errors import MethodError
from cyrpy_jmap.invocation import Arguments, Json
from cyrpy_jmap.methods.get import AnyId
from cyrpy_jmap.types.sharing import actor_of

EVENT: Final = "CalendarEvent"
TYPES: Final = ("Email", "Thread", "Mailbox", EVENT)
MOST: Final = 100  # attachments of one content that are looked at


class LookupArguments(MethodArguments):
    """The arguments of Blob/lookup."""

    account_id: str
    type_names: list[str]
    ids: list[AnyId]


def run_lookup(call: Call, arguments: Arguments, capability: Capability) -> Arguments:
    """Answer a Blob/lookup.

    Raises:
        MethodError: `unknownDataType`, `requestTooLarge`, and those of `Call.enter`.
    """
    args = check(LookupArguments, arguments)
    call.enter(args.account_id, capability)
    unknown = [name for name in args.type_names if name not in TYPES]
    if unknown:
        text = f"{unknown[0][:80]!r} is none of: {', '.join(TYPES)}"
        raise MethodError("unknownDataType", text)
    wanted = list(dict.fromkeys(call.real_id(id) or id for id in args.ids))
    call.limits.check_get(len(wanted))
    access = MailAccess.of(call.unit, call.account.id, actor_of(call))
    there: list[Json] = []
    missing: list[str] = []
    for id in wanted:
        row = _message(call, access, id)
        if row is None and call.find_blob(id) is None:
            missing.append(id)
        else:
            matched = {
                name: _events(call, id) if name == EVENT else list(_matched(access, row, name))
                for name in args.type_names
            }
            there.append({"id": id, "matchedIds": matched})
    return {"accountId": call.account.wire_id, "list": there, "notFound": missing}


def _message(call: Call, access: MailAccess, id: str) -> MessageRow | None:
    """The message that the blob is, or is a part of."""
    part = partid.read(id)
    digest = digest_of(id) if part is None else part.digest
    row = None if digest is None else messages.by_digest(call.unit, call.account.id, digest)
    return row if row is not None and access.sees(row) else None


def _events(call: Call, id: str) -> list[str]:
    """The events that the user sees, and to which the blob is attached."""
    unit, account_id = call.unit, call.account.id
    uids = {row.uid for row in attachments.of_blob(unit, account_id, id, MOST)}
    seen = events.with_uids(unit, account_id, actor_of(call), uids) if uids else []
    shown = {one.row.id: one for one in seen if not one.is_veiled and one.row.component == VEVENT}
    jsons = events.rendered(unit, account_id, list(shown)) if shown else {}
    named = f'"{id}"'.encode()
    return [wire for n, json in jsons.items() if named in json for wire in wire_ids(shown[n].row)]


def _matched(access: MailAccess, row: MessageRow | None, name: str) -> Iterable[str]:
    if row is None:
        return []
    if name == "Email":
        return [row.wire_id]
    if name == "Thread":
        return [ids.encode(mail_threads.LETTER, row.thread_id)]
    return [ids.encode(mailboxes.LETTER, number) for number in sorted(access.mailbox_ids(row))]
