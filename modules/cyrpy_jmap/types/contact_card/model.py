"""What a ContactCard is: a JSContact Card, and what JMAP adds to it (RFC 9610 §3, RFC 9553)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, ClassVar, Final, Literal

from pydantic import ConfigDict, Field, StrictBool

from cyrpy.formats.jscontact import schema
from cyrpy.formats.jscontact.checks import is_vendor
from cyrpy.formats.jscontact.versions import CURRENT
from cyrpy_jmap import patch as patches
from cyrpy_jmap import records
from cyrpy_jmap.capability import Capability
from cyrpy_jmap.invocation import Json
from cyrpy_jmap.objects import Id, JmapObject, ServerSet

HREF: Final = "x-href"  # where it is over CardDAV
FLAGGED: Final = "x-flagged"
IMPORTANCE: Final = "x-importance"
# What the classic dialect shows beside the card; given to those who ask for it by name.
EXTENSIONS: Final = frozenset((HREF, FLAGGED, IMPORTANCE))
OWN: Final = frozenset(("id", "addressBookIds", *EXTENSIONS))  # all that is not of the Card
# RFC 9553 §2, RFC 9554, RFC 9555 §2.15.
CARD_PROPERTIES: Final = frozenset(
    (
        "@type",
        "addresses",
        "anniversaries",
        "calendars",
        "created",
        "cryptoKeys",
        "directories",
        "emails",
        "keywords",
        "kind",
        "language",
        "links",
        "localizations",
        "media",
        "members",
        "name",
        "nicknames",
        "notes",
        "onlineServices",
        "organizations",
        "personalInfo",
        "phones",
        "preferredLanguages",
        "prodId",
        "relatedTo",
        "schedulingAddresses",
        "speakToAs",
        "titles",
        "uid",
        "updated",
        "vCardProps",
        "version",
    )
)
DEFAULTS: Final = {"@type": "Card", "version": CURRENT}
MAX_BOOKS: Final = 1  # of one card: what CardDAV can show

# `ContactCard/parse`, as Stalwart calls it; Cyrus has the method as well.
PARSING: Final = Capability("urn:ietf:params:jmap:contacts:parse", shared_by=("AddressBook",))


class ContactCard(JmapObject):
    """A person, an organization, a group of them, or the like."""

    model_config = ConfigDict(extra="allow")
    dynamic: ClassVar[bool] = True

    address_book_ids: Annotated[dict[Id, Literal[True]], Field(min_length=1, max_length=MAX_BOOKS)]
    x_href: ServerSet[str] = Field(alias=HREF, default="")
    x_flagged: StrictBool = Field(alias=FLAGGED, default=False)
    x_importance: Annotated[float, Field(ge=-1e300, le=1e300)] = Field(
        alias=IMPORTANCE, default=0.0
    )


def knows(property: str) -> bool:
    """Whether cards may have the property."""
    return property in CARD_PROPERTIES or property in OWN or is_vendor(property)


def card_of(record: Mapping[str, Any]) -> Json:
    """The Card itself."""
    return {name: value for name, value in record.items() if name not in OWN}


def check_new(value: Json) -> Json:
    """A record that is to be created, with what every Card must say.

    Raises:
        SetError: `invalidProperties`, with all that are.
    """
    wrong: dict[str, str] = {}
    checked = {**DEFAULTS, **value}
    wrong |= records.invalid(ContactCard, checked)
    wrong |= dict.fromkeys(value.keys() & {"id", HREF}, "only the server sets this property")
    wrong |= _unknown(value)
    for problem in schema.problems(card_of(checked)):
        wrong.setdefault(problem.path, problem.description)
    if wrong:
        raise records.invalid_properties(wrong)
    return checked


def check_patched(current: Json, patch: Mapping[str, Any]) -> Json:
    """A record as patched.

    Raises:
        SetError: `invalidPatch`; `invalidProperties` with all that are, of those that it touches.
    """
    patched = patches.apply(current, patch, _default)
    touched = set(map(_head, patch))
    wrong = _unknown(touched & patched.keys())
    for name in sorted(touched & {"id", "uid", HREF}):
        if patched.get(name) != current.get(name):
            wrong[name] = "this property cannot change after creation"
    found = records.invalid(ContactCard, patched)
    for problem in schema.problems(card_of(patched)):
        found.setdefault(problem.path, problem.description)
    if found:
        # What was wrong before, as in cards from elsewhere, is no matter of this patch.
        before = {problem.path for problem in schema.problems(card_of(current))}
        for path, reason in found.items():
            if path not in before or _head(path) in touched:
                wrong.setdefault(path, reason)
    if wrong:
        raise records.invalid_properties(wrong)
    return patched


def _unknown(names: Iterable[str]) -> dict[str, str]:
    return {name: "a ContactCard has no such property" for name in names if not knows(name)}


def _head(path: str) -> str:
    return path.partition("/")[0].replace("~1", "/").replace("~0", "~")


def _default(name: str) -> Any:  # noqa: ANN401 - any JSON value
    """What setting a property to null makes of it.

    Raises:
        KeyError: nothing.
    """
    if name in DEFAULTS:
        return DEFAULTS[name]
    return {FLAGGED: False, IMPORTANCE: 0.0}[name]
