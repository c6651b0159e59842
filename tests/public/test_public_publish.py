"""Publishing a calendar from a calendar program (CS:publish-calendar)."""

from __future__ import annotations

import pytest
from lxml import etree

from cyrpy.data import calendars as calendar_rows
from cyrpy.data import invitations as rows
from cyrpy.groupware import calendars, invitations
from tests.support.dav import clark, prop, tree
from tests.support.events import event
from tests.support.server import Server
from tests.support.web import User, Web

PUBLISH = tree("CS:publish-calendar", "")
UNPUBLISH = tree("CS:unpublish-calendar", "")


def post(user: User, body: bytes, url: str | None = None):
    return user.request("POST", url or user.calendar, body, content_type="application/xml")


def props(user: User, url: str | None = None) -> dict[str, str]:
    names = ("CS:publish-url", "CS:pre-publish-url", "CS:allowed-sharing-modes")
    body = tree("D:propfind", prop(*names))
    answer = user.request("PROPFIND", url or user.calendar, body, depth="0")
    found = {}
    for propstat in etree.fromstring(answer.body).iter(clark("D:propstat")):
        if "200" in propstat.findtext(clark("D:status")):
            for node in propstat.find(clark("D:prop")):
                name = etree.QName(node).localname
                href = node.findtext(clark("D:href"))
                found[name] = href or " ".join(etree.QName(c).localname for c in node)
    return found


def published(user: User) -> str:
    answer = post(user, PUBLISH)
    assert answer.status == 202, answer.body
    root = etree.fromstring(answer.body)
    assert root.tag == clark("CS:publish-url")
    return root.findtext(clark("D:href"))


def path_of(url: str) -> str:
    assert url.startswith("https://dav.example.com/public/")
    return url.removeprefix("https://dav.example.com")


def test_whoever_knows_the_url_reads_what_its_owner_publishes(web, anna):
    anna.put(anna.calendar + "a.ics", event("a", "SUMMARY:Lunch"))
    answer = web.get(path_of(published(anna)))
    assert b"SUMMARY:Lunch" in answer.body


def test_the_url_can_be_asked_for_while_it_holds(anna):
    assert "publish-url" not in props(anna)
    url = published(anna)
    assert props(anna)["publish-url"] == url == props(anna)["pre-publish-url"]
    assert post(anna, UNPUBLISH).status == 200
    assert "publish-url" not in props(anna)


def test_publishing_twice_is_publishing_once(web, anna):
    assert published(anna) == published(anna)
    assert post(anna, UNPUBLISH).status == 200
    assert post(anna, UNPUBLISH).status == 200


def test_published_anew_it_has_a_new_url(web, anna):
    first = published(anna)
    assert post(anna, UNPUBLISH).status == 200
    assert web.get(path_of(first)).status == 404
    second = published(anna)
    assert second != first
    assert web.get(path_of(second)).status == 200
    assert web.get(path_of(first)).status == 404


def test_calendars_say_that_they_can_be_published(anna):
    assert props(anna)["allowed-sharing-modes"] == "can-be-shared can-be-published"
    assert props(anna, anna.book)["allowed-sharing-modes"] == "can-be-shared"


def test_sharing_by_the_same_method_still_works(anna, bert):
    href = f"<D:href>mailto:{bert.name}@localhost</D:href>"
    body = tree("CS:share", f"<CS:set>{href}<CS:read-write/></CS:set>")
    assert post(anna, body).status == 200


def test_security_a_sharee_cannot_publish_what_is_anothers(anna, bert):
    href = f"<D:href>mailto:{bert.name}@localhost</D:href>"
    set_ = f"<CS:set>{href}<CS:read-write/></CS:set>"
    assert post(anna, tree("CS:share", set_)).status == 200
    database = anna.web.server.core.database
    anna_id, bert_id = anna.account_id, bert.account_id

    def accept(unit) -> None:
        row = calendar_rows.by_id(unit, anna_id, calendar_rows.default_id(unit, anna_id))
        key = {"account_id": anna_id, "kind": "Calendar", "container_id": row.id}
        (invited,) = unit.all(rows.OF_CONTAINER, **key)
        invitations.accept(unit, invited, calendars.container(row))

    database.write(accept, [anna_id, bert_id])
    answer = post(bert, PUBLISH, anna.calendar)
    assert answer.status == 403
    assert "publish-url" not in props(anna)
    assert "publish-url" not in props(bert, anna.calendar)


@pytest.fixture
def without(tmp_path):
    """A server on which the module is not enabled."""
    server = Server(tmp_path, "httpmodules: caldav\n")
    web = Web(server)
    yield web.new_user("anna")
    server.close()


def test_without_the_module_nothing_can_be_published(without):
    assert post(without, PUBLISH).status == 400
    assert props(without) == {"allowed-sharing-modes": "can-be-shared"}
