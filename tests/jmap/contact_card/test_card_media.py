"""Photos of cards as blobs (RFC 9610 §3): uploaded, shown, downloaded, and kept from others."""

from __future__ import annotations

import base64

import pytest

from tests.support.cards import Cards

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
GIF = b"GIF89a\x01\x00\x01\x00\x00\x00\x00;"


def photo(blob_id: str, **more):
    return {"p": {"kind": "photo", "blobId": blob_id, **more}}


def test_an_uploaded_photo_is_the_blob_of_the_card(anna):
    blob_id = anna.upload(PNG, "image/png")
    id = anna.make(name={"full": "A"}, media=photo(blob_id))
    assert anna.one(id)["media"] == {
        "p": {"kind": "photo", "blobId": blob_id, "mediaType": "image/png"}
    }
    assert anna.download(blob_id).body == PNG


def test_a_photo_of_carddav_is_a_blob(anna):
    packed = base64.b64encode(GIF).decode()
    anna.put(
        "a.vcf",
        "BEGIN:VCARD\nVERSION:3.0\nUID:u\nFN:A\nN:A;;;;\n"
        f"PHOTO;ENCODING=b;TYPE=GIF:{packed}\nEND:VCARD\n",
    )
    (id,) = anna.query()
    (item,) = anna.one(id)["media"].values()
    assert item["mediaType"] == "image/gif"
    assert "uri" not in item
    answer = anna.download(item["blobId"])
    assert (answer.status, answer.body) == (200, GIF)


def test_a_photo_is_in_the_vcard_and_edits_leave_it_alone(anna):
    id = anna.make(name={"full": "A"}, media=photo(anna.upload(PNG)))
    (found,) = anna.call("get", ids=[id], properties=["x-href"])["list"]

    def lines():
        text = anna.client.get(found["x-href"]).body.decode().replace("\r\n ", "")
        return [line for line in text.splitlines() if line.startswith("PHOTO")]

    (before,) = lines()
    assert base64.b64encode(PNG).decode() in before
    anna.update(id, nicknames={"n": {"name": "x"}})
    assert lines() == [before]
    anna.update(id, **{"media/p": None})
    assert lines() == []
    assert "media" not in anna.one(id)


def test_a_photo_can_be_replaced_and_a_link_stays_one(anna):
    id = anna.make(name={"full": "A"}, media=photo(anna.upload(PNG)))
    new = anna.upload(GIF)
    anna.update(id, media={**photo(new), "l": {"kind": "logo", "uri": "https://example.com/x"}})
    media = anna.one(id)["media"]
    assert media["p"]["blobId"] == new
    assert media["l"]["uri"] == "https://example.com/x"


@pytest.mark.parametrize("octets", [b"plain text", b"%PDF-1.7", b"", b"<html></html>"])
def test_a_photo_is_an_image(anna, octets):
    error = anna.refused_create(**anna.card(name={"full": "A"}, media=photo(anna.upload(octets))))
    assert (error["type"], error["properties"]) == ("invalidProperties", ["media/p/blobId"])
    uri = "data:image/png;base64," + base64.b64encode(octets).decode()
    media = {"p": {"kind": "photo", "uri": uri}}
    error = anna.refused_create(**anna.card(name={"full": "A"}, media=media))
    assert error["properties"] == ["media/p/uri"]


def test_a_blob_must_be_there(anna, user):
    other = Cards(user("bert"))
    for blob_id in ("G" + "0" * 64, "x", other.upload(PNG + b"other")):
        error = anna.refused_create(**anna.card(name={"full": "A"}, media=photo(blob_id)))
        assert error["properties"] == ["media/p/blobId"]


def test_a_photo_is_seen_by_those_who_see_the_card(anna, bert):
    open_book = anna.books.create("Open")
    ids = [
        anna.make(name={"full": "A"}, media=photo(anna.upload(PNG))),
        anna.make(
            name={"full": "B"}, media=photo(anna.upload(GIF)), addressBookIds={open_book: True}
        ),
    ]
    hidden, seen = (anna.one(id)["media"]["p"]["blobId"] for id in ids)
    anna.books.share(open_book, **{bert.account: {"mayRead": True}})
    theirs = Cards(bert, anna.account, open_book)
    assert theirs.download(seen).body == GIF
    assert theirs.download(hidden).status == 404
    anna.books.share(open_book)
    assert theirs.download(seen).status == 404
    anna.destroy(ids[1])


def test_sounds_are_blobs_too(anna):
    blob_id = anna.upload(b"ID3 not really", "audio/mpeg")
    media = {"s": {"kind": "sound", "blobId": blob_id, "mediaType": "audio/mpeg"}}
    id = anna.make(name={"full": "A"}, media=media)
    assert anna.one(id)["media"] == media


def test_parse_shows_cards_without_storing_them(anna):
    card = "BEGIN:VCARD\r\nVERSION:4.0\r\nUID:{0}\r\nFN:Card {0}\r\nEND:VCARD\r\n"
    one = anna.upload(card.format(1).encode())
    two = anna.upload((card.format(1) + card.format(2)).encode())
    bad = anna.upload(b"no card")
    gone = "G" + "0" * 64
    found = anna.call("parse", blobIds=[one, two, bad, gone])
    assert found["parsed"][one]["name"]["full"] == "Card 1"
    assert [c["uid"] for c in found["parsed"][two]] == ["1", "2"]
    assert (found["notParsable"], found["notFound"]) == ([bad], [gone])
    found = anna.call("parse", blobIds=[one], properties=["uid"])
    assert found["parsed"] == {one: {"uid": "1"}}
    assert anna.query() == []
    capabilities = anna.client.session()["capabilities"]
    assert "urn:ietf:params:jmap:contacts:parse" in capabilities
