"""If-Match and If-None-Match (RFC 9110 §13.1)."""

from __future__ import annotations

import pytest

from tests.support.dav import tree

SET = "<D:set><D:prop><X:note>1</X:note></D:prop></D:set>"


@pytest.fixture
def work(anna) -> str:
    url = f"{anna.calendars}work/"
    anna.request("MKCALENDAR", url)
    return url


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"if-match": "*"}, 204),
        ({"if-match": '"some-tag"'}, 412),
        ({"if-none-match": "*"}, 412),
        ({"if-none-match": '"some-tag"'}, 204),
    ],
)
def test_deleting_waits_for_its_precondition(anna, work, headers, status):
    assert anna.request("DELETE", work, headers=headers).status == status
    assert anna.propfind(work, "D:owner").status == (404 if status == 204 else 207)


def test_refused_change_changes_nothing(anna, work):
    answer = anna.request("PROPPATCH", work, tree("D:propertyupdate", SET), {"if-match": '"x"'})
    assert answer.status == 412
    assert anna.propfind(work, "X:note").one.status_of("X:note") == 404


@pytest.mark.parametrize(
    ("headers", "status"), [({"if-none-match": "*"}, 201), ({"if-match": "*"}, 412)]
)
def test_what_is_to_be_made_is_not_there(anna, headers, status):
    assert anna.request("MKCOL", f"{anna.calendars}new/", headers=headers).status == status
