"""Problem documents of tzdist (RFC 9457, RFC 7808 §4.1), and that there is one for every error."""

from __future__ import annotations

import pytest

URN = "urn:ietf:params:tzdist:error:"
START, END = "start=2024-01-01T00:00:00Z", "end=2025-01-01T00:00:00Z"
BERLIN = "/zones/Europe/Berlin"


@pytest.mark.parametrize(
    ("path", "status", "kind"),
    [
        ("", 400, "invalid-action"),
        ("/", 400, "invalid-action"),
        ("/zone", 400, "invalid-action"),
        ("/capabilities?x=1", 400, "invalid-action"),
        ("/leapseconds?start=1", 400, "invalid-action"),
        ("/zones?foo=bar", 400, "invalid-action"),
        ("/zones?changedsince", 400, "invalid-action"),
        ("/zones?changedsince=2024a&pattern=x", 400, "invalid-action"),
        ("/zones?" + "&".join(f"x{n}=1" for n in range(30)), 400, "invalid-action"),
        ("/zones?pattern=%FF", 400, "invalid-action"),
        (f"{BERLIN}?pattern=x", 400, "invalid-action"),
        ("/zones?changedsince=yesterday", 400, "invalid-changedsince"),
        ("/zones?changedsince=", 400, "invalid-changedsince"),
        ("/zones?changedsince=2024a&changedsince=2024b", 400, "invalid-changedsince"),
        ("/zones?pattern=", 400, "invalid-pattern"),
        ("/zones?pattern=*", 400, "invalid-pattern"),
        ("/zones?pattern=**", 400, "invalid-pattern"),
        ("/zones?pattern=a*b", 400, "invalid-pattern"),
        ("/zones?pattern=a%5C", 400, "invalid-pattern"),
        ("/zones?pattern=" + "x" * 300, 400, "invalid-pattern"),
        ("/zones?pattern=a&pattern=b", 400, "invalid-pattern"),
        ("/zones/Europe/Atlantis", 404, "tzid-not-found"),
        ("/zones/..%2F..%2Fetc%2Fpasswd", 404, "tzid-not-found"),
        (f"/zones/Atlantis/observances?{START}&{END}", 404, "tzid-not-found"),
        (f"{BERLIN}?start=2024", 400, "invalid-start"),
        (f"{BERLIN}?start=2024-13-01T00:00:00Z", 400, "invalid-start"),
        (f"{BERLIN}?start=2024-01-01T00:00:00%2B01:00", 400, "invalid-start"),
        (f"{BERLIN}?start=0001-01-01T00:00:00Z", 400, "invalid-start"),
        (f"{BERLIN}?{START}&{START}", 400, "invalid-start"),
        (f"{BERLIN}?end=", 400, "invalid-end"),
        (f"{BERLIN}?{START}&end=2024-01-01T00:00:00Z", 400, "invalid-end"),
        (f"{BERLIN}/observances", 400, "invalid-start"),
        (f"{BERLIN}/observances?{END}", 400, "invalid-start"),
        (f"{BERLIN}/observances?{START}", 400, "invalid-end"),
        (f"{BERLIN}/observances?{START}&end=2023-01-01T00:00:00Z", 400, "invalid-end"),
        (f"{BERLIN}/observances?{START}&end=9024-01-01T00:00:00Z", 400, "invalid-end"),
    ],
)
def test_an_error_says_what_it_is(get, path, status, kind):
    answer = get(path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    document = answer.json()
    assert (document["type"], document["status"]) == (URN + kind, status)
    assert document["title"]
    assert document["detail"]


def test_a_format_that_is_not_served_is_answered_with_those_that_are(get):
    answer = get(BERLIN, accept="image/png")
    assert answer.status_code == 406
    assert answer.json()["type"] == URN + "invalid-format"
    assert "application/calendar+json" in answer.json()["detail"]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PROPFIND", "OPTIONS"])
def test_other_methods_are_refused_with_those_that_are_allowed(request_, method):
    answer = request_(method, "/capabilities")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD"
    assert answer.json()["type"] == URN + "invalid-action"


def test_the_head_of_an_error_has_no_body(request_):
    answer = request_("HEAD", "/zones/Atlantis")
    assert answer.status_code == 404
    assert answer.content == b""
