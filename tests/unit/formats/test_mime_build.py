"""Email objects as messages (RFC 8621 §4.6), read back by us and by the standard library."""

from __future__ import annotations

import email
import email.policy
from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cyrpy.errors import FormatError
from cyrpy.formats.mime import transfer, values
from cyrpy.formats.mime.build import BlobsNotFound, InvalidEmail, Source, build
from cyrpy.formats.mime.message import Message

BLOBS = {
    "png": b"\x89PNG\r\n\x1a\n\0",
    "text": b"plain\r\ntext\r\n",
    "odd": b"\xfftext\nwith\rodd ends",
    "mail": b"Subject: inner\r\n\r\nhi\r\n",
}
NOW = datetime(2026, 11, 25, 13, 0, tzinfo=UTC)


def made(**properties: Any) -> bytes:
    """The message of an Email object."""
    numbers = count(1)
    source = Source(BLOBS.get, lambda: f"unique{next(numbers)}", NOW, "mail.example")
    return build(properties, source)


def text_of(message: Message, number: int) -> str:
    """The value of a part."""
    part = message.body.leaves[number - 1]
    content = message.octets[part.part.body : part.part.end]
    found = values.body_value(content, part.json, part.letter)
    assert not found["isEncodingProblem"]
    value: str = found["value"]
    return value


def contents(message: Message) -> list[bytes]:
    """The decoded octets of all parts."""
    return [
        transfer.decode(message.octets[p.part.body : p.part.end], p.letter)
        for p in message.body.leaves
    ]


def types(message: Message) -> list[str]:
    return [part.type for part in message.root.walk()]


def test_what_is_not_given_is_made():
    message = Message(made())
    assert message.convenience["messageId"] == ["unique1@mail.example"]
    assert message.convenience["sentAt"] == "2026-11-25T13:00:00Z"
    assert types(message) == ["text/plain"]
    assert b"MIME-Version: 1.0\r\n" in message.octets


def test_header_fields_are_those_of_the_properties():
    people = [{"name": 'Jörg, "J."', "email": "j@x"}, {"name": None, "email": "a@b"}]
    message = Message(
        made(
            **{
                "from": people[:1],
                "to": people,
                "cc": None,
                "subject": "Grüße =?x?",
                "messageId": ["given@id"],
                "inReplyTo": ["a@b"],
                "references": ["a@b", "c@d"],
                "sentAt": "2018-07-10T11:03:11+10:00",
                "header:X-Text:asText:all": ["one", "zwölf"],
                "header:List-Unsubscribe:asURLs": ["https://x/y"],
                "header:X-Group:asGroupedAddresses": [{"name": "G", "addresses": people}],
                "header:X-Raw": " as\r\n is",
            }
        )
    )
    found = message.convenience
    assert (found["from"], found["to"], found["cc"]) == (people[:1], people, None)
    assert (found["subject"], found["sentAt"]) == ("Grüße =?x?", "2018-07-10T11:03:11+10:00")
    assert (found["messageId"], found["references"]) == (["given@id"], ["a@b", "c@d"])
    library = email.message_from_bytes(message.octets, policy=email.policy.default)
    assert library["Subject"] == "Grüße =?x?"
    assert library.get_all("X-Text") == ["one", "zwölf"]
    assert library["List-Unsubscribe"] == "<https://x/y>"
    assert b"\r\nX-Raw: as\r\n is\r\n" in message.octets
    assert library["X-Group"].startswith("G:")


def test_texts_and_attachments_are_arranged():
    message = Message(
        made(
            textBody=[{"partId": "t"}],
            htmlBody=[{"partId": "h"}],
            attachments=[
                {"blobId": "png", "type": "image/png", "cid": "i@x", "disposition": "inline"},
                {"blobId": "mail", "type": "message/rfc822"},
                {"blobId": "odd", "type": "text/plain", "name": "Überlänge " * 9 + ".txt"},
            ],
            bodyValues={"t": {"value": "Hällo\nFrom me\n"}, "h": {"value": "<p>Hällo"}},
        )
    )
    assert types(message) == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "multipart/related",
        "text/html",
        "image/png",
        "message/rfc822",
        "text/plain",
    ]
    assert text_of(message, 1) == "Hällo\nFrom me\n"
    assert contents(message)[2:] == [BLOBS["png"], BLOBS["mail"], BLOBS["odd"]]
    body = message.body
    assert [p.json["name"] for p in body.attachments] == [None, None, "Überlänge " * 9 + ".txt"]
    assert [p.json["disposition"] for p in body.attachments] == ["inline", *["attachment"] * 2]
    library = email.message_from_bytes(message.octets, policy=email.policy.default)
    found = [part.get_content_type() for part in library.walk()]
    assert [type for type in found if type != "text/plain"] == [
        type for type in types(message) if type != "text/plain"
    ]


