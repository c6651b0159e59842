"""PUT, POST and DELETE of cards: octets in, octets out, or refused (RFC 6352 §6.3.2)."""

from __future__ import annotations

import base64
from urllib.parse import quote

import pytest

import cyrpy_carddav
from cyrpy_carddav.settings import CarddavSettings
from cyrpy_carddav.tree import PREFIX
from tests.carddav.vcards import multiget, put, put_all, vcard
from tests.support.dav import clark

PHOTO = base64.b64encode(bytes(range(256)) * 3500).decode()
FOLDED_PHOTO = "\r\n ".join(PHOTO[at : at + 74] for at in range(0, len(PHOTO), 74))
ODD = {
    "LF alone": vcard("u", "NOTE:x").replace(b"\r\n", b"\n"),
    "no line end at the end": vcard("u")[:-2],
    "a fold inside a character": vcard("u", "NOTE:ü@").replace(b"\xbc@", b"\r\n \xbc"),
    "Latin-1": vcard("u", "NOTE:@").replace(b"@", b"\xfc"),
    "a byte order mark": b"\xef\xbb\xbf" + vcard("u"),
    "empty lines around": b"\r\n" + vcard("u") + b"\r\n\r\n",
    "names in lower case": vcard("u").replace(b"UID", b"uid").replace(b"FN", b"fn"),
    "a line that is none": vcard("u", "no content line"),
    "VERSION last": vcard("u")
    .replace(b"VERSION:3.0\r\n", b"")
    .replace(b"END", b"VERSION:3.0\r\nEND"),
    "no N": vcard("u").replace(b"N:Nobody;;;;\r\n", b""),
    "unknown properties": vcard("u", "X-FOO_BAR;X-Y=z:1", "item1.X-ABLABEL:_$!<Other>!$_"),
    "a control character": vcard("u", "NOTE:a\x0bb\x00c"),
    "a group of Apple": vcard(
        "u", "X-ADDRESSBOOKSERVER-KIND:group", "X-ADDRESSBOOKSERVER-MEMBER:urn:uuid:1"
    ),
    "a group of 4.0": vcard("u", "KIND:group", "MEMBER:urn:uuid:1", version="4.0"),
    "BDAY without a year": vcard("u", "BDAY:--0412", version="4.0"),
    "a large photo": vcard("u", f"PHOTO;ENCODING=b;TYPE=JPEG:{FOLDED_PHOTO}"),
}


@pytest.mark.parametrize("octets", ODD.values(), ids=ODD.keys())
def test_what_is_put_is_what_is_got(anna, book, octets):
    answer = put(anna, f"{book}a.vcf", octets)
    assert answer.status == 201
    got = anna.request("GET", f"{book}a.vcf")
    assert got.body == octets
    tag = got.headers["etag"]
    assert tag.startswith('"')
    assert tag == answer.headers["etag"] == anna.get(f"{book}a.vcf", "D:getetag")
    assert anna.get(f"{book}a.vcf", "D:getcontentlength") == str(len(octets))


def test_same_octets_have_the_same_tag_and_others_another(anna, book):
    first = put(anna, f"{book}a.vcf", vcard("a"))
    assert put(anna, f"{book}a.vcf", vcard("a")).headers["etag"] == first.headers["etag"]
    changed = put(anna, f"{book}a.vcf", vcard("a", "NOTE:x"))
    assert (changed.status, changed.headers["etag"] == first.headers["etag"]) == (204, False)


def test_put_of_what_is_there_already_is_no_change(anna, book):
    put(anna, f"{book}a.vcf", vcard("a"))
    token = anna.sync(book).token
    assert put(anna, f"{book}a.vcf", vcard("a")).status == 204
    assert anna.sync(book, token).responses == {}


