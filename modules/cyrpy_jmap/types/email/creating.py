"""Creating emails: what a client sends, checked, and made into a message (RFC 8621 §4.6)."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Final

from cyrpy.data import ids
from cyrpy.data.mailboxes import LETTER
from cyrpy.errors import FormatError, NotFound
from cyrpy.formats.mime.build import BlobsNotFound, InvalidEmail, Source, build
from cyrpy.formats.pointer import escape
from cyrpy.groupware import mail
from cyrpy.groupware.mail import Placing, TooManyKeywords, TooManyMailboxes
from cyrpy_jmap.call import Call
from cyrpy_jmap.errors import SetError
from cyrpy_jmap.invocation import Json
from cyrpy_jmap.objects import seconds_of
from cyrpy_jmap.records import Wrong, invalid, invalid_properties
from cyrpy_jmap.types.email.model import NewEmail, unknown_in

_PLACING: Final = ("mailboxIds", "keywords", "receivedAt")


def problems(value: Json, known: Wrong) -> Wrong:
    """What is wrong with an Email to be created, so far as that can be told without its blobs.

    Args:
        value: The Email.
        known: What was found by the types of its properties.
    """
    given = {name: one for name, one in value.items() if one is not None}
    wrong = known | invalid(NewEmail, given)
    sound = {name: one for name, one in given.items() if not _is_told(name, wrong)}
    wrong |= dict.fromkeys(unknown_in(sound), "Email has no such property")
    try:
        keywords(sound.get("keywords", {}))
    except SetError as exc:
        if exc.type == "invalidProperties":
            wrong |= dict.fromkeys(exc.properties or (), exc.description)
    if not wrong:
        return wrong  # the rest is told by making it
    try:
        build(sound, Source(lambda _: b"", str, datetime.now(UTC), ""))
    except InvalidEmail as exc:
        wrong = exc.wrong | wrong
    return wrong


def _is_told(name: str, wrong: Wrong) -> bool:
    """Whether something is wrong with a property, which none of its other faults is worth."""
    path = escape(name)
    return any(one == path or one.startswith(f"{path}/") for one in wrong)


def built(call: Call, value: Json) -> bytes:
    """The message.

    Raises:
        SetError: `invalidProperties`, `blobNotFound`.
    """
    core = call.services.core
    source = Source(
        call.blob,
        lambda: secrets.token_hex(16),
        datetime.fromtimestamp(int(core.clock()), UTC),
        core.settings.servername,
    )
    told = {n: one for n, one in value.items() if one is not None and n not in _PLACING}
    try:
        return build(told, source)
    except InvalidEmail as exc:
        raise invalid_properties(exc.wrong) from exc
    except BlobsNotFound as exc:
        raise SetError("blobNotFound", str(exc), notFound=exc.blob_ids) from exc


def placing(value: Json) -> Placing:
    """Where it goes.

    Raises:
        SetError: `invalidProperties`, `tooManyKeywords`.
    """
    boxes = mailbox_numbers(value["mailboxIds"])
    return Placing(boxes, keywords(value.get("keywords") or {}), moment(value.get("receivedAt")))


def mailbox_numbers(wanted: Mapping[str, Any]) -> frozenset[int]:
    """The numbers of mailboxes by their ids.

    Raises:
        SetError: `invalidProperties` for what cannot be one.
    """
    found = {id: ids.decode(LETTER, id) for id in wanted}
    wrong = [f"mailboxIds/{escape(id)}" for id, number in found.items() if number is None]
    if wrong:
        raise invalid_properties(dict.fromkeys(wrong, "there is no such mailbox"))
    return frozenset(number for number in found.values() if number is not None)


def keywords(wanted: Mapping[str, Any]) -> frozenset[str]:
    """Keywords as they are stored.

    Raises:
        SetError: `invalidProperties`, `tooManyKeywords`.
    """
    with set_errors():
        return mail.checked_keywords(wanted)


def moment(text: str | None) -> int | None:
    """Unix seconds of a UTCDate."""
    return None if text is None else int(seconds_of(text))


@contextmanager
def set_errors() -> Iterator[None]:
    """Call what is wrong with mailboxes and keywords by the names of RFC 8621 §4.6.

    Raises:
        SetError: it is.
    """
    try:
        yield
    except TooManyKeywords as exc:
        raise SetError("tooManyKeywords", str(exc)) from exc
    except TooManyMailboxes as exc:
        raise SetError("tooManyMailboxes", str(exc)) from exc
    except FormatError as exc:
        raise invalid_properties({"keywords": str(exc)}) from exc
    except NotFound as exc:
        raise invalid_properties({"mailboxIds": str(exc)}) from exc
