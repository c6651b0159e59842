"""Validators, conditional requests and the store of ready answers (RFC 9110 §13)."""

from __future__ import annotations

import pytest

from cyrpy_tzdist.actions import act
from cyrpy_tzdist.answers import ENTRY_OVERHEAD, Cache

BERLIN = "/zones/Europe/Berlin"
PAST, FUTURE = "Mon, 01 Jan 2001 00:00:00 GMT", "Fri, 01 Jan 2100 00:00:00 GMT"


def test_answers_may_be_kept_for_a_day(get):
    for path in ("/capabilities", "/zones", "/leapseconds", BERLIN):
        headers = get(path).headers
        assert headers["cache-control"] == "max-age=86400"
        assert headers["etag"].startswith('"')
        assert headers["last-modified"].endswith("GMT")


def test_each_format_of_a_zone_has_its_own_etag(get):
    formats = ("text/calendar", "application/calendar+xml", "application/calendar+json",
               "application/tzif", "application/tzif-leap")  # fmt: skip
    assert len({get(BERLIN, accept=name).headers["etag"] for name in formats}) == 5
    assert get(BERLIN).headers["etag"] != get("/zones/Europe/Paris").headers["etag"]


def test_an_alias_has_another_etag_than_its_target(get):
    assert get("/zones/Europe/Oslo").headers["etag"] != get(BERLIN).headers["etag"]


def test_what_the_client_has_is_not_sent_again(get):
    etag = get(BERLIN).headers["etag"]
    for value in (etag, f"W/{etag}", f'"x", {etag}', "*"):
        answer = get(BERLIN, if_none_match=value)
        assert answer.status_code == 304
        assert answer.content == b""
        assert answer.headers["etag"] == etag
        assert answer.headers["vary"] == "Accept"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"if_none_match": '"other"'}, 200),
        ({"if_modified_since": FUTURE}, 304),
        ({"if_modified_since": PAST}, 200),
        ({"if_modified_since": "yesterday"}, 200),
        ({"if_modified_since": "Mon, 99 Jan 99999 00:00:00"}, 200),
        ({"if_none_match": '"other"', "if_modified_since": FUTURE}, 200),
        ({"if_match": '"other"'}, 412),
        ({"if_match": "*"}, 200),
        ({"if_unmodified_since": PAST}, 412),
        ({"if_unmodified_since": FUTURE}, 200),
        ({"if_match": "*", "if_unmodified_since": PAST}, 200),
    ],
)
def test_conditions_are_judged_in_the_order_of_the_rfc(get, headers, status):
    assert get(BERLIN, **headers).status_code == status


def test_a_weak_etag_does_not_satisfy_if_match(get):
    etag = get(BERLIN).headers["etag"]
    assert get(BERLIN, if_match=etag).status_code == 200
    assert get(BERLIN, if_match=f"W/{etag}").status_code == 412


def test_head_has_the_headers_of_get_without_the_body(get, request_):
    head = request_("HEAD", BERLIN)
    assert head.content == b""
    assert dict(head.headers) == dict(get(BERLIN).headers)


def test_the_store_forgets_what_was_used_least_lately():
    small = act(("/zones/Etc/UTC", b"", None))
    cache = Cache(size=4 * (ENTRY_OVERHEAD + 600))
    keys = [("/zones/Etc/UTC", b"number=%d" % number, None) for number in range(10)]
    for key in keys:
        cache.put(key, small)
        cache.get(keys[0])
    assert cache.get(keys[0]) is small
    assert cache.get(keys[1]) is None
    assert cache.get(keys[9]) is small


def test_the_store_keeps_no_answer_that_would_fill_it():
    key = ("/zones", b"", None)
    cache = Cache(size=100_000)
    cache.put(key, act(key))
    assert cache.get(key) is None
