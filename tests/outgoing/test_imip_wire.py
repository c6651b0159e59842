"""Invitations and answers by mail, from a PUT to the relay and from LMTP to a GET (RFC 6047)."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from itertools import count
from typing import Any

import pytest

from cyrpy.data import submission_queue
from cyrpy.formats.ical.component import Component
from cyrpy.formats.ical.parse import parse
from cyrpy.formats.ical.write import write
from tests.mail.lmtp_client import Lmtp
from tests.outgoing.test_reports import report
from tests.support.meetings import answer, event, meeting, parts
from tests.support.server import Answer, Server, add_user, ask, bearer
from tests.support.smtp_server import Received, SmtpServer

PATIENCE = 30  # seconds
NUMBERS = count(1)
START = "DTSTART:20990105T090000Z"
EVE = "mailto:eve@elsewhere.org"
CARD = "BEGIN:VCARD\r\nVERSION:4.0\r\nUID:e\r\nFN:Eve\r\nEMAIL:Eve@Elsewhere.org\r\nEND:VCARD\r\n"


class World:
    """A server that takes and sends mail, on a loop in a thread of its own."""

    def __init__(self, folder: Any, relay: SmtpServer | None, options: str) -> None:
        options += "httpmodules: caldav carddav\nlmtp_listen: 127.0.0.1:0\n"
        if relay is not None:
            options += f"submission_relay: {relay.address}\n"
        self.relay = relay
        self.server = Server(folder, options)
        self._thread = threading.Thread(target=self.server.loop.run_forever)
        self._thread.start()

    def user(self, name: str) -> User:
        name = f"{name}{next(NUMBERS)}"
        add_user(self.server.configuration, self.server.core.database, name)
        return User(self, name)

    def ask(self, *args: Any) -> Answer:
        work = ask(self.server.site.app, *args)
        return asyncio.run_coroutine_threadsafe(work, self.server.loop).result(PATIENCE)

    def deliver(self, octets: bytes, recipient: str) -> None:
        with Lmtp("127.0.0.1", self.server.site.lmtp.ports[0]) as client:
            assert client.deliver(octets, [recipient]) == ["250 2.1.5 delivered"]

    def mailed(self, wanted: int = 1) -> list[Received]:
        """What came to the relay."""
        assert self.relay is not None
        until(lambda: len(self.relay.received) >= wanted)
        return self.relay.received

    def is_quiet(self) -> bool:
        """Whether nothing waits to be sent, nor is under way."""
        with self.server.core.database.read() as unit:
            return submission_queue.next_due(unit) is None

    def close(self) -> None:
        self.server.loop.call_soon_threadsafe(self.server.loop.stop)
        self._thread.join()
        self.server.close()


class User:
    """A client of one user over CalDAV."""

    def __init__(self, world: World, name: str) -> None:
        self.world = world
        self.name = name
        self.address = f"{name}@localhost"
        self.uri = f"mailto:{self.address}"
        self._headers = bearer(world.server.issue(name).secret)
        self.calendar = f"/dav/calendars/user/{name}/Default/"

    def request(self, method: str, path: str, body: bytes = b"", **headers: str) -> Answer:
        return self.world.ask(method, path, body, self._headers | headers)

    def put(self, calendar: Component, name: str = "m.ics") -> Answer:
        return self.request("PUT", self.calendar + name, write(calendar))

    def delete(self, name: str = "m.ics") -> Answer:
        return self.request("DELETE", self.calendar + name)

    def objects(self) -> list[Component]:
        """What is in the calendar."""
        found = self.request("PROPFIND", self.calendar, depth="1").body.decode()
        urls = {part.partition("<")[0] for part in found.split("href>") if part.startswith("/dav")}
        names = sorted(url for url in urls if url.endswith(".ics"))
        return [parse(self.request("GET", url).body) for url in names]

    def knows(self, card: str) -> None:
        url = f"/dav/addressbooks/user/{self.name}/Default/c.vcf"
        assert self.request("PUT", url, card.encode()).status == 201


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def mail_of(
    calendar: Component, sender: str = "eve@elsewhere.org", method: str = "", **more: str
) -> bytes:
    """A mail as other servers send it: an alternative, and the same once more as a file."""
    mail = EmailMessage()
    mail["From"] = f"Somebody <{sender}>"
    mail["To"] = "you@localhost"
    mail["Subject"] = "A meeting"
    for name, value in more.items():
        mail[name.replace("_", "-")] = value
    text = write(calendar).decode()
    method = method or calendar.value("METHOD") or ""
    mail.set_content("A meeting.")
    mail.add_alternative(text, subtype="calendar", params={"method": method})
    mail.add_attachment(text.encode(), maintype="application", subtype="ics", filename="a.ics")
    return mail.as_bytes().replace(b"\n", b"\r\n")


@pytest.fixture(params=["sqlite", "postgresql"])
def world(request, tmp_path) -> Iterator[World]:
    options = ""
    if request.param == "postgresql":
        options = f"database_url: {request.getfixturevalue('postgresql').new_database()}\n"
    with SmtpServer(extensions=("DSN",)) as relay:
        made = World(tmp_path, relay, options)
        yield made
        made.close()


@pytest.fixture
def anna(world) -> User:
    return world.user("anna")


def lunch(by: User, *lines: str, to: tuple[str, ...] = (EVE,), uid: str = "m") -> Component:
    return meeting(event(START, "SUMMARY:Lunch", *lines, by=by.uri, to=to, uid=uid))


def status(calendar: Component) -> str | None:
    line = parts(calendar)[None].first("ATTENDEE")
    return None if line is None else line.param("SCHEDULE-STATUS")


def calendar_in(found: Received) -> tuple[str, Component]:
    (part,) = [p for p in found.message.walk() if p.get_content_type() == "text/calendar"]
    return part.get_param("method"), parse(part.get_payload(decode=True))


def test_an_invitation_goes_from_a_put_to_the_relay(world, anna):
    assert anna.put(lunch(anna)).status == 201
    (found,) = world.mailed()
    assert (found.sender, found.recipients) == (anna.address, ["eve@elsewhere.org"])
    assert found.message["Subject"] == "Invitation: Lunch"
    method, calendar = calendar_in(found)
    assert (method, calendar.value("METHOD")) == ("REQUEST", "REQUEST")
    assert status(anna.objects()[0]) == "1.1"


def test_changes_and_the_end_of_it_are_mailed_too(world, anna):
    anna.put(lunch(anna))
    anna.put(lunch(anna, "LOCATION:Here"))
    anna.delete()
    methods = [calendar_in(found)[0] for found in world.mailed(3)]
    assert sorted(methods) == ["CANCEL", "REQUEST", "REQUEST"]


def test_an_answer_by_mail_is_in_the_organizers_object(world, anna):
    anna.put(lunch(anna))
    reply = meeting(event(START, by=anna.uri, to=[f"PARTSTAT=ACCEPTED:{EVE}"]), method="REPLY")
    world.deliver(mail_of(reply), anna.address)
    (calendar,) = anna.objects()
    assert answer(calendar, EVE) == "ACCEPTED"
    assert status(calendar) == "2.0"


def test_the_answer_of_somebody_else_changes_nothing(world, anna):
    anna.put(lunch(anna))
    reply = meeting(event(START, by=anna.uri, to=[f"PARTSTAT=ACCEPTED:{EVE}"]), method="REPLY")
    world.deliver(mail_of(reply, "mallory@elsewhere.org"), anna.address)
    mallory = "mailto:mallory@elsewhere.org"
    crash = meeting(event(START, by=anna.uri, to=[f"PARTSTAT=ACCEPTED:{mallory}"]), method="REPLY")
    world.deliver(mail_of(crash, "mallory@elsewhere.org"), anna.address)
    (calendar,) = anna.objects()
    assert answer(calendar, EVE) is None
    assert "mallory" not in write(calendar).decode()


def test_an_invitation_that_cannot_be_delivered_is_told_of(world, anna):
    world.relay.always["RCPT eve@elsewhere.org"] = "550 5.1.1 nobody"
    anna.put(lunch(anna, to=(EVE, "mailto:bob@elsewhere.org")))
    until(lambda: status(anna.objects()[0]) == "5.1")
    (_, bob) = parts(anna.objects()[0])[None].every("ATTENDEE")
    assert bob.param("SCHEDULE-STATUS") == "1.1"


def test_an_invitation_that_comes_back_later_is_told_of(world, anna):
    anna.put(lunch(anna))
    (found,) = world.mailed()
    envid = next(w for w in found.mail.split() if w.startswith("ENVID="))[6:]
    until(world.is_quiet)
    world.deliver(report(envid=envid, address="eve@elsewhere.org"), anna.address)
    assert status(anna.objects()[0]) == "5.1"


def invitation(to: User, uid: str = "m", **more: Any) -> Component:
    return meeting(
        event(START, "SUMMARY:Talk", by=EVE, to=[to.uri], uid=uid, **more), method="REQUEST"
    )


def test_an_invitation_of_somebody_known_is_in_the_calendar(world, anna):
    anna.knows(CARD)
    world.deliver(mail_of(invitation(anna)), anna.address)
    assert [parts(one)[None].value("SUMMARY") for one in anna.objects()] == ["Talk"]


def test_an_invitation_of_another_user_is_in_the_calendar(world, anna):
    bert = world.user("bert")
    calendar = meeting(event(START, by=bert.uri, to=[anna.uri]), method="REQUEST")
    world.deliver(mail_of(calendar, bert.address), anna.address)
    assert len(anna.objects()) == 1


@pytest.mark.parametrize(
    "card",
    [
        CARD.replace("Eve@E", "xeve@E"),
        CARD.replace("Elsewhere.org", "Elsewhere.org.evil.com"),
        CARD.replace("Eve@Elsewhere.org", "eve.elsewhere@org"),
        CARD.replace("EMAIL:", "NOTE:"),
    ],
)
def test_an_invitation_of_a_stranger_stays_mail(world, anna, card):
    anna.knows(card)
    world.deliver(mail_of(invitation(anna)), anna.address)
    assert anna.objects() == []


def test_what_is_known_to_be_forged_or_junk_changes_nothing(world, anna):
    anna.knows(CARD)
    forged = {"Authentication_Results": "mx.localhost; spf=pass; dmarc=fail (p=reject)"}
    world.deliver(mail_of(invitation(anna), **forged), anna.address)
    world.deliver(mail_of(invitation(anna), X_Spam_Flag="YES"), anna.address)
    junk = anna.address.replace("@", "+junk@")
    world.deliver(mail_of(invitation(anna)), junk)
    assert anna.objects() == []
    right = {"Authentication_Results": "mx.localhost; dmarc=pass"}
    world.deliver(mail_of(invitation(anna), X_Spam_Flag="No", **right), anna.address)
    assert len(anna.objects()) == 1


def test_mail_of_two_authors_changes_nothing(world, anna):
    anna.knows(CARD)
    octets = mail_of(invitation(anna), Sender="eve@elsewhere.org")
    two = octets.replace(b"From: ", b"From: mallory@elsewhere.org, ", 1)
    world.deliver(two, anna.address)
    assert anna.objects() == []


def test_what_follows_an_invitation_needs_no_address_book(world, anna):
    anna.knows(CARD)
    world.deliver(mail_of(invitation(anna)), anna.address)
    anna.request("DELETE", f"/dav/addressbooks/user/{anna.name}/Default/c.vcf")
    later = meeting(
        event(START.replace("05T", "06T"), "SEQUENCE:1", by=EVE, to=[anna.uri]), method="REQUEST"
    )
    world.deliver(mail_of(later), anna.address)
    assert parts(anna.objects()[0])[None].value("DTSTART") == "20990106T090000Z"
    off = meeting(event(START, "SEQUENCE:2", by=EVE, to=[anna.uri]), method="CANCEL")
    world.deliver(mail_of(off), anna.address)
    assert parts(anna.objects()[0])[None].value("STATUS") == "CANCELLED"


def test_the_answer_to_a_mailed_invitation_goes_back_by_mail(world, anna):
    anna.knows(CARD)
    world.deliver(mail_of(invitation(anna)), anna.address)
    found = anna.request("PROPFIND", anna.calendar, depth="1").body.decode()
    (url,) = {p.partition("<")[0] for p in found.split("href>") if ".ics<" in p}
    calendar = parse(anna.request("GET", url).body)
    octets = write(calendar).replace(b"\r\n ", b"")
    octets = octets.replace(b"ATTENDEE:", b"ATTENDEE;PARTSTAT=TENTATIVE:")
    assert anna.request("PUT", url, octets).status == 204
    (mailed,) = world.mailed()
    assert mailed.recipients == ["eve@elsewhere.org"]
    method, reply = calendar_in(mailed)
    assert method == "REPLY"
    assert answer(reply, anna.uri) == "TENTATIVE"


@pytest.mark.parametrize(
    "change",
    [
        lambda octets: octets.replace(b"BEGIN:VEVENT", b"BEGIN:VEVENT\r\nBEGIN:VEVENT"),
        lambda octets: octets.replace(b"text/calendar", b"text/calendar; charset=x-none"),
        lambda octets: octets.replace(b"DTSTART:2099", b"DTSTART:99992099"),
        lambda octets: octets.replace(b"METHOD:REQUEST", b"METHOD:CANCEL"),
        lambda octets: octets.replace(b"From: ", b"X-From: "),
        lambda octets: octets.replace(b"From: ", b"From: <>,"),
        lambda octets: octets[:-300],
    ],
)
def test_odd_mail_is_delivered_all_the_same(world, anna, change):
    anna.knows(CARD)
    world.deliver(change(mail_of(invitation(anna))), anna.address)


@pytest.mark.parametrize(("accept", "count"), [("all", 1), ("none", 0)])
def test_the_policy_is_the_admins(tmp_path, accept, count):
    world = World(tmp_path, None, f"imip_accept: {accept}\n")
    try:
        anna = world.user("anna")
        world.deliver(mail_of(invitation(anna)), anna.address)
        assert len(anna.objects()) == count
    finally:
        world.close()


def test_without_a_relay_nothing_is_promised(tmp_path):
    world = World(tmp_path, None, "")
    try:
        anna = world.user("anna")
        anna.put(lunch(anna))
        assert status(anna.objects()[0]) == "5.1"
    finally:
        world.close()
