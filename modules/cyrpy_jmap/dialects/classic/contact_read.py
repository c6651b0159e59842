"""Cards as classic contacts: what a Contact can say of a JSContact Card.

Of lists a contact shows all; of names, organizations and the like it has one, which is the first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

from cyrpy_jmap.invocation import Json

NO_DATE: Final = "0000-00-00"
ADDRESS_LABEL: Final = "cyrpy:label"  # JSContact has none for addresses
# Classic property -> kinds of name components; the first of them is written.
NAME_KINDS: Final[Mapping[str, tuple[str, ...]]] = {
    "prefix": ("title",),
    "firstName": ("given", "given2"),
    "lastName": ("surname", "surname2"),
    "suffix": ("credential", "generation"),
}
# Of an address: its classic member and the kind of component.
PLACES: Final = {
    "locality": "locality",
    "region": "region",
    "postcode": "postcode",
    "country": "country",
}
# All others make the street, a line for each of these groups.
STREET: Final = (
    ("postOfficeBox",),
    ("room", "apartment", "floor", "building", "block", "landmark", "subdistrict", "district"),
    ("number", "name", "direction"),
)
OCCASIONS: Final = {"birthday": "birth", "anniversary": "wedding"}


def name(card: Json) -> Json:
    """The four parts of a name; one that is only known as a whole is the last name of a person."""
    value = card.get("name", {})
    parts = {
        property: " ".join(of_kinds(value.get("components", ()), kinds))
        for property, kinds in NAME_KINDS.items()
    }
    if not any(parts.values()) and not first(card, "organizations").get("name"):
        parts["lastName"] = value.get("full", "")
    return parts


def part(property: str, card: Json) -> str:
    """One of them."""
    found: str = name(card)[property]
    return found


def of_kinds(components: Iterable[Json], kinds: Iterable[str]) -> Iterator[str]:
    """The values of components of some kinds, in the order of the kinds."""
    components = list(components)
    for kind in kinds:
        yield from (c["value"] for c in components if c.get("kind") == kind)


def first(card: Json, property: str) -> Json:
    """The first of a property's values, or an empty one."""
    value: Json = next(iter(card.get(property, {}).values()), {})
    return value


def first_name(property: str, card: Json) -> str:
    """What the first of a property's values is called."""
    found: str = first(card, property).get("name", "")
    return found


def book(card: Json) -> str:
    """The address book that the card is in."""
    id: str = next(iter(card["addressBookIds"]))
    return id


def online(card: Json) -> list[Json]:
    """Web pages, then accounts."""
    return all_of("links", link, card) + all_of("onlineServices", service, card)


def job_title(card: Json) -> str:
    """The first title that is no role."""
    titles = card.get("titles", {}).values()
    return next((t["name"] for t in titles if t.get("kind", "title") == "title"), "")


def department(card: Json) -> str:
    """The first unit of the first organization."""
    units = first(card, "organizations").get("units", ())
    return units[0]["name"] if units else ""


def notes(card: Json) -> str:
    """All notes, an empty line between them."""
    return "\n\n".join(note["note"] for note in card.get("notes", {}).values())


def day(kind: str, card: Json) -> str:
    """When something was that is told once a year; unknown parts are zeros."""
    for occasion in card.get("anniversaries", {}).values():
        if occasion.get("kind") == kind:
            date = occasion.get("date", {})
            if "utc" in date:
                return str(date["utc"][:10])
            return f"{date.get('year', 0):04}-{date.get('month', 0):02}-{date.get('day', 0):02}"
    return NO_DATE


def avatar(card: Json) -> Json | None:
    """The photo that is in the card; one that is only linked to is none."""
    for item in card.get("media", {}).values():
        if item.get("kind") == "photo" and "blobId" in item:
            return {"blobId": item["blobId"], "type": item.get("mediaType"), "name": None}
    return None


def has_photo(card: Json) -> bool:
    """Whether there is any photo."""
    return any(item.get("kind") == "photo" for item in card.get("media", {}).values())


def email(value: Json) -> Json:
    """An email address."""
    return _information(value, "address", _of_contexts(value, "personal"))


def phone(value: Json) -> Json:
    """A telephone number; what it is for says more than where it is."""
    features = value.get("features", {})
    special = (name for name in ("mobile", "fax", "pager") if features.get(name))
    return _information(value, "number", next(special, None) or _of_contexts(value, "home"))


def link(value: Json) -> Json:
    """A web page."""
    return _information(value, "uri", "uri")


def service(value: Json) -> Json:
    """An account somewhere; what it is called there is its label."""
    is_username = "service" in value or "user" not in value
    shown = _information(value, "user", "username" if is_username else "other")
    shown["value"] = value.get("user") or value.get("uri", "")
    shown["label"] = value.get("service") or value.get("label")
    return shown


def address(value: Json) -> Json:
    """A postal address; its street has a line for each part that is no place."""
    components = value.get("components", ())
    lines = [" ".join(of_kinds(components, kinds)) for kinds in STREET]
    places = {member: " ".join(of_kinds(components, (kind,))) for member, kind in PLACES.items()}
    return {
        "type": _of_address(value.get("contexts", {})),
        "label": value.get(ADDRESS_LABEL),
        "street": "\n".join(filter(None, lines)) if components else value.get("full", ""),
        **places,
        "isDefault": value.get("pref") == 1,
    }


def all_of(property: str, shape: Callable[[Json], Json], card: Json) -> list[Json]:
    """Each value of a property in its classic shape."""
    return [shape(value) for value in card.get(property, {}).values()]


def _information(value: Json, member: str, type: str) -> Json:
    return {
        "type": type,
        "label": value.get("label"),
        "value": value.get(member, ""),
        "isDefault": value.get("pref") == 1,
    }


def _of_contexts(value: Json, private: str) -> str:
    contexts = value.get("contexts", {})
    if contexts.get("work"):
        return "work"
    return private if contexts.get("private") else "other"


def _of_address(contexts: Json) -> str:
    for context, type in (("billing", "billing"), ("delivery", "postal"), ("work", "work")):
        if contexts.get(context):
            return type
    return "home" if contexts.get("private") else "other"