def test_conditions_keep_what_others_wrote(anna, book):
    url = f"{book}a.vcf"
    tag = put(anna, url, vcard("a"), if_none_match="*").headers["etag"]
    assert put(anna, url, vcard("a", "NOTE:1"), if_none_match="*").status == 412
    newer = put(anna, url, vcard("a", "NOTE:1"), if_match=tag)
    assert newer.status == 204
    assert put(anna, url, vcard("a", "NOTE:2"), if_match=tag).status == 412
    assert anna.request("DELETE", url, headers={"if-match": tag}).status == 412
    assert put(anna, url, vcard("a", "NOTE:2"), if_match="*").status == 204
    assert put(anna, f"{book}b.vcf", vcard("b"), if_match="*").status == 412


def test_second_card_of_one_uid_is_refused_with_the_url_of_the_first(anna, book):
    put_all(anna, book, a=vcard("same"))
    answer = put(anna, f"{book}b.vcf", vcard("same"))
    assert (answer.status, answer.condition) == (409, clark("CR:no-uid-conflict"))
    assert answer.root.findtext(f".//{clark('D:href')}") == f"{book}a.vcf"


def test_uid_of_a_card_stays(anna, book):
    put_all(anna, book, a=vcard("one"))
    answer = put(anna, f"{book}a.vcf", vcard("two"))
    assert (answer.status, answer.condition) == (409, clark("CR:no-uid-conflict"))
    assert answer.root.findtext(f".//{clark('D:href')}") == f"{book}a.vcf"
    assert b"UID:one" in anna.request("GET", f"{book}a.vcf").body


def test_one_uid_may_be_in_two_address_books(anna, book, team):
    put_all(anna, book, a=vcard("same"))
    put_all(anna, team, a=vcard("same"))


@pytest.mark.parametrize("uid", ["x" * 3000, "ü/ \\;@日本", "a\x00b", "urn:uuid:1", "%2e%2e"])
def test_uids_are_as_clients_like(anna, book, uid):
    put_all(anna, book, a=vcard(uid))
    assert put(anna, f"{book}b.vcf", vcard(uid)).status == 409
    assert put(anna, f"{book}c.vcf", vcard(uid + "x")).status == 201


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"hello",
        b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n",
        vcard("a") + vcard("b"),
        vcard("a").replace(b"END:VCARD\r\n", b""),
        vcard(""),
        vcard("a").replace(b"UID:a\r\n", b""),
        vcard("a").replace(b"FN:Nobody\r\n", b""),
        vcard("a").replace(b"VERSION:3.0\r\n", b""),
        vcard("a", "UID:b"),
        b"\xff\xfe\x00",
    ],
)
def test_what_is_no_card_is_refused(anna, book, octets):
    answer = put(anna, f"{book}a.vcf", octets)
    assert (answer.status, answer.condition) == (403, clark("CR:valid-address-data"))
    assert anna.request("GET", f"{book}a.vcf").status == 404


@pytest.mark.parametrize("type", ["text/calendar", "text/plain", "image/jpeg", "application/json"])
def test_other_media_types_are_refused(anna, book, type):
    answer = put(anna, f"{book}a.vcf", vcard("a"), content_type=type)
    assert (answer.status, answer.condition) == (403, clark("CR:supported-address-data"))


@pytest.mark.parametrize("version", ["2.1", "5.0"])
def test_other_versions_are_refused(anna, book, version):
    answer = put(anna, f"{book}a.vcf", vcard("a", version=version))
    assert (answer.status, answer.condition) == (403, clark("CR:supported-address-data"))


@pytest.mark.parametrize(
    "type",
    ["text/x-vcard", "text/directory;profile=vCard", "Text/VCard", "", "application/octet-stream"],
)
def test_other_names_of_vcard_are_taken(anna, book, type):
    assert put(anna, f"{book}a.vcf", vcard("a"), content_type=type).status == 201


def test_what_is_too_large_is_refused(server, anna, book):
    settings = CarddavSettings(max_resource_size=2000)
    server.apps[PREFIX] = cyrpy_carddav.module.app(server.core, settings)
    assert anna.get(book, "CR:max-resource-size") == "2000"
    answer = put(anna, f"{book}a.vcf", vcard("a", "NOTE:" + "x" * 2000))
    assert (answer.status, answer.condition) == (403, clark("CR:max-resource-size"))
    assert put(anna, f"{book}a.vcf", vcard("a", "NOTE:" + "x" * 1500)).status == 201


