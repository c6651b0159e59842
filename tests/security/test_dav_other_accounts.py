"""What one user must not reach of another's over WebDAV, CalDAV and CardDAV."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from tests.support.convergence.grounds import OPTIONS, Inside
from tests.support.convergence.operations import card
from tests.support.convergence.people import BOOKS, CALENDARS, KINDS, Person
from tests.support.dav import clark, prop, tree
from tests.support.events import event
from tests.support.server import Server

NUMBERS = count(1)
SECRET = b"the-secret"
LOCK = tree(
    "D:lockinfo", "<D:lockscope><D:exclusive/></D:lockscope><D:locktype><D:write/></D:locktype>"
)
READ = "<D:privilege><D:read/></D:privilege>"
WRITE = f"{READ}<D:privilege><D:write/></D:privilege>"
ADMIN = f"{READ}<D:privilege><D:read-acl/></D:privilege><D:privilege><D:write-acl/></D:privilege>"
RANGE = '<C:time-range start="20260101T000000Z" end="20260201T000000Z"/>'
FILTER = '<C:filter><C:comp-filter name="VCALENDAR"/></C:filter>'
METHODS = {
    "GET": b"",
    "HEAD": b"",
    "DELETE": b"",
    "POST": b"",
    "PROPFIND": b"",
    "PROPPATCH": tree("D:propertyupdate", f"<D:set>{prop('X:mine')}</D:set>"),
    "ACL": tree("D:acl", ""),
    "LOCK": LOCK,
    "REPORT": tree("D:sync-collection", "<D:sync-token/><D:sync-level>1</D:sync-level>"),
    "COPY": b"",
    "MOVE": b"",
    "MKCOL": b"",
    "MKCALENDAR": b"",
    "PUT": event("mine"),
}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def ground(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Inside]:
    folder: Path = tmp_path_factory.mktemp("others")
    options = OPTIONS
    if request.param == "postgresql":
        options += f"database_url: {request.getfixturevalue('postgresql').new_database()}\n"
    server = Server(folder, options)
    yield Inside(server)
    server.close()


def person(ground: Inside, name: str) -> Person:
    userid = f"{name}{next(NUMBERS)}"
    return Person(userid, ground.sign_in(userid), ground.carriers())


@pytest.fixture
def anna(ground: Inside) -> Person:
    """She has a public and a private event, a contact and a file."""
    anna = person(ground, "anna")
    secret = f"SUMMARY:{SECRET.decode()}"
    made = [
        anna.request("PUT", default(anna) + "open.ics", event("open", secret)),
        anna.request("PUT", default(anna) + "hidden.ics", event("hid", "CLASS:PRIVATE", secret)),
        anna.request("PUT", default(anna, BOOKS) + "friend.vcf", card(SECRET.decode())),
        anna.request("PUT", anna.drive + "file", SECRET),
    ]
    assert {answer.status for answer in made} == {201}
    return anna


@pytest.fixture
def mallory(ground: Inside) -> Person:
    return person(ground, "mallory")


def default(who: Person, kind: str = CALENDARS) -> str:
    return f"{who.home(kind)}Default/"


def share(owner: Person, url: str, whom: Person, privileges: str) -> None:
    ace = f"<D:principal><D:href>{whom.principal}</D:href></D:principal><D:grant>{privileges}"
    answer = owner.request("ACL", url, tree("D:acl", f"<D:ace>{ace}</D:grant></D:ace>"))
    assert answer.status == 200, answer.body


def theirs(anna: Person) -> list[str]:
    """URLs of all that is Anna's."""
    return [
        anna.home(CALENDARS),
        default(anna),
        default(anna) + "open.ics",
        anna.home(CALENDARS) + "Inbox/",
        anna.home(CALENDARS) + "Outbox/",
        anna.home(BOOKS),
        default(anna, BOOKS),
        default(anna, BOOKS) + "friend.vcf",
        anna.drive,
        anna.drive + "file",
        anna.notifications,
        f"{anna.principal}calendar-proxy-write/",
    ]


