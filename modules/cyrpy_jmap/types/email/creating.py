"""Creating emails: what a client sends, checked, and made into a message (RFC 8621 §4.6)."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, NamedTuple

from pydantic import ValidationError

from cyrpy.data import ids
from cyrpy.data.mailboxes import LETTER
from cyrpy.errors import FormatError
from cyrpy.formats.mime.build import BlobsNotFound, InvalidEmail, Source, build
from cyrpy.groupware import mail
from cyrpy.groupware.mail import Placing, TooManyKeywords, TooManyMailboxes
from cyrpy_jmap.call import Call
from cyrpy_jmap.errors import SetError
from cyrpy_jmap.invocation import Json
from cyrpy_jmap.types.email.model import NewEmail, unknown_in


class New(NamedTuple):
    """An Email object that was checked."""

    email: Json
    mailboxes: frozenset[int]
    words: frozenset[str]
    received_at: int | None

    def placing(self) -> Placing:
        """Where it goes."""
        return Placing(self.mailboxes, self.words, self.received_at)


def checked(value: Json) -> New:
    """What is to be created.

    Raises:
        SetError: `invalidProperties`, naming those that are wrong.
    """
    given = {name: one for name, one in value.items() if one is not None}
    try:
        NewEmail.model_validate(given)
    except ValidationError as exc:
        wrong = ["/".join(map(str, error["loc"])) for error in exc.errors(include_url=False)]
        raise SetError("invalidProperties", f"{wrong[0]}: is not of that type", wrong) from exc
    unknown = unknown_in(given)
    if unknown:
        raise SetError("invalidProperties", f"Email has no {unknown[0][:80]!r}", unknown)
    boxes = mailbox_numbers(given.pop("mailboxIds"))
    words = keywords(given.pop("keywords", {}))
    return New(given, boxes, words, moment(given.pop("receivedAt", None)))


def built(call: Call, new: New) -> bytes:
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
    try:
        return build(new.email, source)
    except InvalidEmail as exc:
        raise SetError("invalidProperties", str(exc), exc.properties) from exc
    except BlobsNotFound as exc:
        raise SetError("blobNotFound", str(exc), notFound=exc.blob_ids) from exc


def mailbox_numbers(wanted: Mapping[str, Any]) -> frozenset[int]:
    """The numbers of mailboxes by their ids.

    Raises:
        SetError: `invalidProperties` for what cannot be one.
    """
    found = {id: ids.decode(LETTER, id) for id in wanted}
    wrong = [f"mailboxIds/{id}" for id, number in found.items() if number is None]
    if wrong:
        raise SetError("invalidProperties", f"{wrong[0][:80]}: there is no such mailbox", wrong)
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
    return None if text is None else int(datetime.fromisoformat(text).timestamp())


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
        raise SetError("invalidProperties", str(exc), ["keywords"]) from exc
