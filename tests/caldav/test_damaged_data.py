"""What `cyrpy check --data` finds wrong with calendars, address books and files."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, null, update

import cyrpy_webdav
from cyrpy.data import item_checks
from cyrpy.data.blobs import Blobs
from cyrpy.data.incoming import ROW_LIMIT
from cyrpy.data.statement import Query
from cyrpy.data.tables import (
    address_books,
    blob_owners,
    calendar_objects,
    calendars,
    cards,
    file_usage,
    search_documents,
)
from cyrpy.groupware import item_recount
from tests.carddav.vcards import vcard
from tests.support.dav import MODULES, Server, tree
from tests.support.events import event, made


@pytest.fixture
def account(server: Server, anna, bert) -> int:
    """With an event, a card, and what somebody noted on each."""
    made(anna, f"{anna.calendars}Default/one.ics", event())
    url = f"{anna.books}Default/one.vcf"
    assert anna.request("PUT", url, vcard("one")).status == 201
    for each in (f"{anna.calendars}Default/one.ics", url):
        content = "<D:set><D:prop><X:note>x</X:note></D:prop></D:set>"
        anna.request("PROPPATCH", each, tree("D:propertyupdate", content))
    anna.share(f"{anna.calendars}Default/", **{bert.principal: "D:read"})
    return anna.row.id


def found(server: Server, account: int) -> str:
    with server.core.database.read() as unit:
        return "; ".join(one.what for one in item_recount.differences(unit, account))


def test_nothing_is_wrong_with_what_was_stored_as_it_should_be(server, account):
    assert found(server, account) == ""


DAMAGES = {
    "event Default/one.ics: etag": update(calendar_objects).values(etag="x"),
    "event Default/one.ics: uid": update(calendar_objects).values(uid="other"),
    "event Default/one.ics: starts_at": update(calendar_objects).values(starts_at=1),
    "event Default/one.ics: privacy": update(calendar_objects).values(privacy=2),
    "event Default/one.ics: jscalendar": update(calendar_objects).values(jscalendar=b"{}"),
    "event Default/one.ics": update(calendar_objects).values(icalendar=b"BEGIN:VEVENT"),
    "card Default/one.vcf: size": update(cards).values(size=1),
    "card Default/one.vcf: jscontact": update(cards).values(jscontact=null()),
    "card Default/one.vcf": update(cards).values(vcard=b"nothing"),
    "in full-text search": delete(search_documents),
    "dead properties of CalendarEvent that is gone": delete(calendar_objects),
    "dead properties of ContactCard that is gone": delete(cards),
    "grants of Calendar that is gone": delete(calendars),
    "calendar objects without calendar that is gone": delete(calendars),
    "cards without address book that is gone": delete(address_books),
}


@pytest.mark.parametrize("what", DAMAGES)
def test_what_is_damaged_is_named(server, account, what):
    table = DAMAGES[what].table
    statement = DAMAGES[what].where(table.c.account_id == account)
    server.core.database.write(lambda unit: unit.run(Query(statement)))
    assert what in found(server, account)


def test_a_conversion_of_an_older_version_is_no_damage(server, account):
    stale = update(calendar_objects).values(rendering=0, jscalendar=b"{}")
    server.core.database.write(lambda unit: unit.run(Query(stale)))
    assert found(server, account) == ""


def test_files_without_octets_and_wrong_sums_are_named(server, account, tmp_path):
    blobs = server.core.blobs

    def work(unit):
        blob = blobs.store(unit, account, b"x" * (ROW_LIMIT + 1), "text/plain")
        return item_checks.damaged(unit, blobs), blob.digest

    before, digest = server.core.database.write(work)
    assert before == []
    blobs.path(digest).write_bytes(b"x")
    with server.core.database.read() as unit:
        assert item_checks.damaged(unit, blobs) == [digest.hex()]
        assert item_checks.damaged(unit, Blobs(tmp_path / "elsewhere")) == [digest.hex()]


@pytest.mark.parametrize(
    ("what", "statement"),
    [
        ("octets and number of files", update(file_usage).values(octets=7)),
        ("files without blob", delete(blob_owners)),
    ],
)
def test_what_is_wrong_with_a_drive_is_named(database, tmp_path, what, statement):
    server = Server(database, tmp_path, modules=(*MODULES, cyrpy_webdav.module))
    anna = server.client("anna")
    assert anna.request("PUT", f"/dav/drive/user/{anna.row.name}/f", b"text").status == 201
    assert found(server, anna.row.id) == ""
    database.write(lambda unit: unit.run(Query(statement)))
    assert what in found(server, anna.row.id)


@pytest.mark.parametrize("kind", ["calendars", "books"])
def test_nothing_is_left_of_what_went_with_its_collection(server, account, anna, kind):
    home = getattr(anna, kind)
    suffix = "ics" if kind == "calendars" else "vcf"
    answer = anna.request("COPY", f"{home}Default/", headers={"destination": f"{home}copy/"})
    assert answer.status == 201
    assert anna.get(f"{home}copy/one.{suffix}", "X:note") == "x"
    assert anna.request("DELETE", f"{home}copy/").status == 204
    assert found(server, account) == ""
