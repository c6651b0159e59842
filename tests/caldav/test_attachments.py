"""Managed attachments (RFC 8607)."""

from __future__ import annotations

import pytest

from cyrpy.data import upkeep
from cyrpy.formats.ical.component import Component
from cyrpy.formats.ical.parse import parse
from cyrpy.groupware import events
from cyrpy.groupware.access import Actor
from cyrpy.groupware.calendars import visible
from tests.caldav.test_caldav_query import event
from tests.support.dav import Server, clark

AGENDA = b"<html><script>alert(1)</script></html>"
SERIES = event("series", "DTSTART;TZID=Europe/Vienna:20260105T100000", "DURATION:PT1H",
               "RRULE:FREQ=DAILY;COUNT=5", "EXDATE;TZID=Europe/Vienna:20260108T100000")  # fmt: skip


@pytest.fixture
def url(anna) -> str:
    made = f"{anna.calendars}Default/series.ics"
    assert anna.request("PUT", made, SERIES).status == 201
    return made


def post(client, url: str, query: str, body: bytes = b"", **headers: str):
    given = {"content-type": "text/html", "content-disposition": 'attachment; filename="a b.html"'}
    given |= {key.replace("_", "-"): value for key, value in headers.items()}
    return client.request("POST", f"{url}?action=attachment-{query}", body, given)


def add(client, url: str, body: bytes = AGENDA, rid: str = "", **headers: str) -> str:
    """The managed id of a new attachment."""
    answer = post(client, url, "add" + (f"&rid={rid}" if rid else ""), body, **headers)
    assert answer.status == 201, answer.body
    return answer.headers["cal-managed-id"]


def stored(client, url: str) -> Component:
    return parse(client.request("GET", url).body)


def attached(client, url: str) -> dict[str, list[str]]:
    """Managed ids by RECURRENCE-ID, "M" of the master."""
    return {
        part.value("RECURRENCE-ID") or "M": [
            line.param("MANAGED-ID") or "" for line in part.every("ATTACH")
        ]
        for part in stored(client, url).components
    }


def location(client, url: str) -> str:
    """The path of the first attachment."""
    line = stored(client, url).components[0].first("ATTACH")
    assert line is not None
    return line.value.removeprefix("https://dav.example.com")


def test_what_is_added_hangs_on_the_event_and_can_be_fetched(anna, url):
    before = anna.request("GET", url).headers["etag"]
    id = add(anna, url)
    line = stored(anna, url).components[0].first("ATTACH")
    assert line.params == {
        "MANAGED-ID": (id,),
        "FMTTYPE": ("text/html",),
        "SIZE": (str(len(AGENDA)),),
        "FILENAME": ("a b.html",),
    }
    assert line.value == f"https://dav.example.com{anna.calendars}attachments/{id}"
    assert anna.request("GET", url).headers["etag"] != before
    answer = anna.request("GET", location(anna, url))
    assert (answer.status, answer.body) == (200, AGENDA)
    assert answer.headers["content-type"] == "text/html"


def test_no_browser_runs_what_was_attached(anna, url):
    add(anna, url, content_disposition="attachment; filename*=UTF-8''%C3%A4%22..%2F..%2Fx.html")
    headers = anna.request("GET", location(anna, url)).headers
    assert headers["content-disposition"] == "attachment; filename*=UTF-8''x.html"
    assert headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in headers["content-security-policy"]


@pytest.mark.parametrize("media_type", ["", "nonsense", "a b/c", "x/\u00e9", "text/" + "x" * 300])
def test_what_is_no_media_type_is_taken_as_octets(anna, url, media_type):
    add(anna, url, content_type=media_type)
    headers = anna.request("GET", location(anna, url)).headers
    assert headers["content-type"] == "application/octet-stream"


@pytest.mark.parametrize(
    ("settings", "start"),
    [
        ({}, "https://dav.example.com/dav/"),
        ({"http_base_url": "https://public.example.com/mail"}, "https://public.example.com/mail/dav/"),
    ],
)  # fmt: skip
def test_the_url_is_that_by_which_others_reach_the_server(database, tmp_path, settings, start):
    anna = Server(database, tmp_path, **settings).client("anna")
    url = f"{anna.calendars}Default/series.ics"
    assert anna.request("PUT", url, SERIES).status == 201
    add(anna, url)
    line = stored(anna, url).components[0].first("ATTACH")
    assert line.value.startswith(f"{start}calendars/user/anna")