def state_of(anna: Person) -> list[bytes]:
    """Everything of hers, as she sees it."""
    homes = [anna.home(CALENDARS), anna.home(BOOKS), anna.drive, default(anna)]
    return [anna.propfind(url, "D:getetag", "D:displayname", "D:acl").body for url in homes]


@pytest.mark.parametrize("method", METHODS)
def test_no_method_does_anything_to_what_is_anothers(anna, mallory, method):
    before = state_of(anna)
    headers = {"depth": "0", "destination": f"{default(mallory)}x.ics"}
    if method in {"COPY", "MOVE"}:
        headers["depth"] = "infinity"
    for url in theirs(anna):
        answer = mallory.request(method, url, METHODS[method], headers)
        assert answer.status in {403, 404, 405, 409}, (url, answer)
        assert SECRET not in answer.body
    assert state_of(anna) == before


@pytest.mark.parametrize("method", ["COPY", "MOVE"])
@pytest.mark.parametrize("where", range(12))
def test_nothing_is_put_where_another_has_its_own(anna, mallory, method, where):
    url = theirs(anna)[where]
    targets = [url, f"{url.rstrip('/')}/x.ics"]
    sources = [default(mallory) + "own.ics", default(mallory), mallory.drive + "own"]
    mallory.request("PUT", sources[0], event("own"))
    mallory.request("PUT", sources[2], b"own")
    before = state_of(anna)
    for source in sources:
        for target in targets:
            answer = mallory.transfer(method, source, target)
            assert answer.status in {403, 404, 405, 409}, (source, target, answer)
    assert state_of(anna) == before


REPORTS = {
    "C:calendar-multiget": prop("D:getetag", "C:calendar-data"),
    "C:calendar-query": prop("C:calendar-data") + FILTER,
    "C:free-busy-query": RANGE,
    "CR:addressbook-multiget": prop("CR:address-data"),
    "CR:addressbook-query": prop("CR:address-data") + "<CR:filter/>",
    "D:sync-collection": "<D:sync-token/><D:sync-level>1</D:sync-level>" + prop("D:getetag"),
    "D:expand-property": '<D:property name="owner"><D:property name="displayname"/></D:property>',
    "D:acl-principal-prop-set": prop("D:displayname"),
    "D:principal-match": "<D:self/>",
    "D:principal-property-search": "<D:property-search>"
    + prop("D:displayname")
    + "<D:match>a</D:match></D:property-search>"
    + prop("D:displayname"),
}


@pytest.mark.parametrize("name", REPORTS)
def test_no_report_runs_on_what_is_anothers(anna, mallory, name):
    for url in theirs(anna):
        answer = mallory.report(url, name, REPORTS[name], depth="1")
        assert answer.status in {403, 404, 405}, (url, answer)


@pytest.mark.parametrize(
    ("kind", "at"), [(CALENDARS, "home"), (CALENDARS, "collection"), (BOOKS, "collection")]
)
def test_no_multiget_reaches_into_anothers_home(anna, mallory, kind, at):
    report, data = {
        CALENDARS: ("C:calendar-multiget", "C:calendar-data"),
        BOOKS: ("CR:addressbook-multiget", "CR:address-data"),
    }[kind]
    inside = {CALENDARS: "open.ics", BOOKS: "friend.vcf"}[kind]
    target = default(anna, kind) + inside
    own = mallory.home(kind) if at == "home" else default(mallory, kind)
    hrefs = [
        target,
        f"http://localhost{target}",
        f"{own}../../{anna.name}/Default/{inside}",
        f"{own}{anna.name}.Default/{inside}",
        target.replace("/Default/", "/%44efault/"),
        anna.drive + "file",
    ]
    body = prop(data, "D:owner") + "".join(f"<D:href>{href}</D:href>" for href in hrefs)
    answer = mallory.report(own, report, body)
    assert {one.status for one in answer.responses.values()} == {404}
    assert SECRET not in answer.body


