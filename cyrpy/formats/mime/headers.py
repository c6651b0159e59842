"""Header fields in the forms of JMAP: raw, text, addresses, message ids … (RFC 8621 §4.1.2)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any, Final, NamedTuple

from cyrpy.formats.mime import addresses, dates
from cyrpy.formats.mime.parameters import without_comments
from cyrpy.formats.mime.part import Field
from cyrpy.formats.mime.words import MAX_VALUE, raw, text

MAX_IDS: Final = 1000

_ADDRESSES: Final = frozenset(
    {"from", "sender", "reply-to", "to", "cc", "bcc"}
    | {"resent-from", "resent-sender", "resent-reply-to", "resent-to", "resent-cc", "resent-bcc"}
)
_IDS: Final = frozenset({"message-id", "in-reply-to", "references", "resent-message-id"})
_DATES: Final = frozenset({"date", "resent-date"})
_URLS: Final = frozenset(
    {"list-help", "list-unsubscribe", "list-subscribe", "list-post", "list-owner", "list-archive"}
)
_TEXTS: Final = frozenset({"subject", "comments", "keywords", "list-id"})
# Fields of RFC 5322 and RFC 2369: only the forms that make sense of each may be asked for.
_DEFINED: Final = (
    _ADDRESSES | _IDS | _DATES | _URLS | {"subject", "comments", "keywords"} | {"return-path"}
) | {"received"}
_ALLOWED: Final[Mapping[str, frozenset[str]]] = {
    "Text": _TEXTS,
    "Addresses": _ADDRESSES,
    "GroupedAddresses": _ADDRESSES,
    "MessageIds": _IDS,
    "Date": _DATES,
    "URLs": _URLS,
}
_PROPERTY: Final = re.compile(r"header:([!-9;-~]{1,250})(?::as(\w+))?(:all)?", re.ASCII)
_ID: Final = re.compile(r"<([^<>]*)>")
_BARE_ID: Final = re.compile(r"[^\s<>@]+@[^\s<>@]+")
_SPACE: Final = re.compile(r"\s+")


class HeaderProperty(NamedTuple):
    """What a property `header:{name}[:as{form}][:all]` asks for (§4.1.3)."""

    name: bytes  # lower case
    form: str  # Raw, Text, Addresses, GroupedAddresses, MessageIds, Date or URLs
    all: bool


@lru_cache(maxsize=1024)
def parse_property(property: str) -> HeaderProperty | None:
    """The parts of a property's name; None if it is none, or the form is not for that field."""
    match = _PROPERTY.fullmatch(property)
    if match is None:
        return None
    name, form = match[1].lower(), match[2] or "Raw"
    if form != "Raw" and form not in _ALLOWED:
        return None
    if form != "Raw" and name in _DEFINED and name not in _ALLOWED[form]:
        return None
    return HeaderProperty(name.encode(), form, match[3] is not None)


def value_of(octets: bytes, fields: Iterable[Field], wanted: HeaderProperty) -> Any:  # noqa: ANN401 - JSON
    """The property's value: of the last field of that name, or of all (§4.1.3)."""
    read = FORMS[wanted.form]
    found = [
        octets[field.start : field.end] for field in fields if field.name.lower() == wanted.name
    ]
    if wanted.all:
        return [read(value) for value in found]
    return read(found[-1]) if found else None


def listed(octets: bytes, fields: Iterable[Field]) -> list[dict[str, str]]:
    """All fields in raw form, in their order: the property `headers`."""
    return [
        {"name": field.name.decode("ascii"), "value": raw(octets[field.start : field.end])}
        for field in fields
    ]


def address_list(value: bytes) -> list[dict[str, str | None]]:
    """Form Addresses (§4.1.2.3)."""
    return [{"name": name, "email": email} for name, email in addresses.read(value)]


def grouped_addresses(value: bytes) -> list[dict[str, Any]]:
    """Form GroupedAddresses (§4.1.2.4)."""
    return [
        {
            "name": group.name,
            "addresses": [{"name": name, "email": email} for name, email in group.addresses],
        }
        for group in addresses.read_groups(value)
    ]


def message_ids(value: bytes) -> list[str] | None:
    """Form MessageIds (§4.1.2.5); an id without its brackets is taken too."""
    text = raw(value[:MAX_VALUE])
    if "(" in text:
        text = without_comments(text)
    found = [_SPACE.sub("", id) for id in _ID.findall(text)]
    found = [id for id in found if id] or _BARE_ID.findall(text)
    return found[:MAX_IDS] or None


def date(value: bytes) -> str | None:
    """Form Date (§4.1.2.6)."""
    moment = dates.read(value)
    return None if moment is None else dates.wire(moment)


def urls(value: bytes) -> list[str] | None:
    """Form URLs (§4.1.2.7)."""
    found = [_SPACE.sub("", url) for url in _ID.findall(raw(value[:MAX_VALUE]))]
    return [url for url in found if url] or None


FORMS: Final[Mapping[str, Callable[[bytes], Any]]] = {
    "Raw": raw,
    "Text": text,
    "Addresses": address_list,
    "GroupedAddresses": grouped_addresses,
    "MessageIds": message_ids,
    "Date": date,
    "URLs": urls,
}