def test_jcard_is_stored_as_vcard_and_told_without_a_tag(anna, book):
    jcard = b'["vcard",[["version",{},"text","4.0"],["uid",{},"text","j"],["fn",{},"text","J"]]]'
    answer = put(anna, f"{book}a.vcf", jcard, content_type="application/vcard+json")
    assert (answer.status, "etag" in answer.headers) == (201, False)
    assert b"VERSION:4.0" in anna.request("GET", f"{book}a.vcf").body


def test_utf_16_is_stored_as_utf_8_and_told_without_a_tag(anna, book):
    octets = vcard("a", name="Jürgen").decode().encode("utf-16")
    answer = put(anna, f"{book}a.vcf", octets)
    assert (answer.status, "etag" in answer.headers) == (201, False)
    assert "FN:Jürgen" in anna.request("GET", f"{book}a.vcf").body.decode()


@pytest.mark.parametrize("name", ["ü ä.vcf", "a%2Fb.vcf", "x@y.vcf", "Привет", "a&b<c>.vcf", "…"])
def test_names_in_urls_are_as_clients_like(anna, book, name):
    url = f"{book}{quote(name, safe='%@')}"
    assert put(anna, url, vcard("a")).status == 201
    (listed,) = set(anna.propfind(book, "D:getetag", depth="1").responses) - {book}
    assert anna.request("GET", listed).body == vcard("a")
    assert listed in multiget(anna, book, listed).responses
    assert anna.request("DELETE", url).status == 204


def test_cards_are_put_into_address_books_alone(anna, book):
    assert put(anna, f"{anna.books}a.vcf", vcard("a")).status in {403, 405, 409}
    assert put(anna, f"{anna.books}none/a.vcf", vcard("a")).status == 409
    assert put(anna, book, vcard("a")).status == 405
    put_all(anna, book, a=vcard("a"))
    assert put(anna, f"{book}a.vcf/b.vcf", vcard("b")).status == 409


def test_no_collection_is_made_in_an_address_book(anna, book):
    answer = anna.request("MKCOL", f"{book}inner/")
    assert answer.status in {403, 405}
    assert anna.propfind(f"{book}inner/", "D:owner").status == 404


def test_deleted_card_is_gone_and_its_name_and_uid_are_free_at_once(anna, book):
    for _ in range(3):
        put_all(anna, book, a=vcard("a"))
        assert anna.request("DELETE", f"{book}a.vcf").status == 204
        assert anna.request("GET", f"{book}a.vcf").status == 404
    assert anna.request("DELETE", f"{book}a.vcf").status == 404


@pytest.mark.parametrize(("uid", "name"), [("plain-1", "plain-1.vcf"), ("urn:uuid:1", None)])
def test_posted_card_gets_a_name(anna, book, uid, name):
    assert anna.get(book, "D:add-member") == [book]
    answer = anna.request("POST", book, vcard(uid), {"content-type": "text/vcard"})
    assert answer.status == 201
    url = answer.headers["location"]
    assert name is None or url == book + name
    got = anna.request("GET", url)
    assert (got.body, got.headers["etag"]) == (vcard(uid), answer.headers["etag"])
    again = anna.request("POST", book, vcard(uid), {"content-type": "text/vcard"})
    assert again.condition == clark("CR:no-uid-conflict")


def test_posted_card_takes_no_others_name(anna, book):
    put_all(anna, book, b=vcard("a"))
    answer = anna.request("POST", book, vcard("b"), {"content-type": "text/vcard"})
    assert answer.status == 201
    assert answer.headers["location"] != f"{book}b.vcf"


def test_properties_of_clients_go_with_the_card(anna, book):
    put_all(anna, book, a=vcard("a"))
    assert anna.set(f"{book}a.vcf", "X:note", "mine") == 200
    assert anna.get(f"{book}a.vcf", "X:note") == "mine"
    anna.request("DELETE", f"{book}a.vcf")
    put_all(anna, book, a=vcard("a"))
    assert anna.propfind(f"{book}a.vcf", "X:note").one.status_of("X:note") == 404
