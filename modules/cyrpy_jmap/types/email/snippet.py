"""SearchSnippet: where in an email the words stand that a filter asks for (RFC 8621 §5)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Final

import orjson

from cyrpy.data import messages
from cyrpy.data.blobs import PREFIX
from cyrpy.data.messages import MessageRow
from cyrpy.formats.mime.message import Message
from cyrpy.formats.mime.searchable import readable
from cyrpy.formats.snippets import preview_snippet, subject_snippet
from cyrpy.formats.words import Phrase, phrases
from cyrpy.groupware.mail_access import MailAccess
from cyrpy_jmap.arguments import MethodArguments, check
from cyrpy_jmap.call import Call, Method
from cyrpy_jmap.datatype import DataType
from cyrpy_jmap.errors import MethodError
from cyrpy_jmap.filters import Condition, Filter, parse_filter
from cyrpy_jmap.invocation import Arguments, Json
from cyrpy_jmap.methods.get import AnyId
from cyrpy_jmap.objects import JmapObject
from cyrpy_jmap.types.email import query
from cyrpy_jmap.types.mailbox.model import MAIL
from cyrpy_jmap.types.sharing import actor_of

MOST: Final = 500  # emails in one call: each is read and cut into words
LOOKED_AT: Final = 4 * 1024 * 1024  # octets of a message


class SnippetArguments(MethodArguments):
    """The arguments of SearchSnippet/get."""

    account_id: str
    filter: Any = None
    email_ids: list[AnyId]


class SearchSnippets(DataType[JmapObject]):
    """Snippets, which are made when they are asked for, and have no state."""

    name: ClassVar[str] = "SearchSnippet"
    capability = MAIL
    model = JmapObject
    logged = False

    def methods(self) -> dict[str, Method]:
        """There is only one."""
        return {"SearchSnippet/get": Method(run_get, slow=True)}


def run_get(
    call: Call, arguments: Arguments, filters: Mapping[str, Any] = query.FILTERS
) -> Arguments:
    """Answer a SearchSnippet/get (§5.1); `filters` are the conditions that there are.

    Raises:
        MethodError: `requestTooLarge`, `unsupportedFilter`, and those of `Call.enter`.
    """
    args = check(SnippetArguments, arguments)
    call.enter(args.account_id, MAIL)
    filter = parse_filter(args.filter, filters)
    wanted = list(dict.fromkeys(call.real_id(id) or id for id in args.email_ids))
    if len(wanted) > MOST:
        raise MethodError("requestTooLarge", f"at most {MOST} emails in one SearchSnippet/get")
    access = MailAccess.of(call.unit, call.account.id, actor_of(call))
    found = messages.of_ids(call.unit, call.account.id, wanted)
    rows = {row.wire_id: row for row in found if access.sees(row)}
    in_subject = _phrases(filter, "subject")
    in_body = _phrases(filter, "body")
    return {
        "accountId": call.account.wire_id,
        "list": [_snippet(call, rows[id], in_subject, in_body) for id in wanted if id in rows],
        "notFound": [id for id in wanted if id not in rows] or None,
    }


def _phrases(filter: Filter | None, field: str) -> list[Phrase]:
    """What is searched for in a field, or in all of them."""
    texts = _texts(filter, frozenset(("text", field)), wanted=True)
    return list(dict.fromkeys(phrase for text in texts for phrase in phrases(text)))


def _texts(filter: Filter | None, names: frozenset[str], *, wanted: bool) -> Iterator[str]:
    """The values of those conditions; not of what must not be there."""
    if isinstance(filter, Condition):
        if wanted:
            yield from (value for name, value in filter.members.items() if name in names)
    elif filter is not None:
        for one in filter.conditions:
            yield from _texts(one, names, wanted=wanted != (filter.operator == "NOT"))


def _snippet(call: Call, row: MessageRow, in_subject: list[Phrase], in_body: list[Phrase]) -> Json:
    subject: str | None = orjson.loads(row.properties)["subject"] if in_subject else None
    return {
        "emailId": row.wire_id,
        "subject": subject_snippet(subject, in_subject) if subject else None,
        "preview": _preview(call, row, in_body) if in_body else None,
    }


def _preview(call: Call, row: MessageRow, in_body: list[Phrase]) -> str | None:
    blob_id = PREFIX + row.digest.hex()
    octets = call.services.blobs.read(call.unit, [row.account_id], blob_id, 0, LOOKED_AT)
    if octets is None:  # damaged
        return None
    for text in readable(Message(octets, row.digest)):
        found = preview_snippet(text, in_body)
        if found is not None:
            return found
    return None
