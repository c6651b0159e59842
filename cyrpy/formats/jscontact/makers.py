"""Properties of vCard that become one entry of a map of a Card (RFC 9555 §2.4 to §2.13)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from cyrpy.formats import textvalue
from cyrpy.formats.contentline import Line
from cyrpy.formats.jscontact.checks import is_language, is_uri
from cyrpy.formats.jscontact.params import Common, common, put, rest_of
from cyrpy.formats.jscontact.patches import Json
from cyrpy.formats.jscontact.rules import MEDIA_TYPE
from cyrpy.formats.vcard import dates
from cyrpy.formats.vcard.values import param_of

LEVELS = {"beginner": "low", "average": "medium", "expert": "high"}
SERVICES = {
    "X-AIM": "AIM",
    "X-FACEBOOK": "Facebook",
    "X-GADUGADU": "Gadu-Gadu",
    "X-GOOGLE-TALK": "Google Talk",
    "X-GROUPWISE": "GroupWise",
    "X-GTALK": "Google Talk",
    "X-ICQ": "ICQ",
    "X-JABBER": "XMPP",
    "X-MATRIX": "Matrix",
    "X-MSN": "MSN",
    "X-QQ": "QQ",
    "X-SKYPE": "Skype",
    "X-SKYPE-USERNAME": "Skype",
    "X-TWITTER": "Twitter",
    "X-YAHOO": "Yahoo",
}
_HOST = re.compile(r"[\w-]+(?:\.[\w-]+)+(?::\d+)?(?:/\S*)?")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_APPLE_USER = "x-apple:"
_SERVICE_PARAMS = ("SERVICE-TYPE", "X-SERVICE-TYPE", "USERNAME", "X-USER")
Made = dict[str, Json] | None


class Entry(NamedTuple):
    """Where a property goes.

    Attributes:
        name: The property of the Card.
        prefix: Of the keys that are made where there is no PROP-ID.
        make: What the line says, None if JSContact has nothing for it.
        kind: For `common`.
        has_label: Whether X-ABLabel is a label of it.
    """

    name: str
    prefix: str
    make: Callable[[Line, Common], Made]
    kind: str = ""
    has_label: bool = False


def _email(line: Line, said: Common) -> Made:
    address = line.text.strip()
    return put({"address": address}, said) if address else None


def _phone(line: Line, said: Common) -> Made:
    return put({"number": line.text}, said) if line.value else None


def _nickname(line: Line, said: Common) -> Made:
    return put({"name": line.text}, said) if line.value else None


def _organization(line: Line, said: Common) -> Made:
    name, *units = (", ".join(part) for part in textvalue.unescape_structured(line.value))
    found: dict[str, Json] = {"name": name} if name else {}
    while units and not units[-1]:
        units.pop()
    if units:
        found["units"] = [{"name": unit} for unit in units]
    if not found:
        return None
    sort_as = said.params.get("SORT-AS")
    if sort_as:
        first, *rest = ",".join(sort_as).split(",")
        if first:
            found["sortAs"] = first
        for unit, word in zip(found.get("units", ()), rest, strict=False):
            if word:
                unit["sortAs"] = word
    return put(found, said, ("SORT-AS",))


def _title(kind: str) -> Callable[[Line, Common], Made]:
    def make(line: Line, said: Common) -> Made:
        return put({"kind": kind, "name": line.text}, said) if line.value else None

    return make


def _pronouns(line: Line, said: Common) -> Made:
    return put({"pronouns": line.text}, said) if line.value else None


def _note(line: Line, said: Common) -> Made:
    if not line.value:
        return None
    found: dict[str, Json] = {"note": line.text}
    params = said.params
    used: list[str] = []
    if params:
        author, used = _author(params)
        if author:
            found["author"] = author
        created = timestamp(params["CREATED"][0]) if params.get("CREATED") else None
        if created:
            found["created"] = created
            used.append("CREATED")
    return put(found, said, used)


def _author(params: Mapping[str, Sequence[str]]) -> tuple[dict[str, Json], list[str]]:
    """The author of a note, and which parameters say it."""
    author: dict[str, Json] = {}
    used = []
    name, uri = param_of(params, "AUTHOR-NAME"), param_of(params, "AUTHOR")
    if name:
        author["name"] = name
        used.append("AUTHOR-NAME")
    if is_uri(uri):
        author["uri"] = uri
        used.append("AUTHOR")
    return author, used


def _info(kind: str) -> Callable[[Line, Common], Made]:
    def make(line: Line, said: Common) -> Made:
        if not line.value:
            return None
        found: dict[str, Json] = {"kind": kind, "value": line.text}
        used = list(_index(found, said))
        level = said.params.get("LEVEL")
        word = level[0].lower() if level else ""
        word = LEVELS.get(word, word) if kind == "expertise" else word
        if word in ("low", "medium", "high"):
            found["level"] = word
            used.append("LEVEL")
        rest = rest_of(said, used)
        if rest:
            found["vCardParams"] = rest
        return found

    return make


def _index(found: dict[str, Json], said: Common) -> tuple[str, ...]:
    """INDEX as listAs; what it used up."""
    index = said.params.get("INDEX")
    if index and index[0].isascii() and index[0].isdigit() and int(index[0][:9]) > 0:
        found["listAs"] = int(index[0][:9])
        return ("INDEX",)
    return ()


def resource(kind: str | None = None) -> Callable[[Line, Common], Made]:
    """A property whose value is a URI, as a Resource of a kind (RFC 9553 §1.4.4)."""

    def make(line: Line, said: Common) -> Made:
        value = _uri(line)
        if value is None or (
            said.params and (said.params.get("VALUE") or ("",))[0].lower() == "text"
        ):
            return None
        found: dict[str, Json] = {"uri": value} if kind is None else {"kind": kind, "uri": value}
        if not said.params:
            return found
        used = ["MEDIATYPE", *_index(found, said)] if kind == "directory" else ["MEDIATYPE"]
        media = said.params.get("MEDIATYPE")
        if media and MEDIA_TYPE.fullmatch(media[0]):
            found["mediaType"] = media[0]
        else:
            used.remove("MEDIATYPE")
        return put(found, said, used)

    return make


def _uri(line: Line) -> str | None:
    """The URI of a line; people write host names into URL, and spaces into any."""
    value = line.text.strip().replace(" ", "%20")  # Apple escapes the colon
    if is_uri(value):
        return value
    return f"http://{value}" if line.name == "URL" and _HOST.fullmatch(value) else None


def _embedded(kind: str | None) -> Callable[[Line, Common], Made]:
    """The same for PHOTO, LOGO, SOUND and KEY, whose values may be no URIs."""
    make = resource(kind)
    return lambda line, said: make(line, said) if _SCHEME.match(line.value) else None


def _language(line: Line, said: Common) -> Made:
    value = line.value.strip()
    return put({"language": value}, said) if is_language(value) else None


def _impp(line: Line, said: Common) -> Made:
    value = line.value.strip()
    if not is_uri(value):
        return None
    return _service({"uri": value, "vCardName": "impp"}, said)


def _social(line: Line, said: Common) -> Made:
    kind = (said.params.get("VALUE") or ("",))[0].lower()
    if kind == "text" or not is_uri(line.value):
        return _service({"user": line.text}, said) if line.value else None
    return _service({"uri": line.value}, said)


def _apple_social(line: Line, said: Common) -> Made:
    """X-SOCIALPROFILE of Apple's and Nextcloud's: the service is a TYPE."""
    value = line.text.strip()
    if not value:
        return None
    words = said.words
    found: dict[str, Json] = {}
    if words and "SERVICE-TYPE" not in said.params:
        found["service"] = words[0]
        said = said._replace(words=words[1:])
    if value.lower().startswith(_APPLE_USER):
        found["user"] = value[len(_APPLE_USER) :]
    elif is_uri(value):
        found["uri"] = value
    else:
        found["user"] = value
    return _service(found, said)


def _messenger(line: Line, said: Common) -> Made:
    user = line.text.strip()
    if not user:
        return None
    found = {"service": SERVICES[line.name], "user": user, "vCardName": line.name.lower()}
    return put(found, said)


def _service(found: dict[str, Json], said: Common) -> dict[str, Json]:
    params = said.params
    if params:
        service = params.get("SERVICE-TYPE") or params.get("X-SERVICE-TYPE")
        if service and service[0]:
            found["service"] = service[0]
        user = params.get("USERNAME") or params.get("X-USER")
        if user and user[0] and "user" not in found:
            found["user"] = user[0]
    return put(found, said, _SERVICE_PARAMS)


def timestamp(text: str) -> str | None:
    """A TIMESTAMP as a UTCDateTime; a date alone is its beginning."""
    when = dates.parse(text)
    if when is None or not when.is_whole:
        return None
    return (when if when.time else when._replace(time="000000", zone="Z")).utc()


def made(line: Line, entry: Entry) -> Made:
    """What a line says."""
    return entry.make(line, common(line, entry.kind))


ENTRIES: Mapping[str, Entry] = {
    "EMAIL": Entry("emails", "e", _email, "", True),
    "TEL": Entry("phones", "p", _phone, "TEL", True),
    "NICKNAME": Entry("nicknames", "n", _nickname),
    "ORG": Entry("organizations", "o", _organization),
    "TITLE": Entry("titles", "t", _title("title")),
    "ROLE": Entry("titles", "t", _title("role")),
    "NOTE": Entry("notes", "n", _note),
    "EXPERTISE": Entry("personalInfo", "i", _info("expertise"), "", True),
    "HOBBY": Entry("personalInfo", "i", _info("hobby"), "", True),
    "INTEREST": Entry("personalInfo", "i", _info("interest"), "", True),
    "LANG": Entry("preferredLanguages", "l", _language),
    "IMPP": Entry("onlineServices", "s", _impp, "", True),
    "SOCIALPROFILE": Entry("onlineServices", "s", _social, "", True),
    "X-SOCIALPROFILE": Entry("onlineServices", "s", _apple_social, "", True),
    **{name: Entry("onlineServices", "s", _messenger, "", True) for name in SERVICES},
    "SOURCE": Entry("directories", "d", resource("entry"), "", True),
    "ORG-DIRECTORY": Entry("directories", "d", resource("directory"), "", True),
    "URL": Entry("links", "l", resource(), "", True),
    "CONTACT-URI": Entry("links", "l", resource("contact"), "", True),
    "CALURI": Entry("calendars", "c", resource("calendar"), "", True),
    "FBURL": Entry("calendars", "c", resource("freeBusy"), "", True),
    "CALADRURI": Entry("schedulingAddresses", "s", resource(), "", True),
    "PHOTO": Entry("media", "m", _embedded("photo"), "", True),
    "LOGO": Entry("media", "m", _embedded("logo"), "", True),
    "SOUND": Entry("media", "m", _embedded("sound"), "", True),
    "KEY": Entry("cryptoKeys", "k", _embedded(None), "", True),
}
PRONOUNS = Entry("pronouns", "p", _pronouns)
