"""Filters against a simple oracle that knows what was written, whatever way it was written."""

from __future__ import annotations

import unicodedata
from typing import NamedTuple

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from cyrpy.formats.textvalue import escape
from cyrpy.formats.vcard.parse import parse
from cyrpy.groupware.cards import LEFT_OUT, prepare
from cyrpy_carddav.filter import NeedsWhole
from cyrpy_carddav.filter_xml import filter_of
from cyrpy_carddav.prefilter import Prefilter

NS = "urn:ietf:params:xml:ns:carddav"
TEXT = st.text(st.sampled_from("aAbB éÉß\u017f\u212a,;:\\\n\"'^nN☃=-"), max_size=6)
NAMES = st.sampled_from(["FN", "NOTE", "TEL", "X-A"])
GROUPS = st.sampled_from([None, "item1", "ITEM2"])
TYPES = st.lists(st.sampled_from(["home", "WORK", "x"]), max_size=2, unique=True)


class Written(NamedTuple):
    """One property of a card, as the test knows it."""

    group: str | None
    name: str
    types: list[str]
    text: str


class Condition(NamedTuple):
    """One text-match."""

    needle: str
    collation: str
    match_type: str
    negated: bool


class Wanted(NamedTuple):
    """One prop-filter."""

    group: str | None
    name: str
    is_defined: bool
    texts: list[Condition]
    type: str | None
    any_of: bool


WRITTEN = st.lists(st.builds(Written, GROUPS, NAMES, TYPES, TEXT), max_size=5)
CONDITIONS = st.builds(
    Condition,
    TEXT,
    st.sampled_from(["i;ascii-casemap", "i;unicode-casemap", "i;octet"]),
    st.sampled_from(["equals", "contains", "starts-with", "ends-with"]),
    st.booleans(),
)
WANTED = st.builds(
    Wanted,
    GROUPS,
    NAMES,
    st.booleans(),
    st.lists(CONDITIONS, max_size=2),
    st.none() | st.sampled_from(["home", "work", "y"]),
    st.booleans(),
)


def octets_of(lines: list[Written], folds: list[int], end: str) -> bytes:
    text = f"BEGIN:VCARD{end}VERSION:4.0{end}UID:u{end}FN:{end}"
    for line in lines:
        group = f"{line.group}." if line.group else ""
        types = f";TYPE={','.join(line.types)}" if line.types else ""
        logical = f"{group}{line.name}{types}:{escape(line.text)}"
        for at in sorted({at for at in folds if 0 < at < len(logical)}, reverse=True):
            logical = f"{logical[:at]}{end} {logical[at:]}"
        text += logical + end
    return f"{text}END:VCARD{end}".encode()


def xml_of(wanted: list[Wanted], any_of: bool) -> etree._Element:
    root = etree.Element(f"{{{NS}}}addressbook-query")
    outer = etree.SubElement(root, f"{{{NS}}}filter", test="anyof" if any_of else "allof")
    for each in wanted:
        name = f"{each.group}.{each.name}" if each.group else each.name
        test = "anyof" if each.any_of else "allof"
        prop = etree.SubElement(outer, f"{{{NS}}}prop-filter", name=name, test=test)
        if not each.is_defined:
            etree.SubElement(prop, f"{{{NS}}}is-not-defined")
            continue
        for condition in each.texts:
            match = etree.SubElement(prop, f"{{{NS}}}text-match", collation=condition.collation)
            match.set("match-type", condition.match_type)
            match.set("negate-condition", "yes" if condition.negated else "no")
            match.text = condition.needle
        if each.type is not None:
            param = etree.SubElement(prop, f"{{{NS}}}param-filter", name="TYPE")
            match = etree.SubElement(param, f"{{{NS}}}text-match")
            match.set("match-type", "equals")
            match.text = each.type
    return root


def key(text: str, collation: str) -> str:
    if collation == "i;octet":
        return text
    if collation == "i;ascii-casemap":
        return "".join(c.lower() if c.isascii() else c for c in text)
    titles = (c.title() if len(c.title()) == 1 else c for c in text)
    return "".join(unicodedata.normalize("NFKD", c) for c in titles)


def passes(condition: Condition, text: str) -> bool:
    needle = key(condition.needle, condition.collation)
    text = key(text, condition.collation)
    found = {
        "equals": text == needle,
        "contains": needle in text,
        "starts-with": text.startswith(needle),
        "ends-with": text.endswith(needle),
    }[condition.match_type]
    return found != condition.negated


def has(lines: list[Written], wanted: Wanted) -> bool:
    named = [
        line
        for line in lines
        if line.name == wanted.name
        and (wanted.group is None or (line.group or "").lower() == wanted.group.lower())
    ]
    if not wanted.is_defined:
        return not named
    for line in named:
        tests = [passes(condition, line.text) for condition in wanted.texts]
        if wanted.type is not None:
            tests.append(wanted.type in [each.lower() for each in line.types])
        if not tests or (any if wanted.any_of else all)(tests):
            return True
    return False


def expected(lines: list[Written], wanted: list[Wanted], any_of: bool) -> bool:
    all_lines = [Written(None, "FN", [], ""), *lines]
    tests = [has(all_lines, each) for each in wanted]
    return not tests or (any if any_of else all)(tests)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    WRITTEN,
    st.lists(WANTED, max_size=3),
    st.booleans(),
    st.lists(st.integers(1, 30), max_size=3),
    st.sampled_from(["\r\n", "\n"]),
)
def test_a_filter_says_what_the_oracle_says(lines, wanted, any_of, folds, end):
    octets = octets_of(lines, folds, end)
    found = filter_of(xml_of(wanted, any_of))
    matches = found.matches(parse(octets))
    assert matches == expected(lines, wanted, any_of)
    if matches:
        assert Prefilter(found).may_match(octets)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(WRITTEN, st.lists(WANTED, max_size=3), st.booleans(), st.sampled_from(["a", "éa", LEFT_OUT]))
def test_an_outline_says_the_same_or_nothing(lines, wanted, any_of, filling):
    lines = [*lines, Written(None, "NOTE", [], filling * 5000)]
    octets = octets_of(lines, [], "\r\n")
    outline = prepare(octets).outline
    assert outline is not None
    assert len(outline) < 1500
    found = filter_of(xml_of(wanted, any_of))
    matches = found.matches(parse(octets))
    assert matches == expected(lines, wanted, any_of)
    if matches:
        assert Prefilter(found).may_match(outline)
    try:
        assert found.matches(parse(outline), is_outline=True) == matches
    except NeedsWhole:
        return


def test_most_cards_are_sorted_out_unread():
    wanted = xml_of(
        [
            Wanted(
                None,
                "FN",
                True,
                [Condition("a;nna", "i;unicode-casemap", "contains", False)],
                None,
                True,
            )
        ],
        any_of=True,
    )
    prefilter = Prefilter(filter_of(wanted))
    card = octets_of([Written(None, "FN", [], "Bert")], [], "\r\n")
    assert not prefilter.may_match(card)
    assert prefilter.may_match(octets_of([Written(None, "FN", [], "a;NNA")], [5], "\r\n"))
