"""The request and the answer of Cyrus's page on JMAP support."""

from __future__ import annotations

import pytest

PAGE = """\
[
    [
        "calendars",
        {
            "accountId": "test@localhost",
            "list": [
                {
                    "color": "#FD8208FF",
                    "id": "Default",
                    "mayAddItems": true,
                    "mayDelete": true,
                    "mayModifyItems": true,
                    "mayReadFreeBusy": true,
                    "mayReadItems": true,
                    "mayRemoveItems": true,
                    "mayRename": true,
                    "name": "Default",
                    "sortOrder": 1,
                    "x-href": "/dav/calendars/user/test@localhost/Default"
                }
            ],
            "notFound": null,
            "state": "STATE"
        },
        "#1"
    ]
]
"""
BODY = b'[["getCalendars", {}, "#1"]]'


@pytest.mark.parametrize("path", ["/jmap", "/jmap/"])
def test_the_curl_of_the_page_gets_the_answer_of_the_page(start, path):
    server = start(httpprettytelemetry="yes")
    answer = server.post(BODY, path)
    assert answer.status == 200
    state = answer.json[0][1]["state"]
    assert answer.body.decode() == PAGE.replace("STATE", state)


def test_the_answer_is_compact_unless_it_is_to_be_pretty(server):
    answer = server.post(BODY)
    assert answer.body.startswith(b'[["calendars",{"accountId":"test@localhost","list":[{"color":')


def test_an_object_on_the_same_url_is_answered_in_the_other_dialect(server):
    calendars = "urn:ietf:params:jmap:calendars"
    using = ["urn:ietf:params:jmap:core", calendars]
    arguments = {"accountId": "test_40localhost", "ids": ["Default"]}
    request = {"using": using, "methodCalls": [["Calendar/get", arguments, "#1"]]}
    ((name, found, _),) = server.post(request).json["methodResponses"]
    assert name == "Calendar/get"
    assert "x-href" not in found["list"][0]
    assert found["state"] == server.call("getCalendars")["state"]


def test_switched_off_an_array_is_no_request(start):
    assert start(jmap_classic_profile="off").post(BODY).status == 400


@pytest.mark.parametrize("body", [b"[[", b"{}", b'[["getCalendars", {}]]', b"7"])
def test_a_broken_request_is_told_what_is_wrong_with_it(server, body):
    answer = server.post(body)
    assert answer.status == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json["detail"]


def test_without_a_password_there_is_no_answer(server):
    answer = server.request("POST", "/jmap", BODY, {"content-type": "application/json"})
    assert answer.status == 401
    assert "www-authenticate" in answer.headers
