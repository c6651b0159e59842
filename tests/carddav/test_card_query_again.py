"""addressbook-query asked again, after the cards have changed."""

from __future__ import annotations

import pytest

from cyrpy.data.database import Database
from cyrpy.data.notifier import Notifier
from tests.support.dav import Client, Server, prop

CARD = "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:{uid}\r\nFN:{name}\r\nN:;;;;\r\n{more}END:VCARD\r\n"


def put(client, uid: str, name: str, more: str = "") -> None:
    body = CARD.format(uid=uid, name=name, more=more).encode()
    assert client.request("PUT", f"{client.books}Default/{uid}.vcf", body).status in {201, 204}


def found(client, text: str, name: str = "FN", attributes: str = "") -> list[str]:
    match = f'<CR:text-match match-type="contains" {attributes}>{text}</CR:text-match>'
    wanted = f'<CR:filter><CR:prop-filter name="{name}">{match}</CR:prop-filter></CR:filter>'
    content = prop("D:getetag", "CR:address-data") + wanted
    answer = client.report(f"{client.books}Default/", "CR:addressbook-query", content, "1")
    return sorted(href.rpartition("/")[2].removesuffix(".vcf") for href in answer.responses)


def test_each_change_is_seen_at_once(anna):
    put(anna, "a", "Zwickel")
    put(anna, "b", "Other")
    assert found(anna, "wick") == ["a"]
    put(anna, "b", "Swickle")
    assert found(anna, "wick") == ["a", "b"]
    put(anna, "a", "Nobody")
    assert found(anna, "wick") == ["b"]
    assert anna.request("DELETE", f"{anna.books}Default/b.vcf").status == 204
    assert found(anna, "wick") == []


@pytest.mark.parametrize("name", ["Łwickel", "a\r\n wickel", "xWICKEL", "Wickel\\, b"])
def test_texts_that_are_written_otherwise_are_found(anna, name):
    put(anna, "a", name)
    put(anna, "b", "Other")
    sought = "aw" if "\r\n" in name else "ick"
    assert found(anna, sought) == ["a"]


def test_a_text_is_looked_for_in_the_property_alone(anna):
    put(anna, "a", "Other", "NOTE:Wickel\r\n")
    put(anna, "b", "Wickel")
    assert found(anna, "wickel") == ["b"]
    assert found(anna, "wickel", "NOTE") == ["a"]
    assert found(anna, "wickel", attributes='negate-condition="yes"') == ["a"]


def test_what_another_process_changes_is_seen_at_once(anna, database, clock, tmp_path):
    put(anna, "a", "Zwickel")
    put(anna, "b", "Other")
    elsewhere = Database(database.location, publisher=Notifier(), clock=clock)
    there = Client(Server(elsewhere, tmp_path), anna.row)
    for _ in range(2):
        assert found(anna, "wick") == found(there, "wick") == ["a"]
    put(there, "b", "Swickle")
    assert found(anna, "wick") == found(there, "wick") == ["a", "b"]
    elsewhere.close()
