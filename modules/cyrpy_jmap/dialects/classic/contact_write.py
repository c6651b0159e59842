"""Classic contacts as changes of cards: what a contact does not show stays as it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

from cyrpy_jmap.dialects.classic import contact_read as read
from cyrpy_jmap.dialects.classic.contact_checks import as_uri
from cyrpy_jmap.invocation import Json

# A card's property, or null to remove it, by name.
Patch = dict[str, Any]
Shape = Callable[[Json], Json]
Make = Callable[[Json, Json], Json]
_FEATURES: Final = ("mobile", "fax", "pager")
_CONTEXTS: Final = {
    "personal": ("private",),
    "home": ("private",),
    "work": ("work",),
    "billing": ("billing",),
    "postal": ("delivery",),
}


def patch(change: Json, card: Json) -> Patch:
    """What becomes of a card by a checked change of the contact that it is shown as."""
    result: Patch = {}
    names = {p: change[p] for p in read.NAME_KINDS if p in change}
    company: str = read.first(card, "organizations").get("name", "")
    is_called_so = card.get("name", {}) == {"full": company}
    if names.items() - read.name(card).items() or (is_called_so and "company" in change):
        result["name"] = _name(names, card, change.get("company", company))
    for property, write in _WRITERS.items():
        if property in change:
            write(change[property], card, result)
    return result


def _put(result: Patch, name: str, value: Json) -> None:
    result[name] = value or None


def _name(names: Json, card: Json, company: str) -> Json | None:
    """A name with other parts; what is not told of stays, what belongs to the whole goes."""
    parts = read.name(card) | names
    before = card.get("name", {}).get("components", ())
    components: list[Json] = []
    for property, kinds in read.NAME_KINDS.items():
        mine = [c for c in before if c.get("kind") in kinds]
        if " ".join(read.of_kinds(mine, kinds)) != parts[property]:
            text = parts[property].strip()
            mine = [{"kind": kinds[0], "value": text}] if text else []
        components += mine
    full = " ".join(c["value"] for c in components) or company
    if not components:
        return {"full": full} if full else None
    return {"components": components, "full": full}


def _nickname(text: str, card: Json, result: Patch) -> None:
    _first(text, card, result, "nicknames")


def _first(text: str, card: Json, result: Patch, property: str) -> None:
    """The first of a property's values has another name; without one there is none."""
    values = dict(card.get(property, {}))
    key = next(iter(values), "1")
    if text:
        _put(result, property, {**values, key: {**values.get(key, {}), "name": text}})
    else:
        result[property] = None


def _company(text: str, card: Json, result: Patch) -> None:
    _organization(card, result, {"name": text or None})


def _department(text: str, card: Json, result: Patch) -> None:
    values: Json = result.get("organizations", card.get("organizations")) or {}
    first: Json = next(iter(values.values()), {})
    units = first.get("units", [])[1:]
    _organization(card, result, {"units": [*([{"name": text}] if text else []), *units] or None})


def _organization(card: Json, result: Patch, members: Json) -> None:
    values = dict(result.get("organizations", card.get("organizations")) or {})
    key = next(iter(values), "1")
    merged = {**values.get(key, {}), **members}
    value = {name: item for name, item in merged.items() if item is not None}
    if "name" in value or "units" in value:
        values[key] = value
    else:
        values.pop(key, None)
    _put(result, "organizations", values)


def _job_title(text: str, card: Json, result: Patch) -> None:
    values = dict(card.get("titles", {}))
    mine = [key for key, t in values.items() if t.get("kind", "title") == "title"]
    key = mine[0] if mine else _free(values)
    if text:
        values[key] = {**values.get(key, {}), "name": text}
    else:
        values = {k: v for k, v in values.items() if k not in mine}
    _put(result, "titles", values)


def _notes(text: str, card: Json, result: Patch) -> None:
    if text == read.notes(card):
        return
    key, value = next(iter(card.get("notes", {}).items()), ("1", {}))
    _put(result, "notes", {key: {**value, "note": text}} if text else {})


def _day(text: str, card: Json, result: Patch, *, kind: str) -> None:
    if text == read.day(kind, card):
        return
    values = dict(result.get("anniversaries", card.get("anniversaries")) or {})
    key = next((k for k, v in values.items() if v.get("kind") == kind), None)
    parts = zip(("year", "month", "day"), (int(part) for part in text.split("-")), strict=True)
    date = {name: number for name, number in parts if number}
    if date:
        at = key or _free(values)
        values[at] = {**values.get(at, {}), "kind": kind, "date": date}
    elif key is not None:
        del values[key]
    _put(result, "anniversaries", values)


def _avatar(file: Json | None, card: Json, result: Patch) -> None:
    shown = read.avatar(card)
    if file is not None and shown is not None and file["blobId"] == shown["blobId"]:
        return
    values = {k: v for k, v in card.get("media", {}).items() if v.get("kind") != "photo"}
    if file is not None:
        values[_free(values)] = {"kind": "photo", "blobId": file["blobId"]}
    _put(result, "media", values)


def _online(items: list[Json], card: Json, result: Patch) -> None:
    links = [item for item in items if item["type"] == "uri"]
    others = [item for item in items if item["type"] != "uri"]
    _put(result, "links", _merged(card.get("links", {}), read.link, links, _link))
    services = _merged(card.get("onlineServices", {}), read.service, others, _service)
    _put(result, "onlineServices", services)


