"""Odd messages, each beside what it is shown as."""

from __future__ import annotations

import json

import pytest

from cyrpy.formats.mime.message import Message
from cyrpy.formats.mime.searchable import searchable
from tests.unit.formats.mime_shown import CORPUS, shown

FILES = sorted(CORPUS.glob("*.eml"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_message_is_shown_as_it_was_read_by_eye(path):
    expected = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    assert shown(path.read_bytes()) == expected


def test_the_corpus_is_there():
    assert len(FILES) >= 50


def test_attached_messages_are_searched():
    octets = (CORPUS / "attached-message.eml").read_bytes()
    found = searchable(Message(octets))
    assert "needle" in found.body
    assert "Inner" in found.body
    assert found.attachments == "inner.gif"


def test_html_is_searched_without_its_markup():
    octets = (CORPUS / "html-only.eml").read_bytes()
    body = searchable(Message(octets)).body
    assert body.split() == ["Onetwo", "three", "four"]