def test_a_file_without_a_name_has_none(anna, url):
    add(anna, url, content_disposition="")
    line = stored(anna, url).components[0].first("ATTACH")
    assert line.param("FILENAME") is None
    headers = anna.request("GET", location(anna, url)).headers
    assert headers["content-disposition"] == "attachment"


def test_large_attachments_are_files_and_come_in_ranges(anna, url):
    body = bytes(range(256)) * 8192  # 2 MB
    add(anna, url, body)
    where = location(anna, url)
    assert anna.request("GET", where).body == body
    part = anna.request("GET", where, headers={"range": "bytes=1000-1999"})
    assert (part.status, part.body) == (206, body[1000:2000])


def test_the_new_event_comes_at_once_where_it_is_preferred(anna, url):
    answer = post(anna, url, "add", AGENDA, prefer="return=representation")
    assert answer.status == 201
    assert answer.headers["content-location"] == url
    assert answer.headers["preference-applied"] == "return=representation"
    assert answer.headers["etag"] == anna.request("GET", url).headers["etag"]
    assert answer.headers["cal-managed-id"].encode() in answer.body.replace(b"\r\n ", b"")


def test_all_components_get_it_unless_instances_are_named(anna, url):
    one = add(anna, url, rid="20260106T090000Z")
    assert attached(anna, url) == {"M": [], "20260106T100000": [one]}
    override = stored(anna, url).components[1]
    assert override.value("DTSTART") == "20260106T100000"
    assert override.value("RRULE") is None
    two = add(anna, url, rid="M")
    assert attached(anna, url) == {"M": [two], "20260106T100000": [one]}
    three = add(anna, url)
    assert attached(anna, url) == {"M": [two, three], "20260106T100000": [one, three]}
    four = add(anna, url, rid="M,20260107T100000")
    assert attached(anna, url)["20260107T100000"] == [two, three, four]


@pytest.mark.parametrize("rid", ["20260108T090000Z", "20260110T090000Z", "soon", "", "M,,M"])
def test_instances_that_there_are_not_are_refused(anna, url, rid):
    answer = post(anna, url, f"add&rid={rid}", AGENDA)
    assert (answer.status, answer.condition) == (403, clark("C:valid-rid-parameter"))
    assert attached(anna, url) == {"M": []}


def test_what_is_replaced_has_a_new_id_everywhere(anna, url):
    add(anna, url, rid="20260106T090000Z")
    old = add(anna, url)
    gone = location(anna, url)
    answer = post(anna, url, f"update&managed-id={old}", b"new", content_type="text/plain")
    assert answer.status == 204
    new = answer.headers["cal-managed-id"]
    assert new != old
    assert attached(anna, url)["M"] == [new]
    assert attached(anna, url)["20260106T100000"][1] == new
    assert anna.request("GET", location(anna, url)).body == b"new"
    assert anna.request("GET", gone).status == 404


def test_what_is_removed_is_gone_with_its_last_instance(anna, url):
    id = add(anna, url, rid="M,20260106T090000Z")
    where = location(anna, url)
    assert post(anna, url, f"remove&managed-id={id}&rid=M").status == 204
    assert attached(anna, url) == {"M": [], "20260106T100000": [id]}
    assert anna.request("GET", where).status == 200
    answer = post(anna, url, f"remove&managed-id={id}", prefer="return=representation")
    assert answer.status == 200
    assert b"MANAGED-ID" not in answer.body
    assert anna.request("GET", where).status == 404


@pytest.mark.parametrize(
    ("query", "condition"),
    [
        ("", "C:valid-action-parameter"),
        ("?action=attachment-eat", "C:valid-action-parameter"),
        ("?action=attachment-add&action=attachment-add", "C:valid-action-parameter"),
        ("?action=attachment-add&managed-id=1", "C:valid-managed-id-parameter"),
        ("?action=attachment-update", "C:valid-managed-id-parameter"),
        ("?action=attachment-remove", "C:valid-managed-id-parameter"),
        ("?action=attachment-update&managed-id=1", "C:valid-managed-id-parameter"),
        ("?action=attachment-remove&managed-id=1", "C:valid-managed-id-parameter"),
        ("?action=attachment-update&managed-id=1&rid=M", "C:valid-rid-parameter"),
    ],
)
def test_what_cannot_be_asked_is_refused(anna, url, query, condition):
    answer = anna.request("POST", url + query, b"x")
    assert (answer.status, answer.condition) == (403, clark(condition))


