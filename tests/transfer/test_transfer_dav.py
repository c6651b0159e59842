"""A copy from a real server: what comes, under which names, and what comes the second time."""

from __future__ import annotations

import pytest

from cyrpy.groupware import calendars
from cyrpy.groupware.access import ALL_LETTERS
from cyrpy.groupware.calendars import CalendarView
from cyrpy.transfer.dav.client import Client
from cyrpy.transfer.dav.discovery import find
from cyrpy.transfer.dav.errors import RemoteError
from tests.support.dav import tree
from tests.support.events import event, todo

CARD = b"BEGIN:VCARD\r\nVERSION:4.0\r\nUID:c\r\nFN:C\r\nX-OWN;a=b:as it is\r\nEND:VCARD\r\n"


def test_objects_come_octet_for_octet_under_their_names(here, there):
    odd = event("a", "SUMMARY:Füße", "X-OWN;A=B: as it is")
    there.put(f"{there.calendars}Default/my%20name%2B%C3%BC.ics", odd)
    there.put(f"{there.books}Default/c.vcf", CARD)
    old = CARD.replace(b"4.0", b"3.0").replace(b"UID:c", b"UID:d")
    there.put(f"{there.books}Default/d.vcf", old)
    assert here.copy(there).created == 3
    assert here.objects() == {"my name+ü.ics": odd}
    assert here.cards() == {"c.vcf": CARD, "d.vcf": old}


def test_a_calendar_looks_as_it_does_there(here, there):
    work = f"{there.calendars}work/"
    content = (
        "<D:set><D:prop><D:displayname>Arbeit &amp; mehr</D:displayname>"
        "<A:calendar-color>#11223344</A:calendar-color><A:calendar-order>7</A:calendar-order>"
        "<C:calendar-description>Büro</C:calendar-description>"
        '<C:supported-calendar-component-set><C:comp name="VTODO"/>'
        "</C:supported-calendar-component-set>"
        "<C:calendar-timezone-id>Europe/Vienna</C:calendar-timezone-id></D:prop></D:set>"
    )
    answer = there.request("MKCALENDAR", work, tree("C:mkcalendar", content))
    assert answer.status == 201, answer.body
    there.put(work + "t.ics", todo("t"))
    here.copy(there)
    row = here.calendar("work")
    assert (row.name, row.color, row.sort_order) == ("Arbeit & mehr", "#11223344", 7)
    assert (row.description, row.components) == ("Büro", "VTODO")
    assert row.time_zone == "Europe/Vienna"
    assert set(here.objects("work")) == {"t.ics"}


def test_the_second_time_only_what_changed_is_fetched(here, there):
    for n in range(120):
        there.put(f"{there.calendars}Default/e{n}.ics", event(f"e{n}"))
    assert here.copy(there).created == 120
    there.put(f"{there.calendars}Default/e7.ics", event("e7", "SUMMARY:new"))
    there.put(f"{there.calendars}Default/more.ics", event("more"))
    done = here.copy(there)
    assert (done.created, done.updated, done.done) == (1, 1, 2)
    assert b"SUMMARY:new" in here.objects()["e7.ics"]
    assert here.copy(there).done == 0


def test_what_vanished_there_is_deleted_only_when_asked(here, there):
    for name in ("a", "b"):
        there.put(f"{there.calendars}Default/{name}.ics", event(name))
        there.put(
            f"{there.books}Default/{name}.vcf", CARD.replace(b"UID:c", f"UID:{name}".encode())
        )
    here.copy(there)
    there.request("DELETE", f"{there.calendars}Default/a.ics")
    there.request("DELETE", f"{there.books}Default/b.vcf")
    assert here.copy(there).removed == 0
    assert set(here.objects()) == {"a.ics", "b.ics"}
    assert here.copy(there, deletes=True).removed == 2
    assert (set(here.objects()), set(here.cards())) == ({"b.ics"}, {"a.vcf"})
    assert here.copy(there, deletes=True).removed == 0


def test_what_is_only_here_is_never_deleted(here, there):
    there.put(f"{there.calendars}Default/a.ics", event("a"))
    here.copy(there)
    with there.client() as client:
        (default, *_) = [r for r in find(client) if r.kind == "calendar"]
        assert here.one(client, default, deletes=True, again=True).removed == 0
    assert set(here.objects()) == {"a.ics"}


def test_a_trial_changes_nothing(here, there):
    there.put(f"{there.calendars}Default/a.ics", event("a"))
    assert here.copy(there, is_trial=True).created == 1
    assert here.objects() == {}
    assert here.copy(there).created == 1


def test_an_event_of_the_same_uid_is_replaced_not_doubled(here, there):
    there.put(f"{there.calendars}Default/a.ics", event("a", "SUMMARY:first"))
    here.copy(there)
    there.request("DELETE", f"{there.calendars}Default/a.ics")
    there.put(f"{there.calendars}Default/renamed.ics", event("a", "SUMMARY:second"))
    here.copy(there)
    (octets,) = here.objects().values()
    assert b"SUMMARY:second" in octets


def test_a_copy_whose_calendar_was_deleted_here_starts_anew(here, there):
    work = f"{there.calendars}work/"
    assert there.request("MKCALENDAR", work).status == 201
    there.put(work + "a.ics", event("a"))
    here.copy(there)
    view = CalendarView(here.calendar("work"), ALL_LETTERS, is_owner=True, is_default=False)
    here.database.write(
        lambda unit: calendars.delete(unit, view, remove_events=True), [here.account_id]
    )
    assert here.copy(there).created == 1
    assert set(here.objects("work")) == {"a.ics"}


@pytest.mark.parametrize("path", ["", "dav/", "dav/principals/user/{}/", "dav/calendars/user/{}/"])
def test_collections_are_found_from_any_url(there, path):
    with Client(there.url + path.format(there.name), there.login) as client:
        assert {remote.kind for remote in find(client)} == {"calendar", "addressbook"}


def test_the_url_of_a_collection_means_that_one(there):
    url = f"{there.url}dav/calendars/user/{there.name}/Default/"
    with Client(url, there.login) as client:
        (remote,) = find(client)
    assert (remote.uri, remote.kind, remote.can_sync) == ("Default", "calendar", True)


def test_a_wrong_password_is_said(there):
    with (
        Client(there.url, there.login._replace(password="wrong")) as client,
        pytest.raises(RemoteError, match="refused the name or the password"),
    ):
        find(client)
