"""One entry of a map of a Card as a line of vCard 4.0 (RFC 9555 §3.1, Appendix A)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from cyrpy.formats import textvalue
from cyrpy.formats.jscontact.makers import LEVELS, SERVICES
from cyrpy.formats.jscontact.params import written
from cyrpy.formats.jscontact.patches import Json
from cyrpy.formats.vcard import dates
from cyrpy.formats.vcard.values import is_uri

Params = dict[str, Any]
_EXPERTISE = {level: word for word, level in LEVELS.items()}
_MESSENGERS = frozenset(
    ("aim", "gtalk", "icq", "im", "irc", "ircs", "msn", "msnim", "qq", "sip", "sips", "skype",
     "xmpp", "ymsgr", "matrix", "facetime")
)  # fmt: skip
_SERVICE_NAMES = {name.lower(): name for name in SERVICES}


class Spoken(NamedTuple):
    """A line to be: what a writer makes of an entry."""

    name: str
    value: str
    params: Params


Value = Mapping[str, Json]
Writer = Callable[[Value, bool], Spoken | None]


def _text(name: str, key: str) -> Writer:
    def write(value: Value, is_v4: bool) -> Spoken:
        return Spoken(name, textvalue.escape(value[key]), written(value, is_v4=is_v4))

    return write


def _phone(value: Value, is_v4: bool) -> Spoken:
    number = value["number"]
    params = written(value, is_v4=is_v4)
    if is_v4 and number[:4].lower() in ("tel:", "sip:"):
        return Spoken("TEL", number, {"VALUE": "uri", **params})
    return Spoken("TEL", textvalue.escape(number), params)


def _title(value: Value, is_v4: bool) -> Spoken:
    name = "ROLE" if value.get("kind") == "role" else "TITLE"
    return Spoken(name, textvalue.escape(value["name"]), written(value, is_v4=is_v4))


def _organization(value: Value, is_v4: bool) -> Spoken:
    units = value.get("units", [])
    params = written(value, is_v4=is_v4)
    sort_as = [value.get("sortAs", ""), *(unit.get("sortAs", "") for unit in units)]
    if any(sort_as):
        params["SORT-AS"] = ",".join(sort_as).rstrip(",")
    names = [value.get("name", ""), *(unit["name"] for unit in units)]
    return Spoken("ORG", textvalue.escape_structured([[name] for name in names]), params)


def _note(value: Value, is_v4: bool) -> Spoken:
    params = written(value, is_v4=is_v4)
    author = value.get("author", {})
    if author.get("uri"):
        params["AUTHOR"] = author["uri"]
    if author.get("name"):
        params["AUTHOR-NAME"] = author["name"]
    when = dates.parse(value["created"]) if "created" in value else None
    if when is not None:
        params["CREATED"] = when.basic()
    return Spoken("NOTE", textvalue.escape(value["note"]), params)


def _info(value: Value, is_v4: bool) -> Spoken | None:
    kind = value["kind"]
    if kind not in ("expertise", "hobby", "interest"):
        return None
    params = written(value, is_v4=is_v4)
    level = value.get("level")
    if level is not None:
        params["LEVEL"] = _EXPERTISE.get(level, level) if kind == "expertise" else level
    if "listAs" in value:
        params["INDEX"] = str(value["listAs"])
    return Spoken(kind.upper(), textvalue.escape(value["value"]), params)


def _resource(names: Mapping[str, str], default: str | None = None) -> Writer:
    def write(value: Value, is_v4: bool) -> Spoken | None:
        name = names.get(value.get("kind", ""), default)
        uri = value.get("uri")
        if name is None or uri is None:
            return None
        params = written(value, is_v4=is_v4)
        if "mediaType" in value:
            params["MEDIATYPE"] = value["mediaType"]
        if name == "ORG-DIRECTORY" and "listAs" in value:
            params["INDEX"] = str(value["listAs"])
        return Spoken(name, uri, params)

    return write


def _service(value: Value, is_v4: bool) -> Spoken | None:
    params = written(value, is_v4=is_v4)
    uri, user, service = (value.get(key) for key in ("uri", "user", "service"))
    name = value.get("vCardName", "").lower()
    if name in _SERVICE_NAMES and user and uri is None:
        return Spoken(_SERVICE_NAMES[name], textvalue.escape(user), params)
    is_message = name == "impp" or (
        not is_v4 and not name and uri and uri.partition(":")[0].lower() in _MESSENGERS
    )
    if is_message and uri:
        if service:
            params["SERVICE-TYPE" if is_v4 else "X-SERVICE-TYPE"] = service
        if user:
            params["USERNAME" if is_v4 else "X-USER"] = user
        return Spoken("IMPP", uri, params)
    return _profile(uri, user, service, params) if is_v4 else _apple(uri, user, service, params)


def _profile(uri: str | None, user: str | None, service: str | None, params: Params) -> Spoken:
    if service:
        params = {"SERVICE-TYPE": service, **params}
    if uri is not None:
        if user:
            params["USERNAME"] = user
        return Spoken("SOCIALPROFILE", uri, params)
    return Spoken("SOCIALPROFILE", textvalue.escape(user or ""), {"VALUE": "text", **params})


def _apple(uri: str | None, user: str | None, service: str | None, params: Params) -> Spoken:
    """X-SOCIALPROFILE, which clients of 3.0 read: the service is the first TYPE."""
    if service and service.isalnum() and service == service.lower():
        params["TYPE"] = [service, *params.get("TYPE", ())]
    elif service:
        params["SERVICE-TYPE"] = service
    if uri is not None:
        if user:
            params["X-USER"] = user
        return Spoken("X-SOCIALPROFILE", uri, params)
    return Spoken("X-SOCIALPROFILE", textvalue.escape(f"x-apple:{user}"), params)


def _related(key: str, value: Value, is_v4: bool) -> Spoken:
    params = written(value, is_v4=is_v4)
    kinds = [kind for kind, is_set in value.get("relation", {}).items() if is_set]
    if kinds:
        params["TYPE"] = [*kinds, *params.get("TYPE", ())]
    if is_uri(key):
        return Spoken("RELATED", key, params)
    return Spoken("RELATED", textvalue.escape(key), {"VALUE": "text", **params})


def spoken(name: str, key: str, value: Json, is_v4: bool) -> Spoken | None:
    """What the entry `key` of the map `name` is as a line; None if vCard has none for it."""
    if name == "members":
        return Spoken("MEMBER", key if is_uri(key) else textvalue.escape(key), {})
    if name == "relatedTo":
        return _related(key, value, is_v4)
    write = WRITERS.get(name)
    return None if write is None else write(value, is_v4)


WRITERS: Mapping[str, Writer] = {
    "emails": _text("EMAIL", "address"),
    "phones": _phone,
    "nicknames": _text("NICKNAME", "name"),
    "organizations": _organization,
    "titles": _title,
    "notes": _note,
    "personalInfo": _info,
    "preferredLanguages": _text("LANG", "language"),
    "onlineServices": _service,
    "schedulingAddresses": _resource({}, "CALADRURI"),
    "calendars": _resource({"calendar": "CALURI", "freeBusy": "FBURL"}),
    "cryptoKeys": _resource({}, "KEY"),
    "directories": _resource({"entry": "SOURCE", "directory": "ORG-DIRECTORY"}),
    "links": _resource({"contact": "CONTACT-URI"}, "URL"),
    "media": _resource({"photo": "PHOTO", "logo": "LOGO", "sound": "SOUND"}),
    "pronouns": _text("PRONOUNS", "pronouns"),
}
LOCALIZED: Sequence[str] = ("nicknames", "organizations", "titles", "notes", "pronouns")
