"""Links to blobs as attachments, shared with CalDAV (JMAP Calendars, "Attachments"; RFC 8607)."""

from __future__ import annotations

import re

import pytest

from cyrpy.data import principals
from cyrpy.data.blob_references import is_referred_to
from cyrpy.data.blobs import digest_of
from tests.jmap.calendar_event.dav import get, put, url
from tests.support.jmap import CalendarEvents, Calendars, Jmap

MENU = b"Soup, fish, cake"


def upload(client: Jmap, octets: bytes = MENU) -> str:
    """The id of a new blob."""
    headers = {"content-type": "text/plain", **client.sign_in}
    answer = client.server.request("POST", f"/jmap/upload/{client.account}/", octets, headers)
    assert answer.status == 201, answer.body
    id: str = answer.json["blobId"]
    return id


def download(client: Jmap, account: str, blob_id: str) -> tuple[int, bytes]:
    """The status, and what is there."""
    answer = client.get(f"/jmap/download/{account}/{blob_id}/menu.txt?accept=text/plain")
    return answer.status, answer.body


def link(blob_id: str, **more: object) -> dict:
    """A link to a blob."""
    return {"@type": "Link", "blobId": blob_id, **more}


def name_of(events: CalendarEvents, id: str) -> str:
    """The event's name over CalDAV."""
    return events.show(id, properties=["x-href"])[0]["x-href"].rpartition("/")[2]


def attached(events: CalendarEvents, id: str) -> list[str]:
    """The ATTACH lines of an event."""
    text = get(events, name_of(events, id))
    return [line for line in text.split("\r\n") if line.startswith("ATTACH")]


def path_of(line: str) -> str:
    """The path of the URL of an ATTACH."""
    found = re.search("https?://[^/]*(/.*)$", line)
    assert found is not None
    return found[1]


def test_a_blob_is_an_attachment_and_told_again(anna):
    blob_id = upload(anna.client)
    id = anna.create(links={"menu": link(blob_id, title="menu.txt")})
    shown = anna.one(id)["links"]["menu"]
    assert {name: shown[name] for name in ("rel", "blobId", "title", "contentType", "size")} == {
        "rel": "enclosure",
        "blobId": blob_id,
        "title": "menu.txt",
        "contentType": "text/plain",
        "size": len(MENU),
    }
    assert download(anna.client, anna.account, shown["blobId"]) == (200, MENU)


def test_over_caldav_it_is_a_managed_attachment(anna):
    id = anna.create(links={"menu": link(upload(anna.client), title="menu.txt")})
    (line,) = attached(anna, id)
    for part in ("MANAGED-ID=", "FMTTYPE=text/plain", f"SIZE={len(MENU)}", "FILENAME=menu.txt"):
        assert part in line
    answer = anna.client.get(path_of(line))
    assert (answer.status, answer.body) == (200, MENU)


def test_an_attachment_of_caldav_is_a_link_to_a_blob(anna):
    id = anna.create()
    target = f"{url(anna, name_of(anna, id))}?action=attachment-add"
    headers = {"content-type": "text/plain", "content-disposition": 'attachment; filename="m.txt"'}
    answer = anna.client.server.request("POST", target, MENU, {**headers, **anna.client.sign_in})
    assert answer.status == 201
    (shown,) = anna.one(id)["links"].values()
    assert shown["title"] == "m.txt"
    assert download(anna.client, anna.account, shown["blobId"]) == (200, MENU)


def test_changes_of_other_things_leave_attachments_alone(anna):
    id = anna.create(links={"menu": link(upload(anna.client))})
    before, shown = attached(anna, id), anna.one(id)["links"]
    anna.update(id, title="Dinner")
    anna.update(id, links=shown)
    anna.update(id, **{"links/site": {"@type": "Link", "href": "https://example.com/"}})
    assert attached(anna, id) == before
    put(anna, name_of(anna, id), get(anna, name_of(anna, id)).replace("Dinner", "Tea").encode())
    after = anna.one(id)
    assert after["title"] == "Tea"
    assert after["links"]["menu"] == shown["menu"]
    (line,) = attached(anna, id)
    assert anna.client.get(path_of(line)).status == 200


def test_an_attachment_that_is_taken_away_is_gone_over_caldav(anna):
    id = anna.create(links={"menu": link(upload(anna.client))})
    (line,) = attached(anna, id)
    anna.update(id, **{"links/menu": None})
    assert attached(anna, id) == []
    assert anna.client.get(path_of(line)).status == 404


def test_another_blob_takes_the_place_of_one(anna):
    id = anna.create(links={"menu": link(upload(anna.client))})
    (old,) = attached(anna, id)
    other = upload(anna.client, b"Only cake")
    anna.update(id, **{"links/menu/blobId": other})
    (new,) = attached(anna, id)
    assert new != old
    assert anna.client.get(path_of(new)).body == b"Only cake"
    assert anna.one(id)["links"]["menu"]["blobId"] == other


