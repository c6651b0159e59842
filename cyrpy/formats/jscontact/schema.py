"""What a Card must be (RFC 9553 §2, RFC 9982, RFC 9555 §2.15); every invalid property is told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cyrpy.errors import FormatError
from cyrpy.formats.jscontact import patches
from cyrpy.formats.jscontact.checks import (
    Check,
    Problem,
    Report,
    boolean,
    enum,
    identifier,
    integer,
    join,
    language,
    list_of,
    map_of,
    matching,
    set_of,
    some_text,
    text,
    true,
    uri,
    utc,
)
from cyrpy.formats.jscontact.objects import Object, one_of
from cyrpy.formats.jscontact.patches import Json
from cyrpy.formats.jscontact.rules import (
    CODE,
    MEDIA_TYPE,
    SCRIPT,
    anniversary_date,
    components,
    jcard_property,
    members_of_group,
    name_sort,
    partial_date,
)

__all__ = ["Problem", "problems"]

VERSIONS = ("1.0", "2.0")
MAX_LANGUAGES = 100
MAX_DEPTH = 40  # of objects and arrays in one another

CONTEXTS = ("private", "work")
NAME_KINDS = (
    "title", "given", "given2", "surname", "surname2", "credential", "generation", "separator",
)  # fmt: skip
ADDRESS_KINDS = (
    "room", "apartment", "floor", "building", "number", "name", "block", "subdistrict",
    "district", "locality", "region", "postcode", "country", "direction", "landmark",
    "postOfficeBox", "separator",
)  # fmt: skip
RELATIONS = (
    "acquaintance", "agent", "child", "co-resident", "co-worker", "colleague", "contact", "crush",
    "date", "emergency", "friend", "kin", "me", "met", "muse", "neighbor", "parent", "sibling",
    "spouse", "sweetheart",
)  # fmt: skip
FEATURES = ("mobile", "voice", "text", "video", "main-number", "textphone", "fax", "pager")

_contexts = set_of(CONTEXTS)
_pref = integer(1, 100)
_list_as = integer(1)
_system = enum(("ipa", "jyut", "piny"))
_script = matching(SCRIPT, "a script subtag of four letters")


def _component(name: str, kinds: tuple[str, ...]) -> Object:
    fields: dict[str, Check] = {"kind": enum(kinds), "value": text, "phonetic": text}
    return Object(name, fields, ("kind", "value"))


def _resource(name: str, kinds: tuple[str, ...], *, needs_kind: bool, **more: Check) -> Object:
    fields: dict[str, Check] = {
        "kind": enum(kinds) if kinds else text,
        "uri": uri,
        "blobId": some_text,  # RFC 9610 §2
        "mediaType": matching(MEDIA_TYPE, "a media type"),
        "contexts": _contexts,
        "pref": _pref,
        "label": text,
        **more,
    }
    return Object(name, fields, ("kind",) if needs_kind else (), (one_of("uri", "blobId"),))


def _simple(name: str, fields: Mapping[str, Check], *mandatory: str, label: bool = False) -> Object:
    common: dict[str, Check] = {"contexts": _contexts, "pref": _pref}
    if label:
        common["label"] = text
    return Object(name, {**fields, **common}, mandatory)


def _map(of: Check) -> Check:
    return map_of(identifier, of)


_ordered: Mapping[str, Check] = {
    "isOrdered": boolean,
    "defaultSeparator": text,
    "full": text,
    "phoneticScript": _script,
    "phoneticSystem": _system,
}
_NAME = Object(
    "Name",
    {
        **_ordered,
        "components": list_of(_component("NameComponent", NAME_KINDS), 1),
        "sortAs": map_of(enum(NAME_KINDS[:-1]), text),
    },
    (),
    (one_of("components", "full"), components, name_sort),
)
_ADDRESS = Object(
    "Address",
    {
        **_ordered,
        "components": list_of(_component("AddressComponent", ADDRESS_KINDS), 1),
        "countryCode": matching(CODE, "a country code of two letters"),
        "coordinates": uri,
        "timeZone": some_text,
        "contexts": set_of((*CONTEXTS, "billing", "delivery")),
        "pref": _pref,
    },
    (),
    (one_of("components", "coordinates", "countryCode", "full", "timeZone"), components),
)
_UNIT = Object("OrgUnit", {"name": text, "sortAs": text}, ("name",))
_ORGANIZATION = Object(
    "Organization",
    {"name": text, "units": list_of(_UNIT, 1), "sortAs": text, "contexts": _contexts},
    (),
    (one_of("name", "units"),),
)
_SPEAK = Object(
    "SpeakToAs",
    {
        "grammaticalGender": enum(
            ("animate", "common", "feminine", "inanimate", "masculine", "neuter")
        ),
        "pronouns": _map(_simple("Pronouns", {"pronouns": text}, "pronouns")),
    },
    (),
    (one_of("grammaticalGender", "pronouns"),),
)
_TITLE = Object(
    "Title",
    {"name": text, "kind": enum(("title", "role")), "organizationId": identifier},
    ("name",),
)
_SERVICE = Object(
    "OnlineService",
    {
        "service": text,
        "uri": uri,
        "user": text,
        "contexts": _contexts,
        "pref": _pref,
        "label": text,
    },
    (),
    (one_of("uri", "user"),),
)
_PARTIAL = Object(
    "PartialDate",
    {
        "year": integer(0, 9999),
        "month": integer(1, 12),
        "day": integer(1, 31),
        "calendarScale": some_text,
    },
    (),
    (partial_date,),
)
_TIMESTAMP = Object("Timestamp", {"utc": utc}, ("utc",), needs_type=True)
_ANNIVERSARY = Object(
    "Anniversary",
    {
        "kind": enum(("birth", "death", "wedding")),
        "date": anniversary_date(_PARTIAL, _TIMESTAMP),
        "place": _ADDRESS,
    },
    ("kind", "date"),
)
_AUTHOR = Object("Author", {"name": text, "uri": uri}, (), (one_of("name", "uri"),))
_NOTE = Object("Note", {"note": text, "created": utc, "author": _AUTHOR}, ("note",))
_INFO = Object(
    "PersonalInfo",
    {
        "kind": enum(("expertise", "hobby", "interest")),
        "value": text,
        "level": enum(("high", "medium", "low")),
        "listAs": _list_as,
        "label": text,
    },
    ("kind", "value"),
)
_RELATION = Object("Relation", {"relation": set_of(RELATIONS)})


def _version(value: Json, path: str, report: Report) -> None:
    if value not in VERSIONS:
        report.add(path, f"must be one of {', '.join(VERSIONS)}")


def _uid_of_old(value: Mapping[str, Json], path: str, report: Report) -> None:
    if value.get("version") == "1.0" and "uid" not in value:
        report.add(join(path, "uid"), 'is mandatory in a Card of version "1.0"')


_FIELDS: dict[str, Check] = {
    "version": _version,
    "created": utc,
    "kind": enum(("individual", "group", "org", "location", "device", "application")),
    "language": language,
    "members": map_of(some_text, true),
    "prodId": some_text,
    "relatedTo": map_of(some_text, _RELATION),
    "uid": some_text,
    "updated": utc,
    "name": _NAME,
    "nicknames": _map(_simple("Nickname", {"name": text}, "name")),
    "organizations": _map(_ORGANIZATION),
    "speakToAs": _SPEAK,
    "titles": _map(_TITLE),
    "emails": _map(_simple("EmailAddress", {"address": some_text}, "address", label=True)),
    "onlineServices": _map(_SERVICE),
    "phones": _map(
        _simple("Phone", {"number": some_text, "features": set_of(FEATURES)}, "number", label=True)
    ),
    "preferredLanguages": _map(_simple("LanguagePref", {"language": language}, "language")),
    "calendars": _map(_resource("Calendar", ("calendar", "freeBusy"), needs_kind=True)),
    "schedulingAddresses": _map(_simple("SchedulingAddress", {"uri": uri}, "uri", label=True)),
    "addresses": _map(_ADDRESS),
    "cryptoKeys": _map(_resource("CryptoKey", (), needs_kind=False)),
    "directories": _map(
        _resource("Directory", ("directory", "entry"), needs_kind=True, listAs=_list_as)
    ),
    "links": _map(_resource("Link", ("contact",), needs_kind=False)),
    "media": _map(_resource("Media", ("photo", "sound", "logo"), needs_kind=True)),
    "anniversaries": _map(_ANNIVERSARY),
    "keywords": map_of(some_text, true),
    "notes": _map(_NOTE),
    "personalInfo": _map(_INFO),
    "vCardProps": list_of(jcard_property),
}
_LOCALIZED = Object("Card", _FIELDS, ("version",), (members_of_group, _uid_of_old), needs_type=True)
_CARD = Object(
    "Card",
    {**_FIELDS, "localizations": map_of(language, map_of(text, lambda *_: None))},
    ("version",),
    (members_of_group, _uid_of_old),
    needs_type=True,
)


def problems(card: Any) -> list[Problem]:  # noqa: ANN401 - whatever JSON a client sends
    """All that is invalid in a Card, at most 100 problems; none if it is valid.

    What JMAP adds to a Card (`id`, `addressBookIds`) is a matter of who calls, but `blobId` may
    stand in for `uri` (RFC 9610 §2).
    """
    report = Report()
    deep = _too_deep(card)
    if deep is not None:
        report.add(deep, f"is nested deeper than {MAX_DEPTH}")
        return report.problems
    _CARD(card, "", report)
    if not report.problems and card.get("localizations"):
        _localizations(card, report)
    return report.problems


def _localizations(card: Mapping[str, Json], report: Report) -> None:
    """That each language makes a valid Card (RFC 9553 §2.7.1)."""
    given = card["localizations"]
    if len(given) > MAX_LANGUAGES:
        report.add("localizations", f"has more than {MAX_LANGUAGES} languages")
        return
    base = {key: value for key, value in card.items() if key != "localizations"}
    for tag, patch in given.items():
        there = join("localizations", tag)
        for path in patch:
            if patches.tokens(path)[0] in ("localizations", "@type", "version", "uid"):
                report.add(join(there, path), "must not be localized")
        try:
            patched = patches.apply(base, patch)
        except FormatError as exc:
            report.add(there, f"is no valid patch: {exc}")
            continue
        found = Report()
        touched = {patches.tokens(path)[0] for path in patch} | {"@type", "version", "uid", "kind"}
        _LOCALIZED({key: value for key, value in patched.items() if key in touched}, "", found)
        for problem in found.problems:
            report.add(join(there, problem.path), problem.description)


def _too_deep(card: Json) -> str | None:
    """Where it is nested deeper than anything that is stored."""
    level: list[tuple[str, Json]] = [("", card)]
    for _ in range(MAX_DEPTH):
        below: list[tuple[str, Json]] = []
        for path, value in level:
            if isinstance(value, dict):
                below += [(path or str(key), inside) for key, inside in value.items()]
            elif isinstance(value, list):
                below += [(path, inside) for inside in value]
        if not below:
            return None
        level = below
    return level[0][0]