def test_what_is_private_is_nowhere_in_a_shared_calendar(anna, mallory):
    share(anna, default(anna), mallory, WRITE)
    shown = f"{mallory.home(CALENDARS)}{anna.name}.Default/"
    for url in (default(anna), shown):
        hidden = url + "hidden.ics"
        answers = [
            mallory.request("GET", url),
            mallory.propfind(url, "D:getetag"),
            mallory.report(url, "C:calendar-query", prop("C:calendar-data") + FILTER, "1"),
            mallory.report(url, "D:sync-collection", REPORTS["D:sync-collection"]),
            mallory.request("COPY", hidden, headers={"destination": default(mallory) + "x.ics"}),
            mallory.request("GET", hidden),
            mallory.request("DELETE", hidden),
            mallory.request("POST", hidden + "?action=attachment-add", b"x"),
            mallory.report(hidden, "D:expand-property", REPORTS["D:expand-property"]),
        ]
        assert not any(b"hidden" in answer.body or b"UID:hid" in answer.body for answer in answers)
        href = f"<D:href>{hidden}</D:href>"
        body = prop("C:calendar-data") + href
        assert mallory.report(url, "C:calendar-multiget", body).one.status == 404
    assert anna.request("GET", default(anna) + "hidden.ics").status == 200


def test_the_name_and_the_uid_of_what_is_private_cannot_be_taken_over(anna, mallory):
    share(anna, default(anna), mallory, WRITE)
    before = anna.request("GET", default(anna) + "hidden.ics").body
    mallory.request("PUT", default(mallory) + "m.ics", event("mine"))
    taken = default(anna) + "hidden.ics"
    refused = [
        mallory.request("PUT", taken, event("mine")),
        mallory.request("PUT", default(anna) + "other.ics", event("hid")),
        mallory.transfer("MOVE", default(mallory) + "m.ics", taken),
        mallory.transfer("COPY", default(mallory) + "m.ics", taken),
        mallory.transfer("MOVE", default(anna) + "open.ics", taken),
    ]
    assert {answer.status for answer in refused} <= {403, 409, 412}
    assert not any(b"hidden.ics" in answer.body for answer in refused)
    assert anna.request("GET", taken).body == before


def test_locks_on_what_is_private_are_told_to_nobody(anna, mallory):
    share(anna, default(anna), mallory, WRITE)
    locked = default(anna) + "hidden.ics"
    token = anna.request("LOCK", locked, LOCK).headers["lock-token"]
    shown = f"{mallory.home(CALENDARS)}{anna.name}.Default/"
    answers = [
        mallory.propfind(default(anna), "D:lockdiscovery"),
        mallory.request("LOCK", default(anna), LOCK, {"depth": "infinity"}),
        mallory.request("LOCK", locked, LOCK),
        mallory.request("DELETE", shown),
        mallory.request("UNLOCK", locked, headers={"lock-token": token}),
    ]
    assert not any(b"hidden.ics" in answer.body for answer in answers)
    answer = anna.request("PUT", locked, event("hid", "CLASS:PRIVATE"))
    assert answer.status == 423


def test_a_lock_binds_whoever_did_not_make_it_and_opens_to_no_copy_of_its_token(anna, mallory):
    share(anna, default(anna), mallory, WRITE)
    url = default(anna) + "open.ics"
    token = anna.request("LOCK", url, LOCK).headers["lock-token"]
    stolen = {"if": f"({token})"}
    assert mallory.request("PUT", url, event("open"), stolen).status == 423
    assert mallory.request("DELETE", url, headers=stolen).status == 423
    assert mallory.request("UNLOCK", url, headers={"lock-token": token}).status == 403
    assert mallory.request("LOCK", url, headers=stolen).status == 412
    assert anna.request("PUT", url, event("open"), {"if": f"({token})"}).status == 204


def test_who_may_only_read_cannot_lock(anna, mallory):
    share(anna, default(anna), mallory, READ)
    for url in (default(anna), default(anna) + "open.ics", default(anna) + "new.ics"):
        assert mallory.request("LOCK", url, LOCK).status == 403


def test_who_leaves_a_share_leaves_the_locks_of_its_owner(anna, mallory):
    share(anna, default(anna), mallory, READ)
    url = default(anna) + "open.ics"
    token = anna.request("LOCK", url, LOCK).headers["lock-token"]
    shown = f"{mallory.home(CALENDARS)}{anna.name}.Default/"
    assert mallory.request("DELETE", shown).status == 204
    assert anna.request("PUT", url, event("open")).status == 423
    assert anna.request("PUT", url, event("open"), {"if": f"({token})"}).status == 204


