"""What classic contacts may say: every member that is wrong is named, as `emails[1].type`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from cyrpy_jmap.dialects.classic.lens import Wrong
from cyrpy_jmap.invocation import Json

MAX_ITEMS: Final = 1000  # of one list
_DATE: Final = re.compile(r"([0-9]{4})-(0[0-9]|1[0-2])-([0-2][0-9]|3[01])")
_URI: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S*")
_HOST: Final = re.compile(r"[^\s:/]+\.[^\s:/]+(?:[:/]\S*)?")
TYPES: Final[Mapping[str, tuple[str, ...]]] = {
    "emails": ("personal", "work", "other"),
    "phones": ("home", "work", "mobile", "fax", "pager", "other"),
    "online": ("uri", "username", "other"),
    "addresses": ("home", "work", "billing", "postal", "other"),
}
ADDRESS_TEXTS: Final = ("street", "locality", "region", "postcode", "country")
# What is wrong with a value, or None.
Test = Callable[[Any], str | None]


def text(value: Any) -> str | None:  # noqa: ANN401 - any JSON value
    """A string."""
    if not isinstance(value, str):
        return "must be a string"
    return "must not have the character U+0000" if "\0" in value else None


def some_text(value: Any) -> str | None:  # noqa: ANN401
    """A string that is not empty."""
    return text(value) or (None if value.strip() else "must not be empty")


def label(value: Any) -> str | None:  # noqa: ANN401
    """A string or null."""
    return None if value is None else text(value)


def boolean(value: Any) -> str | None:  # noqa: ANN401
    """True or false."""
    return None if isinstance(value, bool) else "must be true or false"


def number(value: Any) -> str | None:  # noqa: ANN401
    """A number that a double holds."""
    good = isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= 1e300
    return None if good else "must be a number"


def date(value: Any) -> str | None:  # noqa: ANN401
    """A date whose parts may be zeros; a day is one of a month."""
    match = _DATE.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        return "must be a date, YYYY-MM-DD, in which what is unknown is zeros"
    _, month, day = (int(part) for part in match.groups())
    return "a day needs its month" if day and not month else None


def avatar(value: Any) -> str | None:  # noqa: ANN401
    """Null, or a file by its blob id."""
    if value is None:
        return None
    if not isinstance(value, dict) or not isinstance(value.get("blobId"), str):
        return "must be null or an object whose blobId is a string"
    unknown = value.keys() - {"blobId", "type", "name", "size"}
    return f"a File has no {sorted(unknown)[0][:80]!r}" if unknown else None


SINGLE: Final[Mapping[str, Test]] = {
    "isFlagged": boolean,
    "avatar": avatar,
    **dict.fromkeys(("prefix", "firstName", "lastName", "suffix", "nickname"), text),
    **dict.fromkeys(("birthday", "anniversary"), date),
    **dict.fromkeys(("company", "department", "jobTitle", "notes"), text),
    "x-importance": number,
    "addressbookId": some_text,
}
_INFORMATION: Final[Mapping[str, Test]] = {
    "type": text,
    "label": label,
    "value": some_text,
    "isDefault": boolean,
}
_ADDRESS: Final[Mapping[str, Test]] = {
    "type": text,
    "label": label,
    **dict.fromkeys(ADDRESS_TEXTS, text),
    "isDefault": boolean,
}
LISTS: Final[Mapping[str, Mapping[str, Test]]] = {
    "emails": _INFORMATION,
    "phones": _INFORMATION,
    "online": _INFORMATION,
    "addresses": _ADDRESS,
}
REQUIRED: Final = frozenset(("type", "value"))


def check(record: Json, wrong: Wrong) -> Json:
    """The properties that are as they must be; what is wrong with others goes into `wrong`."""
    good: Json = {}
    for name, value in record.items():
        if name in SINGLE:
            found = {} if (reason := SINGLE[name](value)) is None else {name: reason}
        elif name in LISTS:
            found = _list(name, value)
        else:
            continue
        wrong |= found
        if not found:
            good[name] = value
    return good


def _list(name: str, value: Any) -> Wrong:  # noqa: ANN401
    if not isinstance(value, list):
        return {name: "must be an array"}
    if len(value) > MAX_ITEMS:
        return {name: f"may have at most {MAX_ITEMS} items"}
    wrong: Wrong = {}
    for at, item in enumerate(value):
        if isinstance(item, dict):
            wrong |= _item(name, f"{name}[{at}]", item)
        else:
            wrong[f"{name}[{at}]"] = "must be an object"
    return wrong


def _item(name: str, path: str, item: Json) -> Wrong:
    tests = LISTS[name]
    wrong: Wrong = {}
    for member in tests.keys() & REQUIRED - item.keys():
        wrong[f"{path}.{member}"] = "is required"
    for member, value in item.items():
        test = tests.get(member)
        reason = "there is no such member" if test is None else test(value)
        if reason is None and member == "type" and value not in TYPES[name]:
            reason = f"must be one of {', '.join(TYPES[name])}"
        if reason is not None:
            wrong[f"{path}.{member[:80]}"] = reason
    if not wrong and name == "online" and item["type"] == "uri" and as_uri(item["value"]) is None:
        wrong[f"{path}.value"] = "must be a URI"
    if not wrong and name == "addresses" and not any(item.get(part) for part in ADDRESS_TEXTS):
        wrong[path] = f"must have one of {', '.join(ADDRESS_TEXTS)}"
    return wrong


def as_uri(value: str) -> str | None:
    """The URI that people mean; of a host name alone that of its web page."""
    if _URI.fullmatch(value):
        return value
    return f"https://{value}" if _HOST.fullmatch(value) else None
