"""Calendar objects in full-text search, with a mark for each filter of CalendarEvent/query."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from cyrpy.data.search import Document, Field
from cyrpy.formats.words import phrases, words

INDEX_KIND: Final = "e"
TITLE: Final = "t"
DESCRIPTION: Final = "d"
LOCATION: Final = "l"
OWNER: Final = "o"
ATTENDEE: Final = "a"
OTHER: Final = "x"
HIDDEN: Final = "h"  # attendees of an event whose owner hides them: found by the owner alone
FIELDS: Final = (TITLE, DESCRIPTION, LOCATION, OWNER, ATTENDEE, OTHER)
MAX_OVERRIDES: Final = 500  # whose texts are looked at

_OF: Final[Mapping[str, str]] = {
    "title": TITLE,
    "description": DESCRIPTION,
    "locations": LOCATION,
    "virtualLocations": LOCATION,
    "links": OTHER,
}
_NAMES: Final = frozenset({"name", "title", "uri"})
_PERSONAL: Final = ("name", "email", "calendarAddress")
Texts = dict[str, list[str]]


def document_of(objects: Iterable[Mapping[str, Any]]) -> Document:
    """What a calendar object is to be found by, from its JSCalendar objects."""
    found: Texts = {}
    for event in objects:
        for mark, texts in texts_of(event).items():
            found.setdefault(mark, []).extend(texts)
    fields = [Field(m, t, is_large=m == HIDDEN) for m, t in sorted(found.items())]
    return Document.of(INDEX_KIND, fields)


def texts_of(event: Mapping[str, Any]) -> Texts:
    """The texts of an event and of what overrides it, by the mark of their field."""
    found: Texts = {}
    _gather(event, found)
    overrides = event.get("recurrenceOverrides")
    if isinstance(overrides, dict):
        for patch in list(overrides.values())[:MAX_OVERRIDES]:
            if isinstance(patch, dict):
                _gather(patch, found)
    if event.get("hideAttendees") is True and ATTENDEE in found:
        found[HIDDEN] = found.pop(ATTENDEE)
    return found


def contains(event: Mapping[str, Any], marks: Iterable[str], text: str) -> bool:
    """Whether a single instance has all words and phrases of the text, each in one of the fields.

    As the index has it, for instances of which only some may match.
    """
    found = texts_of(event)
    fields = [list(words(text)) for mark in marks for text in found.get(mark, ())]
    wanted = phrases(text)
    return bool(wanted) and all(
        any(_has(field, phrase.words, is_prefix=phrase.is_prefix) for field in fields)
        for phrase in wanted
    )


def _has(field: list[str], wanted: tuple[str, ...], *, is_prefix: bool) -> bool:
    size = len(wanted)
    for at in range(len(field) - size + 1):
        window = field[at : at + size]
        if tuple(window) == wanted:
            return True
        if is_prefix and tuple(window[:-1]) == wanted[:-1] and window[-1].startswith(wanted[-1]):
            return True
    return False


def _gather(patch: Mapping[str, Any], found: Texts) -> None:
    """The texts in an event, or in a patch, whose keys are pointers into one."""
    for pointer, value in patch.items():
        name, _, inside = pointer.partition("/")
        if name == "participants":
            _people(inside, value, found)
        elif name == "organizerCalendarAddress" and isinstance(value, str):
            found.setdefault(OWNER, []).append(_address(value))
        elif name in _OF:
            found.setdefault(_OF[name], []).extend(_texts(inside, value))


def _texts(inside: str, value: Any) -> Iterator[str]:  # noqa: ANN401 - JSON
    """Names in a map of objects, or in one of them; a text itself."""
    if isinstance(value, str):
        if not inside or inside.rpartition("/")[2] in _NAMES:
            yield value
    elif isinstance(value, dict):
        for name, one in value.items():
            if isinstance(one, dict):
                yield from _texts(name, one)
            elif name in _NAMES and isinstance(one, str):
                yield one


def _people(inside: str, value: Any, found: Texts) -> None:  # noqa: ANN401 - JSON
    if not inside:
        for one in value.values() if isinstance(value, dict) else ():
            _person(one, found)
    elif "/" not in inside:
        _person(value, found)
    elif isinstance(value, str) and inside.partition("/")[2] in _PERSONAL:
        found.setdefault(ATTENDEE, []).append(_address(value))


def _person(one: Any, found: Texts) -> None:  # noqa: ANN401 - JSON
    if not isinstance(one, dict):
        return
    texts = [_address(one[name]) for name in _PERSONAL if isinstance(one.get(name), str)]
    roles = one.get("roles")
    held = set(roles) if isinstance(roles, dict) else set()
    if "owner" in held:
        found.setdefault(OWNER, []).extend(texts)
    if held != {"owner"}:
        found.setdefault(ATTENDEE, []).extend(texts)


def _address(text: str) -> str:
    return text[7:] if text[:7].lower() == "mailto:" else text