def test_an_if_header_tells_nothing_of_urls_that_one_may_not_see(anna, mallory):
    url = default(anna) + "open.ics"
    etag = anna.request("GET", url).headers["etag"]
    sync = anna.propfind(default(anna), "D:sync-token", depth="0").one["D:sync-token"]
    token = anna.request("LOCK", url, LOCK).headers["lock-token"]
    own = default(mallory) + "x.ics"
    for condition in (f"[{etag}]", token, f"<{sync}>"):
        for named in (url, default(anna), f"http://localhost{url}"):
            header = {"if": f"<{named}> ({condition})"}
            assert mallory.request("PUT", own, event("x"), header).status == 412


def test_expand_property_follows_no_href_into_what_one_may_not_see(anna, mallory):
    inside = (
        '<D:property name="calendar-home-set" namespace="urn:ietf:params:xml:ns:caldav">'
        '<D:property name="displayname"/><D:property name="sync-token"/></D:property>'
        '<D:property name="notification-URL" namespace="http://calendarserver.org/ns/">'
        '<D:property name="sync-token"/></D:property>'
    )
    answer = mallory.report(anna.principal, "D:expand-property", inside)
    assert b"urn:cyrpy:sync" not in answer.body
    assert anna.notifications.encode() not in answer.body


@pytest.mark.parametrize("mode", ["read", "write"])
def test_nobody_else_learns_who_ones_delegates_are(ground, anna, mallory, mode):
    bert = person(ground, "bert")
    url = f"{anna.principal}calendar-proxy-{mode}/"
    href = f"<D:href>{bert.principal}</D:href>"
    members = f"<D:group-member-set>{href}</D:group-member-set>"
    content = f"<D:set><D:prop>{members}</D:prop></D:set>"
    anna.request("PROPPATCH", url, tree("D:propertyupdate", content))
    assert anna.propfind(url, "D:group-member-set", depth="0").one["D:group-member-set"]
    search = (
        f"<D:property-search>{prop('D:displayname')}<D:match>{anna.name.partition('@')[0]}"
        f"</D:match></D:property-search>{prop('D:displayname', 'D:group-member-set')}"
    )
    groups = f"/dav/principals/group/calendar-proxy-{mode}:{anna.name}/"
    names = ("D:group-membership", f"CS:calendar-proxy-{mode}-for")
    answers = [
        mallory.propfind(url, "D:group-member-set"),
        mallory.propfind(groups, "D:group-member-set"),
        mallory.propfind(bert.principal, *names),
        mallory.report("/dav/principals/", "D:principal-property-search", search),
    ]
    assert not any(b"calendar-proxy-" + mode.encode() + b"/" in a.body for a in answers)
    assert bert.name.encode() not in b"".join(a.body for a in (answers[0], answers[1], answers[3]))
    assert anna.principal.encode() not in answers[2].body


def test_nobody_names_delegates_for_another(anna, mallory):
    content = f"<D:group-member-set><D:href>{mallory.principal}</D:href></D:group-member-set>"
    body = tree("D:propertyupdate", f"<D:set><D:prop>{content}</D:prop></D:set>")
    url = f"{anna.principal}calendar-proxy-write/"
    assert mallory.request("PROPPATCH", url, body).status == 404
    assert mallory.request("PROPPATCH", anna.principal, body).status in {403, 405}


def test_who_may_share_gives_no_right_that_it_does_not_have(ground, anna, mallory):
    confederate = person(ground, "carl")
    share(anna, default(anna), mallory, ADMIN)
    wanted = f"<D:href>mailto:{confederate.name}</D:href><CS:read-write/>"
    body = tree("CS:share", f"<CS:set>{wanted}</CS:set>")
    answer = mallory.request("POST", default(anna), body, {"content-type": "text/xml"})
    assert answer.status == 403
    told = confederate.propfind(confederate.notifications, "D:getetag").responses
    assert list(told) == [confederate.notifications]


