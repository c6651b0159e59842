"""What full-text search knows of a card, and in which field of it (RFC 9610 §3.3.1)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from cyrpy.data.search import ANY, Document, Field

KIND: Final = "c"  # of search documents
# Marks of fields.
NAME: Final = "n"
GIVEN: Final = "g"
SURNAME: Final = "s"
SURNAME2: Final = "2"
PREFIX: Final = "x"
SUFFIX: Final = "y"
NICKNAME: Final = "k"
ORGANIZATION: Final = "o"
DEPARTMENT: Final = "d"
TITLE: Final = "j"
EMAIL: Final = "e"
PHONE: Final = "p"
PHONE_END: Final = "r"  # the digits of numbers backwards: an end is then a beginning
PHONE_AT_HOME: Final = "h"  # numbers without what may be the code of their country
ONLINE: Final = "i"
LINK: Final = "l"
ADDRESS: Final = "a"
NOTE: Final = "t"
OTHER: Final = "z"
MEMBER: Final = "m"  # of a group: a hash of each member's UID
BLOB: Final = "b"  # ids of blobs in it
TEXT: Final = (ANY, NOTE)  # all that has to do with text

_PARTS: Final = (
    (GIVEN, ("given",)),
    (SURNAME, ("surname",)),
    (SURNAME2, ("surname2",)),
    (PREFIX, ("title",)),
    (SUFFIX, ("generation", "credential")),
)
_MIN_DIGITS: Final = 3  # of what is taken for a telephone number, or its beginning or end
_NO_DIGIT: Final = re.compile(r"[^0-9]")
_NUMBER: Final = re.compile(r"[0-9+(][0-9 ()+./-]*")
Json = Mapping[str, Any]


def document(card: Json, blob_ids: Iterable[str]) -> Document:
    """The words of a card as JSContact; parts of other fields need not be found as text again."""
    components = card.get("name", {}).get("components", ())
    numbers = [item["number"] for item in _items(card, "phones")]
    digits = [found for number in numbers if len(found := _NO_DIGIT.sub("", number)) > 2]
    return Document.of(
        KIND,
        [
            Field(NAME, _full_and_parts(card.get("name", {}))),
            *(
                Field(mark, [c["value"] for c in components if c.get("kind") in kinds], True)
                for mark, kinds in _PARTS
            ),
            Field(NICKNAME, _texts(card, "nicknames", "name")),
            Field(ORGANIZATION, _texts(card, "organizations", "name")),
            Field(DEPARTMENT, [*_units(card)]),
            Field(TITLE, _texts(card, "titles", "name")),
            Field(EMAIL, _texts(card, "emails", "address", "label")),
            Field(PHONE, [*_texts(card, "phones", "number", "label"), *digits]),
            Field(PHONE_END, [number[::-1] for number in digits], is_large=True),
            Field(PHONE_AT_HOME, [*_at_home(numbers)], is_large=True),
            Field(ONLINE, _texts(card, "onlineServices", "service", "uri", "user", "label")),
            Field(LINK, _texts(card, "links", "uri", "label")),
            Field(ADDRESS, [*_addresses(card)]),
            Field(NOTE, _texts(card, "notes", "note"), is_large=True),
            Field(OTHER, [*_others(card)]),
            Field(MEMBER, [hashed(uid) for uid in card.get("members", ())], is_large=True),
            Field(BLOB, [*blob_ids], is_large=True),
        ],
    )


def hashed(uid: str) -> str:
    """A UID as one word, which is found whole or not at all."""
    return hashlib.sha256(uid.encode("utf-8", "surrogatepass")).hexdigest()[:40]


def number_in(text: str) -> str | None:
    """The digits of what looks like a telephone number, or like one end of it."""
    if _NUMBER.fullmatch(text.strip()) is None:
        return None
    digits = _NO_DIGIT.sub("", text)
    return digits if len(digits) >= _MIN_DIGITS else None


def _at_home(numbers: Iterable[str]) -> Iterator[str]:
    """What may be dialled at home, with no zero before it: codes have one to three digits."""
    for number in numbers:
        digits = _NO_DIGIT.sub("", number)
        if number.lstrip()[:1] == "+" or digits[:2] == "00":
            digits = digits.lstrip("0")
            yield from (digits[length:] for length in (1, 2, 3) if len(digits) > length + 2)


def _items(card: Json, name: str) -> Iterable[Json]:
    found: Mapping[str, Json] = card.get(name, {})
    return found.values()


def _texts(card: Json, name: str, *members: str) -> list[str]:
    return [item[member] for item in _items(card, name) for member in members if member in item]


def _full_and_parts(value: Json) -> list[str]:
    """Names and addresses: the whole of it, and those parts that do not stand in the whole."""
    full = value.get("full", "")
    parts = [c["value"] for c in value.get("components", ()) if c.get("kind") != "separator"]
    parts = [part for part in parts if f" {part} " not in f" {full} "]
    # Parts are often asked for one after the other: they are one text.
    return [text for text in (full, " ".join(parts)) if text]


def _units(card: Json) -> Iterator[str]:
    for organization in _items(card, "organizations"):
        for unit in organization.get("units", ()):
            yield unit["name"]


def _addresses(card: Json) -> Iterator[str]:
    for address in _items(card, "addresses"):
        yield from _full_and_parts(address)


def _others(card: Json) -> Iterator[str]:
    yield from card.get("keywords", ())
    yield from _texts(card, "personalInfo", "value", "label")
    yield from _texts(card, "schedulingAddresses", "uri", "label")
    for patch in card.get("localizations", {}).values():
        yield from _strings(list(patch.values()))


def _strings(values: list[Any]) -> Iterator[str]:
    """All texts in some JSON values."""
    while values:
        value = values.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, list):
            values += value
        elif isinstance(value, dict):
            values += value.values()
