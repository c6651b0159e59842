"""Cards as programs write them: kept octet for octet, and given in every form."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from lxml import etree

from cyrpy.formats.vcard.parse import parse_stream
from cyrpy.formats.vcard.validate import problems
from cyrpy.formats.vcard.write import write
from tests.carddav.sqlite import location
from tests.carddav.vcards import DATA, multiget, put

__all__ = ["location"]

CORPUS = Path(__file__).parents[1] / "corpus" / "vcard"
FILES = sorted(CORPUS.rglob("*.vcf"))
ASKED = '<CR:address-data content-type="text/vcard" version="{}"/>'


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_card_is_kept_and_given_in_every_form(anna, book, path):
    octets = path.read_bytes()
    found = parse_stream(octets)
    pieces = [octets] if len(found) == 1 else [write(card) for card in found]
    for number, (card, piece) in enumerate(zip(found, pieces, strict=True)):
        url = f"{book}{number}.vcf"
        answer = put(anna, url, piece)
        if problems(card):
            assert answer.status in {403, 409}
            continue
        if answer.status == 409:  # the same UID twice in one file
            continue
        assert answer.status == 201
        if "etag" in answer.headers:
            assert anna.request("GET", url).body == piece
        for version in ("3.0", "4.0"):
            got = anna.request("GET", url, headers={"accept": f"text/vcard;version={version}"})
            assert got.status == 200
            assert re.search(rb"(?im)^VERSION:" + version.encode(), got.body)
            text = multiget(anna, book, url, asked=ASKED.format(version)).one[DATA]
            assert text.startswith(("BEGIN:VCARD", "\r\n", "\n", "begin"))
        jcard = anna.request("GET", url, headers={"accept": "application/vcard+json"})
        assert json.loads(jcard.body)[0] == "vcard"
    etree.fromstring(anna.propfind(book, DATA, depth="1").body)
