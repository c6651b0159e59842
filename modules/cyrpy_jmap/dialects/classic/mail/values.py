"""Values in messages that clients send, each checked; all that is wrong is named."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from cyrpy_jmap.dialects.classic.lens import Wrong
from cyrpy_jmap.objects import UTCDate

Check = Callable[[Any, str, Wrong], None]  # value, path, what is wrong
MAX_ADDRESSES: Final = 1000
MAX_FILES: Final = 500
_DATE: Final = TypeAdapter(UTCDate)
_FIELD: Final = re.compile(r"[A-Za-z0-9-]{1,200}", re.ASCII)
_LOWER: Final = re.compile(r"[a-z0-9-]{1,200}", re.ASCII)


def is_date(value: object) -> bool:
    """Whether it is a Date of the drafts."""
    try:
        _DATE.validate_python(value, strict=True)
    except ValidationError:
        return False
    return True


def _expect(accepts: Callable[[Any], bool], expected: str) -> Check:
    def check(value: Any, path: str, wrong: Wrong) -> None:  # noqa: ANN401 - any JSON value
        if not accepts(value):
            wrong[path] = f"must be {expected}"

    return check


def _is_text(value: Any) -> bool:  # noqa: ANN401
    return isinstance(value, str) and "\0" not in value


TEXT: Final = _expect(_is_text, "a string without the character U+0000")
DATE: Final = _expect(is_date, "a date such as 2016-08-31T10:30:00Z")
BOOLEAN: Final = _expect(lambda v: isinstance(v, bool), "true or false")
NUMBER: Final = _expect(
    lambda v: v is None or (isinstance(v, int) and not isinstance(v, bool) and v >= 0),
    "a whole number, 0 or more",
)
OPTIONAL_TEXT: Final = _expect(lambda v: v is None or _is_text(v), "a string, or null")


def only(wanted: bool) -> Check:
    """A value that new messages have, and none other."""
    return _expect(lambda v: v is wanted, f"{str(wanted).lower()} in a new message")


def _members(known: Mapping[str, Check], required: str) -> Check:
    """An object of these members."""

    def check(value: Any, path: str, wrong: Wrong) -> None:  # noqa: ANN401 - any JSON value
        if not isinstance(value, dict):
            wrong[path] = "must be an object"
            return
        if value.get(required) is None:
            wrong[f"{path}/{required}"] = "is required"
        for name, one in value.items():
            member = known.get(name)
            if member is None:
                wrong[f"{path}/{name[:80]}"] = "there is no such member"
            elif one is not None or name == required:
                member(one, f"{path}/{name}", wrong)

    return check


def _items(item: Check, most: int) -> Check:
    def check(value: Any, path: str, wrong: Wrong) -> None:  # noqa: ANN401 - any JSON value
        if not isinstance(value, list) or len(value) > most:
            wrong[path] = f"must be an array of at most {most}"
            return
        for number, one in enumerate(value):
            item(one, f"{path}/{number}", wrong)

    return check


EMAILER: Final = _members({"name": TEXT, "email": TEXT}, "email")
EMAILERS: Final = _items(EMAILER, MAX_ADDRESSES)
ATTACHMENTS: Final = _items(
    _members(
        {
            "blobId": TEXT,
            "type": TEXT,
            "name": TEXT,
            "size": NUMBER,
            "cid": TEXT,
            "isInline": BOOLEAN,
            "width": NUMBER,
            "height": NUMBER,
        },
        "blobId",
    ),
    MAX_FILES,
)


def headers(*, lower_case: bool) -> Check:
    """Header fields by their names."""
    pattern = _LOWER if lower_case else _FIELD
    letters = "a to z, 0 to 9 and -" if lower_case else "letters, digits and -"

    def check(value: Any, path: str, wrong: Wrong) -> None:  # noqa: ANN401 - any JSON value
        if not isinstance(value, dict):
            wrong[path] = "must be an object"
            return
        for name, one in value.items():
            if not pattern.fullmatch(name):
                wrong[f"{path}/{name[:80]}"] = f"a name has only {letters}"
            elif not _is_text(one):
                wrong[f"{path}/{name}"] = "must be a string"

    return check


def ids(value: Any, path: str, wrong: Wrong) -> None:  # noqa: ANN401 - any JSON value
    """One or more ids of mailboxes."""
    if not isinstance(value, list) or not value or not all(_is_id(one) for one in value):
        wrong[path] = "must be an array of ids of mailboxes, one at least"


def id_set(value: Any, path: str, wrong: Wrong) -> None:  # noqa: ANN401 - any JSON value
    """The same as the last drafts had it: an object whose values are true."""
    flags(value, path, wrong)
    if isinstance(value, dict) and not value:
        wrong[path] = "must name one mailbox at least"


def flags(value: Any, path: str, wrong: Wrong) -> None:  # noqa: ANN401 - any JSON value
    """An object whose values are true."""
    if not isinstance(value, dict) or not all(one is True for one in value.values()):
        wrong[path] = "must be an object whose values are true"


def _is_id(value: Any) -> bool:  # noqa: ANN401
    return isinstance(value, str) and 0 < len(value) <= 256