@pytest.mark.parametrize("privileges", [READ, WRITE])
def test_who_was_only_given_something_shares_it_with_nobody(ground, anna, mallory, privileges):
    other = person(ground, "carl")
    share(anna, default(anna), mallory, privileges)
    body = tree("CS:share", f"<CS:set><D:href>mailto:{other.name}</D:href><CS:read/></CS:set>")
    assert mallory.request("POST", default(anna), body, {"content-type": "text/xml"}).status == 403
    assert mallory.request("ACL", default(anna), tree("D:acl", "")).status == 403
    acl = mallory.propfind(default(anna), "D:acl", "CS:invite", depth="0").one
    assert acl.status_of("D:acl") == 403
    assert acl.status_of("CS:invite") == 404


def test_an_invitation_of_another_can_be_answered_by_nobody_else(ground, anna, mallory):
    bert = person(ground, "bert")
    body = tree("CS:share", f"<CS:set><D:href>mailto:{bert.name}</D:href><CS:read/></CS:set>")
    anna.request("POST", default(anna), body, {"content-type": "text/xml"})
    told = [u for u in bert.propfind(bert.notifications, "D:getetag").responses if u[-1] != "/"]
    uid = bert.request("GET", told[0]).root.findtext(f".//{clark('CS:uid')}")
    reply = f"<CS:invite-accepted/><CS:in-reply-to>{uid}</CS:in-reply-to>"
    answer = tree("CS:invite-reply", reply)
    for home in (mallory.home(CALENDARS), bert.home(CALENDARS), anna.home(CALENDARS)):
        found = mallory.request("POST", home, answer, {"content-type": "text/xml"})
        assert found.status in {403, 404, 405}
    assert mallory.request("GET", told[0]).status == 404
    assert mallory.request("DELETE", told[0]).status == 404
    assert mallory.propfind(default(anna), "D:owner").status == 404


def test_dead_properties_are_ones_own(anna, mallory):
    share(anna, default(anna), mallory, READ)
    for url in (default(anna), default(anna) + "open.ics"):
        body = "<D:set><D:prop><X:note>{}</X:note></D:prop></D:set>"
        anna.request("PROPPATCH", url, tree("D:propertyupdate", body.format("hers")))
        mallory.request("PROPPATCH", url, tree("D:propertyupdate", body.format("mine")))
        assert anna.propfind(url, "X:note", depth="0").one["X:note"] == "hers"
        assert mallory.propfind(url, "X:note", depth="0").one["X:note"] == "mine"


def test_an_attachment_is_read_by_those_alone_who_see_its_event(anna, mallory):
    share(anna, default(anna), mallory, READ)
    urls = {}
    for name in ("open", "hidden"):
        url = f"{default(anna)}{name}.ics?action=attachment-add"
        answer = anna.request("POST", url, SECRET, {"content-type": "text/plain"})
        assert answer.status == 201
        urls[name] = answer.headers["location"].removeprefix("http://localhost")
    assert mallory.request("GET", urls["open"]).body == SECRET
    assert mallory.request("GET", urls["hidden"]).status == 404
    share(anna, default(anna), mallory, "<D:privilege><C:read-free-busy/></D:privilege>")
    assert mallory.request("GET", urls["open"]).status == 404
    id = urls["hidden"].rpartition("/")[2]
    named = event("hid", f"ATTACH;MANAGED-ID={id}:http://localhost{urls['hidden']}")
    assert mallory.request("PUT", default(mallory) + "x.ics", named).status == 403
    assert mallory.request("GET", urls["hidden"]).status == 404


def test_who_may_only_know_when_one_is_busy_sees_nothing_else(anna, mallory):
    share(anna, default(anna), mallory, "<D:privilege><C:read-free-busy/></D:privilege>")
    busy = mallory.report(default(anna), "C:free-busy-query", RANGE)
    assert (busy.status, b"FREEBUSY" in busy.body, SECRET in busy.body) == (200, True, False)
    assert mallory.propfind(default(anna), "D:displayname").status == 404
    assert mallory.request("GET", default(anna) + "open.ics").status == 404
    answer = mallory.report(default(anna), "C:calendar-query", REPORTS["C:calendar-query"], "1")
    assert answer.status == 403
    home = mallory.propfind(mallory.home(CALENDARS), "D:owner")
    assert anna.name.encode() not in home.body


