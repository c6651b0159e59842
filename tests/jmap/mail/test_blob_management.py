"""Blob/upload, Blob/get and Blob/lookup (RFC 9404)."""

from __future__ import annotations

import base64
import hashlib

import pytest

from tests.jmap.mail.conftest import BLOB
from tests.mail.messages import message

SHA_OF_BCD = hashlib.sha1(b"bcd", usedforsecurity=False).digest()


@pytest.fixture
def made(anna):
    """The id of a blob of that text."""

    def make(text: str) -> str:
        create = {"b": {"data": [{"data:asText": text}]}}
        id: str = anna.call("Blob/upload", create=create)["created"]["b"]["id"]
        return id

    return make


@pytest.fixture
def get(anna):
    """One blob."""

    def ask(id: str, *properties: str, **arguments) -> dict:
        wanted = list(properties) or None
        (found,) = anna.call("Blob/get", ids=[id], properties=wanted, **arguments)["list"]
        return found

    return ask


def test_the_session_tells_what_can_be_done(anna):
    part = anna.session()["accounts"][anna.account]["accountCapabilities"][BLOB]
    assert part["maxDataSources"] >= 64
    assert part["maxSizeBlobSet"] > 0
    assert part["supportedTypeNames"] == ["Email", "Thread", "Mailbox", "CalendarEvent"]
    assert {"sha", "sha-256"} <= set(part["supportedDigestAlgorithms"])


def test_a_blob_is_made_of_texts_and_parts_of_others(anna, get):
    created = anna.call(
        "Blob/upload",
        create={
            "b1": {"data": [{"data:asText": "The quick "}], "type": "text/plain"},
            "b2": {
                "data": [
                    {"blobId": "#b1", "offset": 4, "length": 5},
                    {"data:asBase64": base64.b64encode(b" br\xc3\xb6wn").decode()},
                    {"blobId": "#b1", "offset": 9},
                ]
            },
        },
    )["created"]
    assert created["b1"] == {"id": created["b1"]["id"], "type": "text/plain", "size": 10}
    assert get(created["b2"]["id"]) == {
        "id": created["b2"]["id"],
        "data:asText": "quick bröwn ",
        "size": 13,
    }
    assert anna.download(created["b2"]["id"]).body == "quick bröwn ".encode()


def test_what_was_made_can_be_named_in_the_same_request(anna):
    arguments = {"accountId": anna.account}
    responses = anna.run(
        ["Blob/upload", {**arguments, "create": {"b": {"data": [{"data:asText": "x"}]}}}],
        ["Blob/get", {**arguments, "ids": ["#b"]}],
    )
    assert responses[1][1]["list"][0]["data:asText"] == "x"


@pytest.mark.parametrize(
    ("source", "type"),
    [
        ({}, "invalidProperties"),
        ({"data:asText": "a", "data:asBase64": "YQ=="}, "invalidProperties"),
        ({"data:asBase64": "%"}, "invalidProperties"),
        ({"data:asText": "a", "offset": 0}, "invalidProperties"),
        ({"blobId": "G00"}, "blobNotFound"),
        ({"blobId": "#none"}, "blobNotFound"),
        ({"blobId": "#b", "offset": 2}, "invalidProperties"),
        ({"blobId": "#b", "length": 2}, "invalidProperties"),
        ({"text": "a"}, "invalidProperties"),
    ],
)
def test_wrong_sources_are_refused_alone(anna, source, type):
    create = {"b": {"data": [{"data:asText": "a"}]}, "w": {"data": [source]}}
    answer = anna.call("Blob/upload", create=create)
    assert list(answer["created"]) == ["b"]
    assert answer["notCreated"]["w"]["type"] == type


def test_too_many_sources_and_too_much_are_refused(anna, made):
    many = {"data": [{"data:asText": "a"}] * 129}
    megabyte = made("x" * 1024 * 1024)
    much = {"data": [{"blobId": megabyte}] * 33}
    answer = anna.call("Blob/upload", create={"many": many, "much": much})
    assert answer["notCreated"]["many"]["type"] == "invalidProperties"
    error = answer["notCreated"]["much"]
    assert (error["type"], error["maxSize"]) == ("tooLarge", 32 * 1024 * 1024)


def test_ranges_and_digests(get, made):
    id = made("abcdef")
    found = get(id, "data:asText", "data:asBase64", "digest:sha", "size", offset=1, length=3)
    assert found == {
        "id": id,
        "data:asText": "bcd",
        "data:asBase64": "YmNk",
        "digest:sha": base64.b64encode(
            hashlib.sha1(b"bcd", usedforsecurity=False).digest()
        ).decode(),
        "size": 6,
    }
    digest = base64.b64encode(hashlib.sha256(b"abcdef").digest()).decode()
    assert get(id, "digest:sha-256") == {"id": id, "digest:sha-256": digest}
    assert get(id, "data", offset=4, length=9) == {
        "id": id,
        "data:asText": "ef",
        "isTruncated": True,
    }
    assert get(id, "data", offset=7) == {"id": id, "data:asText": "", "isTruncated": True}


def test_what_is_no_text_is_given_in_base64(anna, get):
    id = anna.upload(b"a\xff", "image/png")
    assert get(id, "data") == {"id": id, "isEncodingProblem": True, "data:asBase64": "Yf8="}
    assert get(id, "data:asText") == {"id": id, "isEncodingProblem": True, "data:asText": None}
    assert get(id, "data", length=1) == {"id": id, "data:asText": "a"}


def test_blobs_of_others_are_not_there(bert, made):
    answer = bert.call("Blob/get", ids=[made("secret"), "x"])
    assert answer["list"] == []
    assert len(answer["notFound"]) == 2
    error = bert.fail("Blob/get", ids=[], properties=["digest:md5"])
    assert error["type"] == "invalidArguments"


def test_a_message_and_its_parts_lead_to_the_email(anna, made):
    id = anna.deliver(message())
    email = anna.email(id, properties=["blobId", "threadId", "mailboxIds", "textBody"])
    other = made("of nothing")
    names = ["Email", "Thread", "Mailbox"]
    wanted = [email["blobId"], email["textBody"][0]["blobId"], other, "x"]
    found = anna.call("Blob/lookup", typeNames=names, ids=wanted)
    of_email = {
        "Email": [id],
        "Thread": [email["threadId"]],
        "Mailbox": list(email["mailboxIds"]),
    }
    assert found["list"] == [
        {"id": wanted[0], "matchedIds": of_email},
        {"id": wanted[1], "matchedIds": of_email},
        {"id": other, "matchedIds": {"Email": [], "Thread": [], "Mailbox": []}},
    ]
    assert found["notFound"] == ["x"]
    error = anna.fail("Blob/lookup", typeNames=["Song"], ids=[])
    assert error["type"] == "unknownDataType"