def test_an_instance_may_have_its_own(anna):
    rule = {"@type": "RecurrenceRule", "frequency": "daily", "count": 3}
    id = anna.create(recurrenceRule=rule)
    blob_id = upload(anna.client)
    anna.update(f"{id}_20260106T100000", links={"menu": link(blob_id)})
    shown = anna.one(f"{id}_20260106T100000")
    assert shown["links"]["menu"]["blobId"] == blob_id
    assert "links" not in anna.one(f"{id}_20260107T100000")
    assert download(anna.client, anna.account, blob_id) == (200, MENU)


def test_a_blob_that_there_is_not_is_refused_by_its_path(anna, bert):
    theirs = upload(bert.client)
    error = anna.refused_create(
        **anna.event(links={"a": link("G" + "0" * 64), "b": link(theirs), "c": link("nothing")})
    )
    assert error["type"] == "invalidProperties"
    assert set(error["properties"]) == {"links/a/blobId", "links/b/blobId", "links/c/blobId"}


@pytest.mark.parametrize(("privacy", "status"), [("public", 200), ("private", 404)])
def test_who_may_read_the_event_may_read_its_attachment(anna, bert, share, privacy, status):
    blob_id = upload(anna.client)
    anna.create(links={"menu": link(blob_id)}, privacy=privacy)
    assert download(bert.client, anna.account, blob_id)[0] == 404
    share()
    assert download(bert.client, anna.account, blob_id)[0] == status
    Calendars(anna.client).update("Default", shareWith=None)
    assert download(bert.client, anna.account, blob_id)[0] == 404


def test_a_blob_of_the_account_that_is_on_no_event_is_not_read_by_others(anna, bert, share):
    blob_id = upload(anna.client, b"Diary")
    share()
    assert download(bert.client, anna.account, blob_id)[0] == 404


def test_an_attendee_reads_what_is_attached_to_the_invitation(anna, bert):
    blob_id = upload(anna.client)
    people = {
        "a": {"@type": "Participant", "calendarAddress": f"mailto:{anna.client.name}",
              "roles": {"owner": True}},
        "b": {"@type": "Participant", "calendarAddress": f"mailto:{bert.client.name}",
              "roles": {"required": True}},
    }  # fmt: skip
    new = anna.event(
        links={"menu": link(blob_id)}, participants=people, start="2099-01-05T10:00:00"
    )
    made = anna.set(create={"k": new}, sendSchedulingMessages=True)
    assert made["created"], made
    (invitation,) = bert.all().values()
    assert invitation["links"]["menu"]["blobId"] == blob_id
    assert download(bert.client, bert.account, blob_id) == (200, MENU)


def test_a_copy_in_another_account_has_attachments_of_its_own(anna, bert, share):
    blob_id = upload(anna.client)
    id = anna.create(links={"menu": link(blob_id)})
    share()
    answer = bert.call(
        "copy",
        fromAccountId=anna.account,
        create={"k": {"id": id, "calendarIds": {"Default": True}}},
    )
    assert answer["created"], answer["notCreated"]
    copied = answer["created"]["k"]["id"]
    anna.destroy(id)
    assert bert.one(copied)["links"]["menu"]["blobId"] == blob_id
    assert download(bert.client, bert.account, blob_id) == (200, MENU)
    (line,) = attached(bert, copied)
    assert bert.client.get(path_of(line)).status == 200


def test_a_title_changes_without_another_attachment(anna):
    id = anna.create(links={"menu": link(upload(anna.client), title="menu.txt")})
    (before,) = attached(anna, id)
    anna.update(id, **{"links/menu/title": "supper.txt"})
    (after,) = attached(anna, id)
    assert (path_of(after), "FILENAME=supper.txt" in after) == (path_of(before), True)
    assert anna.client.get(path_of(after)).status == 200


def test_a_url_takes_the_place_of_a_blob(anna):
    id = anna.create(links={"menu": link(upload(anna.client))})
    anna.update(id, **{"links/menu/href": "https://example.com/menu"})
    shown = anna.one(id)["links"]["menu"]
    assert shown["href"] == "https://example.com/menu"
    assert "blobId" not in shown


def test_the_events_of_a_blob_are_found(anna):
    blob_id = upload(anna.client)
    id = anna.create(links={"menu": link(blob_id)})
    anna.create()
    call = ["Blob/lookup", {"accountId": anna.account, "typeNames": ["CalendarEvent"],
            "ids": [blob_id]}]  # fmt: skip
    using = ("urn:ietf:params:jmap:core", "urn:ietf:params:jmap:blob")
    ((_, found, _),) = anna.client.run(call, using=using)
    assert found["list"] == [{"id": blob_id, "matchedIds": {"CalendarEvent": [id]}}]


def test_a_blob_that_something_else_has_too_stays_with_it(anna):
    blob_id = upload(anna.client)
    kept = anna.create(links={"menu": link(blob_id)})
    gone = anna.create(links={"menu": link(blob_id)})
    anna.update(gone, links=None)
    server = anna.client.server
    with server.core.database.read() as unit:
        account = unit.first(principals.BY_WIRE_ID, wire_id=anna.account).id
        digest = digest_of(blob_id)
        assert is_referred_to(unit, account, digest)
    anna.update(kept, links=None)
    with server.core.database.read() as unit:
        assert not is_referred_to(unit, account, digest)
