"""vCards as clients write them, with the Cards they are (tests/corpus/vcard, …/jscontact)."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest

from cyrpy.formats.jscontact import from_vcard, schema, to_vcard, units
from cyrpy.formats.vcard import jcard
from cyrpy.formats.vcard.parse import parse
from cyrpy.formats.vcard.values import OLD, version
from cyrpy.formats.vcard.versions import to_version
from cyrpy.formats.vcard.write import write

CORPUS = Path(__file__).parents[2] / "corpus"
CARDS = sorted((CORPUS / "vcard").glob("*.vcf"))


def named(path: Path) -> str:
    return path.stem


@pytest.mark.parametrize("path", CARDS, ids=named)
def test_a_clients_vcard_is_the_card_beside_it(path):
    card = from_vcard.card(parse(path.read_bytes()))
    assert card == orjson.loads((CORPUS / "jscontact" / f"{path.stem}.json").read_bytes())
    assert schema.problems(card) == []


@pytest.mark.parametrize("path", CARDS, ids=named)
def test_octets_come_back(path):
    octets = path.read_bytes()
    assert write(parse(octets)) == octets


@pytest.mark.parametrize("path", CARDS, ids=named)
def test_a_card_that_says_the_same_changes_nothing(path):
    old = parse(path.read_bytes())
    new = to_vcard.apply(old, from_vcard.card(old))
    assert write(new) == path.read_bytes() or version(old) == OLD


@pytest.mark.parametrize("path", CARDS, ids=named)
def test_removing_one_entry_leaves_all_other_lines(path):
    old = parse(path.read_bytes())
    card = from_vcard.card(old)
    card.pop("phones", None)
    new = to_vcard.apply(old, card)
    assert from_vcard.card(parse(write(new))) == card
    kept = [line for line in new.properties if line in old.properties]
    gone = {line.name for line in old.properties} - {line.name for line in kept}
    assert version(old) == OLD or gone <= {"TEL", "X-ABLABEL"}


@pytest.mark.parametrize("wanted", ["3.0", "4.0"])
@pytest.mark.parametrize("path", CARDS, ids=named)
def test_another_version_is_the_same_card(path, wanted):
    old = parse(path.read_bytes())
    new = to_version(old, wanted)
    before, after = from_vcard.card(old), from_vcard.card(parse(write(new)))
    for card in (before, after):
        card.pop("vCardProps", None)
        card.get("relatedTo", {}).clear()  # AGENT is a related card in 4.0
    assert units.comparable(after) == units.comparable(before)


@pytest.mark.parametrize("path", CARDS, ids=named)
def test_jcard_is_the_same_card(path):
    upgraded = to_version(parse(path.read_bytes()), "4.0")
    again = jcard.read(jcard.write(upgraded))
    before, after = from_vcard.card(upgraded), from_vcard.card(again)
    assert after == before