def test_a_structure_stays_as_it_is_given():
    message = Message(
        made(
            bodyStructure={
                "type": "multipart/report",
                "header:X-Outer": " o",
                "subParts": [
                    {"partId": "a", "type": "text/markdown", "language": ["en", "de"]},
                    {"type": "multipart/mixed", "subParts": [{"blobId": "text"}]},
                    {"blobId": "png", "location": "http://x/y", "header:X-Inner:asText": "ü"},
                ],
            },
            bodyValues={"a": {"value": "# Hi"}},
        )
    )
    assert types(message) == [
        "multipart/report",
        "text/markdown",
        "multipart/mixed",
        "application/octet-stream",
        "application/octet-stream",
    ]
    first, _, last = message.body.leaves
    assert first.json["language"] == ["en", "de"]
    assert last.json["location"] == "http://x/y"
    assert contents(message) == [b"# Hi", BLOBS["text"], BLOBS["png"]]


@pytest.mark.parametrize(
    ("properties", "wrong"),
    [
        ({"headers": []}, ["headers"]),
        ({"bodyStructure": {}, "textBody": []}, ["textBody"]),
        ({"subject": "a", "header:Subject": " b"}, ["subject", "header:Subject"]),
        ({"header:From:asDate": "2020-01-01T00:00:00Z"}, ["header:From:asDate"]),
        ({"header:X": " a\r\nBcc: c@d"}, ["header:X"]),
        ({"header:X": " a\n \n b"}, ["header:X"]),
        ({"header:X": "a\0"}, ["header:X"]),
        ({"header:Content-Type": " x/y"}, ["header:Content-Type"]),
        ({"from": "ada@x"}, ["from"]),
        ({"to": [{"name": "no email"}]}, ["to"]),
        ({"sentAt": "yesterday"}, ["sentAt"]),
        ({"textBody": []}, ["textBody"]),
        ({"textBody": [{"partId": "1", "type": "text/html"}]}, ["textBody"]),
        ({"htmlBody": [{"partId": "1"}, {"partId": "1"}]}, ["htmlBody"]),
        ({"textBody": [{"partId": "none"}]}, ["textBody/0/partId"]),
        ({"textBody": [{"partId": "1", "blobId": "png"}]}, ["textBody/0/blobId"]),
        ({"textBody": [{"partId": "1", "charset": "utf-8"}]}, ["textBody/0/charset"]),
        ({"textBody": [{"partId": "1", "size": 3}]}, ["textBody/0/size"]),
        ({"bodyStructure": {"subParts": [{"header:Content-Transfer-Encoding": " 8bit"}]}},
         ["bodyStructure/subParts/0"]),
        ({"subject": "x", "bodyStructure": {"header:Subject": " y"}}, ["bodyStructure"]),
        ({"bodyStructure": {"type": "text/plain", "subParts": [{}]}}, ["bodyStructure/subParts"]),
        ({"bodyStructure": {"partId": "cut"}}, ["bodyValues/cut/isTruncated"]),
        ({"subject": 5, "to": "x", "header:A:asDate": "y", "attachments": [{}, {"partId": "no"}]},
         ["subject", "to", "header:A:asDate", "attachments/1/partId"]),
    ],
)  # fmt: skip
def test_what_is_not_unambiguous_is_refused(properties, wrong):
    texts = {"1": {"value": "x"}, "cut": {"value": "x", "isTruncated": True}}
    with pytest.raises(InvalidEmail) as caught:
        made(bodyValues=texts, **properties)
    assert sorted(caught.value.wrong) == sorted(wrong)


def test_all_blobs_that_are_missing_are_named():
    with pytest.raises(BlobsNotFound) as caught:
        made(attachments=[{"blobId": "one"}, {"blobId": "png"}, {"blobId": "two"}])
    assert caught.value.blob_ids == ["one", "two"]


def test_no_property_can_put_a_field_of_its_own_into_the_header():
    evil = "a\r\nBcc: evil@x"
    message = Message(
        made(
            **{
                "from": [{"name": evil, "email": f"x@y{evil}"}],
                "subject": evil,
                "messageId": [evil],
                "header:X-U:asURLs": [evil],
                "bodyStructure": {
                    "blobId": "png",
                    "type": "image/png",
                    "name": evil,
                    "cid": evil,
                    "disposition": f"inline{evil}",
                    "language": [evil],
                    "location": evil,
                    "charset": evil,
                },
            }
        )
    )
    assert not any(field["name"].lower() == "bcc" for field in message.headers())


json = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=20)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["name", "email", "partId", "type", "value"]), inner),
    ),
    max_leaves=6,
)
properties = st.sampled_from(
    ["from", "to", "subject", "sentAt", "messageId", "header:X", "header:X-A:asAddresses:all"]
)


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(properties, json, max_size=4))
def test_values_of_any_type_are_refused_or_written(email_object):
    try:
        octets = made(**email_object)
    except FormatError:
        return
    Message(octets).rendered()


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=300))
def test_text_comes_back_but_for_its_line_ends(text):
    message = Message(made(textBody=[{"partId": "1"}], bodyValues={"1": {"value": text}}))
    expected = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    assert text_of(message, 1) == expected.removeprefix("\ufeff")
    assert all(len(line) <= 998 for line in message.octets.split(b"\r\n"))


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300), st.sampled_from(["image/png", "text/plain", "text/html"]))
def test_files_come_back_octet_for_octet(octets, type):
    BLOBS["any"] = octets
    message = Message(made(bodyStructure={"blobId": "any", "type": type}))
    assert contents(message) == [octets]