def test_limits_are_told_and_kept(database, tmp_path):
    limits = {"max_attachment_size": 2048, "max_attachments_per_resource": 1}
    anna = Server(database, tmp_path, limits=limits).client("anna")
    work = f"{anna.calendars}Default/"
    url = f"{work}series.ics"
    assert anna.request("PUT", url, SERIES).status == 201
    assert anna.get(work, "C:max-attachment-size") == "2048"
    assert anna.get(work, "C:max-attachments-per-resource") == "1"
    assert anna.get(anna.calendars, "C:managed-attachments-server-URL") == ""
    answer = post(anna, url, "add", b"x" * 2049)
    assert (answer.status, answer.condition) == (403, clark("C:max-attachment-size"))
    add(anna, url, b"x" * 2048)
    answer = post(anna, url, "add", AGENDA)
    assert (answer.status, answer.condition) == (403, clark("C:max-attachments-per-resource"))
    assert len(attached(anna, url)["M"]) == 1


def test_the_event_must_be_what_the_client_takes_it_for(anna, url):
    assert post(anna, url, "add", AGENDA, if_match='"other"').status == 412
    assert attached(anna, url) == {"M": []}


def test_put_may_copy_and_drop_attachments_but_not_make_them_up(anna, url):
    id = add(anna, url)
    where, body = location(anna, url), anna.request("GET", url).body
    copy = url.replace("series", "copy")
    assert anna.request("PUT", copy, body.replace(b"UID:series", b"UID:copy")).status == 201
    made_up = body.replace(id.encode(), b"f" * 32)
    answer = anna.request("PUT", url, made_up)
    assert (answer.status, answer.condition) == (403, clark("C:valid-managed-id"))
    assert attached(anna, url) == {"M": [id]}
    assert anna.request("PUT", url, SERIES).status == 204
    assert anna.request("GET", where).status == 200  # it still hangs on the copy
    assert anna.request("PUT", copy, SERIES.replace(b"UID:series", b"UID:copy")).status == 204
    assert anna.request("GET", where).status == 404


def test_attachments_of_removed_events_go_with_upkeep(anna, url):
    add(anna, url)
    where = location(anna, url)
    anna.request("DELETE", url)
    core = anna.server.core
    upkeep.run(core.database, core.blobs, 0, 30)
    assert anna.request("GET", where).status == 404


def test_who_sees_the_event_may_read_and_who_does_not_may_not(anna, bert, url):
    add(anna, url)
    where = location(anna, url)
    assert bert.request("GET", where).status == 404
    anna.share(url.rpartition("/")[0] + "/", **{bert.principal: "D:read"})
    assert bert.request("GET", where).body == AGENDA
    assert post(bert, url, "add", AGENDA).status == 403
    private = SERIES.replace(b"UID:series", b"UID:private\r\nCLASS:PRIVATE")
    other = url.replace("series", "private")
    anna.request("PUT", other, private)
    add(anna, other)
    assert anna.request("GET", location(anna, other)).status == 200
    assert bert.request("GET", location(anna, other)).status == 404


def test_attendees_may_read_what_hangs_on_their_own_copy(anna, bert, url):
    add(anna, url)
    mine = f"{bert.calendars}Default/series.ics"
    where, body = location(anna, url), anna.request("GET", url).body
    assert bert.request("PUT", mine, SERIES).status == 201
    assert bert.request("GET", where).status == 404  # having the event is not enough
    claimed = bert.request("PUT", mine, body)
    assert (claimed.status, claimed.condition) == (403, clark("C:valid-managed-id"))

    def deliver(unit):  # as scheduling does
        actor = Actor(bert.row.id, frozenset({bert.row.id}))
        (view,) = visible(unit, bert.row.id, actor)
        events.put_by_uid(unit, actor, view, events.prepare(body))

    bert.server.core.database.write(deliver, [bert.row.id])
    assert bert.request("GET", where).body == AGENDA
    assert bert.request("PUT", mine, body.replace(b"DURATION:PT1H", b"DURATION:PT2H")).status == 204
    assert bert.request("GET", where).body == AGENDA


def test_nothing_can_be_done_to_an_attachment_but_fetch_it(anna, url):
    add(anna, url)
    where = location(anna, url)
    assert anna.request("DELETE", where).status == 405
    assert anna.request("PUT", where, b"x").status == 405
    found = anna.propfind(where, "D:getcontentlength", "D:getcontenttype").one
    assert found["D:getcontentlength"] == str(len(AGENDA))
    assert anna.request("HEAD", where).status == 200
    assert anna.request("GET", f"{anna.calendars}attachments/{'0' * 32}").status == 404
