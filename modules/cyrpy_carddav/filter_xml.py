"""CARDDAV:filter from XML, checked before any card is looked at (RFC 6352 §8.6, §10.5)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from cyrpy.dav.errors import DavError
from cyrpy.dav.markup import Xml, element, escape
from cyrpy.dav.xml import Element, children
from cyrpy.formats.textmatch import ASCII_CASEMAP, OCTET, UNICODE_CASEMAP, Collation, matcher
from cyrpy_carddav.asked import group_and_name
from cyrpy_carddav.filter import Filter, ParamFilter, PropFilter, TextMatch
from cyrpy_carddav.names import CARDDAV

MAX_CONDITIONS: Final = 200  # in one filter; each costs time for each card
COLLATIONS: Final = (ASCII_CASEMAP, OCTET, UNICODE_CASEMAP)
MATCH_TYPES: Final = ("equals", "contains", "starts-with", "ends-with")
_BY_NAME: Final[Mapping[str, Collation]] = {
    "default": UNICODE_CASEMAP,  # RFC 6352 §8.3
    **{collation.identifier: collation for collation in COLLATIONS},
}
_NAME: Final = re.compile(r"(?:[A-Za-z0-9-]{1,100}\.)?[A-Za-z0-9-]{1,100}")


def filter_of(body: Element) -> Filter:
    """What the CARDDAV:filter in a report says; without one, every card matches.

    Raises:
        DavError: 403 supported-filter or supported-collation; 400 for two filters.
    """
    given = body.findall(CARDDAV("filter"))
    if not given:
        return Filter()
    if len(given) > 1:
        raise DavError(400, "an addressbook-query has one CARDDAV:filter")
    if sum(1 for _ in given[0].iter(CARDDAV("*"))) - 1 > MAX_CONDITIONS:
        raise _unsupported(None, f"a filter has at most {MAX_CONDITIONS} elements here")
    props = _parts(given[0], None, "prop-filter")["prop-filter"]
    return Filter(tuple(map(_prop, props)), _any_of(given[0], None))


def _prop(element: Element) -> PropFilter:
    group, name = group_and_name(_name(element))
    parts = _parts(element, element, "is-not-defined", "text-match", "param-filter")
    if parts["is-not-defined"]:
        return PropFilter(name, group, is_defined=False)
    return PropFilter(
        name,
        group,
        texts=tuple(_text(text, element) for text in parts["text-match"]),
        params=tuple(map(_param, parts["param-filter"])),
        any_of=_any_of(element, element),
    )


def _param(element: Element) -> ParamFilter:
    name = _name(element).upper()
    parts = _parts(element, element, "is-not-defined", "text-match")
    if parts["is-not-defined"]:
        return ParamFilter(name, is_defined=False)
    texts = [_text(text, element) for text in parts["text-match"]]
    if len(texts) > 1:
        raise _unsupported(element, "a param-filter holds one text-match")
    return ParamFilter(name, text=texts[0] if texts else None)


def _text(given: Element, where: Element) -> TextMatch:
    asked = given.get("collation", "default").strip()
    collation = _BY_NAME.get(asked)
    if collation is None:
        names = ", ".join(known.identifier for known in COLLATIONS)
        raise DavError(
            403, f"collation {asked[:60]!r} is none of {names}", CARDDAV("supported-collation")
        )
    match_type = given.get("match-type", "contains").strip()
    if match_type not in MATCH_TYPES:
        raise _unsupported(where, f"match-type is one of {', '.join(MATCH_TYPES)}")
    negated = given.get("negate-condition", "no").strip()
    if negated not in {"yes", "no"}:
        raise _unsupported(where, "negate-condition is yes or no")
    if len(given):
        raise _unsupported(where, "a text-match holds text, no elements")
    needle = given.text or ""
    return TextMatch(
        matcher(needle, collation, match_type),
        collation.key(needle),
        collation is not OCTET,
        negated == "yes",
    )


def _parts(given: Element, where: Element | None, *allowed: str) -> dict[str, list[Element]]:
    """The child elements by name; those of other namespaces are ignored (RFC 4918 §17)."""
    parts: dict[str, list[Element]] = {name: [] for name in allowed}
    for child in children(given):
        tag = str(child.tag)
        name = tag.rpartition("}")[2]
        if tag != CARDDAV(name):
            continue
        if name not in parts:
            holder = str(given.tag).rpartition("}")[2]
            raise _unsupported(where, f"{holder} cannot hold a CARDDAV:{name[:40]}")
        parts[name].append(child)
    if parts.get("is-not-defined") and sum(map(len, parts.values())) > 1:
        raise _unsupported(where, "nothing else can be asked of what is not defined")
    return parts


def _any_of(given: Element, where: Element | None) -> bool:
    test = given.get("test", "anyof").strip()
    if test not in {"anyof", "allof"}:
        raise _unsupported(where, "test is anyof or allof")
    return test == "anyof"


def _name(given: Element) -> str:
    name = given.get("name", "").strip()
    if _NAME.fullmatch(name) is None:
        kind = str(given.tag).rpartition("}")[2]
        raise _unsupported(given, f"{kind} needs a name of letters, digits and hyphens")
    return name


def _unsupported(where: Element | None, description: str) -> DavError:
    """403 with the prop-filter or param-filter that is meant, by its name."""
    if where is None:
        return DavError(403, description, CARDDAV("supported-filter"))
    kind = b"CR:" + str(where.tag).rpartition("}")[2].encode()
    named = Xml(b'<%b name="%b"/>' % (kind, escape(where.get("name", "")[:200])))
    return DavError(403, description, element(CARDDAV("supported-filter"), named))