def test_the_default_calendar_of_ones_inbox_is_ones_own(anna, mallory):
    share(anna, default(anna), mallory, WRITE)
    href = f"<D:href>{default(anna)}</D:href>"
    content = f"<C:schedule-default-calendar-URL>{href}</C:schedule-default-calendar-URL>"
    body = tree("D:propertyupdate", f"<D:set><D:prop>{content}</D:prop></D:set>")
    inbox = f"{mallory.home(CALENDARS)}Inbox/"
    answer = mallory.request("PROPPATCH", inbox, body).one
    assert answer.status_of("C:schedule-default-calendar-URL") in {403, 409}


def test_nobody_organizes_in_the_name_of_another(anna, mallory):
    lines = (f"ORGANIZER:mailto:{anna.name}", f"ATTENDEE:mailto:{mallory.name}")
    mallory.request("PUT", default(mallory) + "forged.ics", event("forged", *lines))
    body = (
        event("busy")
        .replace(b"VEVENT", b"VFREEBUSY")
        .replace(b"PRODID", b"METHOD:REQUEST\r\nPRODID")
    )
    body = body.replace(b"DTSTAMP", f"{lines[0]}\r\n{lines[1]}\r\nDTSTAMP".encode())
    outbox = f"{mallory.home(CALENDARS)}Outbox/"
    answer = mallory.request("POST", outbox, body, {"content-type": "text/calendar"})
    assert answer.status == 403
    assert len(anna.propfind(default(anna), "D:getetag").responses) == 3
    assert len(anna.propfind(f"{anna.home(CALENDARS)}Inbox/", "D:getetag").responses) == 1


TOKENS = ["{0}=1", "{0}={1}", "{0}={1}-0", "{0}=99999999999", "999999=1", "999999=99999999999"]


@pytest.mark.parametrize("state", TOKENS)
@pytest.mark.parametrize("kind", KINDS)
def test_a_made_up_token_tells_nothing_of_others_accounts(ground, anna, mallory, kind, state):
    own = mallory.propfind(mallory.home(kind), "D:sync-token", depth="0").one["D:sync-token"]
    hers = anna.propfind(anna.home(kind), "D:sync-token", depth="0").one["D:sync-token"]
    forged = state.format(hers.rpartition(":")[0].rpartition(".")[2], hers.rpartition(":")[2])
    body = f"<D:sync-token>{own}:{forged}</D:sync-token><D:sync-level>1</D:sync-level>"
    answer = mallory.report(mallory.home(kind), "D:sync-collection", body + prop("D:owner"))
    assert answer.status == 403
    assert answer.condition == clark("D:valid-sync-token")
    assert anna.name.encode() not in answer.body


@pytest.mark.parametrize(
    "path",
    [
        "/dav/drive/user/{m}/../{a}/file",
        "/dav/drive/user/{m}/%2e%2e/{a}/file",
        "/dav/drive/user/{m}/..%2f{a}%2ffile",
        "/dav/drive/user/{m}%2f..%2f{a}/file",
        "/dav/drive/user//{a}/file",
        "/dav/calendars/user/{m}/../{a}/Default/open.ics",
        "/dav/calendars/user/{m}/{a}.Default/open.ics",
        "/dav/calendars/../drive/user/{a}/file",
        "/dav/principals/user/{a}/../../../drive/user/{a}/file",
        "/dav/calendars/user/{a}/attachments/../Default/open.ics",
        "/dav/calendars/user/{a}/Attachments/x",
    ],
)
def test_no_path_leads_to_anothers(anna, mallory, path):
    url = path.format(m=mallory.name, a=anna.name)
    for method in ("GET", "PROPFIND", "DELETE"):
        answer = mallory.request(method, url)
        assert answer.status in {400, 404, 405}, answer
        assert SECRET not in answer.body
    assert anna.request("GET", anna.drive + "file").body == SECRET


def test_a_page_of_a_users_own_runs_in_no_browser(mallory):
    url = mallory.drive + "page.html"
    mallory.request("PUT", url, b"<script>alert(1)</script>", {"content-type": "text/html"})
    headers = mallory.request("GET", url).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in headers["content-security-policy"]