def _merged(values: Mapping[str, Json], shape: Shape, items: list[Json], make: Make) -> Json:
    """Values for a list: those that show as an item of it stay, those of its value are changed."""
    left = dict(values)
    found: list[tuple[str, Json] | None] = []
    for item in items:
        wanted = _whole(shape({}), item)
        key = next((k for k, value in left.items() if shape(value) == wanted), None)
        found.append(None if key is None else (key, left.pop(key)))
    result: Json = {}
    for item, same in zip(items, found, strict=True):
        if same is None:
            wanted = _whole(shape({}), item)
            key = next((k for k, v in left.items() if _is_about(shape(v), wanted)), None)
            old = {} if key is None else left.pop(key)
            result[key or _free({**values, **result})] = make(old, wanted)
        else:
            result[same[0]] = same[1]
    return result


def _whole(empty: Json, item: Json) -> Json:
    return {**empty, **{name: value for name, value in item.items() if value is not None}}


def _is_about(shown: Json, wanted: Json) -> bool:
    """Whether two items are of the same thing, which is now said otherwise."""
    name = "value" if "value" in shown else "street"
    return bool(shown[name] == wanted[name])


def _free(values: Json) -> str:
    """A key that none of the values has."""
    number = len(values) + 1
    while str(number) in values:
        number += 1
    return str(number)


def _common(old: Json, item: Json, contexts: tuple[str, ...]) -> Json:
    """Contexts, preference and label of an item."""
    result = {n: v for n, v in old.items() if n not in ("contexts", "pref", "label")}
    kept = {c: True for c in old.get("contexts", {}) if (c,) not in _CONTEXTS.values()}
    here = {**kept, **dict.fromkeys(contexts, True)}
    if here:
        result["contexts"] = here
    if item["isDefault"]:
        result["pref"] = 1
    elif old.get("pref", 1) != 1:
        result["pref"] = old["pref"]
    if item.get("label"):
        result["label"] = item["label"]
    return result


def _email(old: Json, item: Json) -> Json:
    common = _common(old, item, _CONTEXTS.get(item["type"], ()))
    return {**common, "address": item["value"].strip()}


def _phone(old: Json, item: Json) -> Json:
    type = item["type"]
    is_special = type in _FEATURES
    before = tuple(old.get("contexts", {})) if is_special else ()
    result = {**_common(old, item, before or _CONTEXTS.get(type, ())), "number": item["value"]}
    features = {f: True for f in old.get("features", {}) if f not in _FEATURES}
    if is_special:
        features[type] = True
    result.pop("features", None)
    return {**result, "features": features} if features else result


def _link(old: Json, item: Json) -> Json:
    common = _common(old, item, tuple(old.get("contexts", {})))
    return {**common, "uri": as_uri(item["value"]) or ""}


def _service(old: Json, item: Json) -> Json:
    is_username = item["type"] == "username"
    said = item if not is_username else {**item, "label": old.get("label")}
    result = _common(old, said, tuple(old.get("contexts", {})))
    if is_username:
        result["service"] = item["label"] or ""
    else:
        result.pop("service", None)
    if result.get("uri") != item["value"] or "user" in result or not is_username:
        result["user"] = item["value"]
        if old.get("user") != item["value"]:
            result.pop("uri", None)
    return result


def _address(old: Json, item: Json) -> Json:
    common = _common(old, {**item, "label": None}, _CONTEXTS.get(item["type"], ()))
    shown = read.address(old)
    before = old.get("components", ())
    components = [c for c in before if c.get("kind") not in {*read.PLACES.values(), "separator"}]
    if shown["street"] != item["street"] or not before:
        components = [{"kind": "name", "value": item["street"]}] if item["street"] else []
    for member, kind in read.PLACES.items():
        if shown[member] == item[member]:
            components += [c for c in before if c.get("kind") == kind]
        elif item[member]:
            components.append({"kind": kind, "value": item[member]})
    moved = any(shown[n] != item[n] for n in ("street", *read.PLACES))
    gone = ("full", "coordinates", "timeZone", "countryCode", "isOrdered", "defaultSeparator")
    result = {n: v for n, v in common.items() if not (moved and n in gone)}
    result.pop(read.ADDRESS_LABEL, None)
    if item["label"]:
        result[read.ADDRESS_LABEL] = item["label"]
    return {**result, "components": components} if components else result


def _list(
    items: list[Json], card: Json, result: Patch, *, of: str, shape: Shape, make: Make
) -> None:
    _put(result, of, _merged(card.get(of, {}), shape, items, make))


_WRITERS: Final[Mapping[str, Callable[[Any, Json, Patch], None]]] = {
    "nickname": _nickname,
    "company": _company,
    "department": _department,
    "jobTitle": _job_title,
    "notes": _notes,
    **{p: partial(_day, kind=kind) for p, kind in read.OCCASIONS.items()},
    "emails": partial(_list, of="emails", shape=read.email, make=_email),
    "phones": partial(_list, of="phones", shape=read.phone, make=_phone),
    "addresses": partial(_list, of="addresses", shape=read.address, make=_address),
    "online": _online,
    "avatar": _avatar,
}
