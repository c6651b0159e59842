"""Managed attachments of meetings to which somebody elsewhere is invited (RFC 8607, RFC 6047)."""

from __future__ import annotations

from base64 import b64encode

from cyrpy.formats.ical.parse import parse
from cyrpy.formats.ical.write import write
from cyrpy.groupware.attachments import embedder
from cyrpy.groupware.scheduling import How
from tests.scheduling.test_sched_mail import EVE, START, calendar_part, change, lunch, queue
from tests.support.meetings import parts

__all__ = ["change", "queue"]
MENU = b"Soup, fish, cake"


def attached(anna):
    """A stored meeting with an attachment."""
    url = f"{anna.calendars}Default/m.ics"
    headers = {"content-type": "text/calendar"}
    assert anna.request("PUT", url, write(lunch(to=())), headers).status == 201
    given = {"content-type": "text/plain", "content-disposition": 'attachment; filename="m.txt"'}
    assert anna.request("POST", f"{url}?action=attachment-add", MENU, given).status == 201
    return anna.request("GET", url).body


def test_who_is_elsewhere_gets_the_attachment_itself(anna, server, change, queue):
    stored = attached(anna)
    part = lunch(to=(EVE,))
    (line,) = parts(parse(stored))[None].every("ATTACH")
    parts(part)[None].properties.append(line)
    change(anna, None, part, How(mails=True, embed=embedder(server.core.blobs)))
    ((_, _, mail),) = queue()
    told = parse(calendar_part(mail).get_payload(decode=True))
    (sent,) = parts(told)[None].every("ATTACH")
    assert sent.value == b64encode(MENU).decode()
    assert (sent.param("FMTTYPE"), sent.param("FILENAME")) == ("text/plain", "m.txt")
    assert sent.param("MANAGED-ID") is None
    assert START in calendar_part(mail).get_payload(decode=True).decode()


def test_what_is_stored_keeps_its_url(anna, server, change):
    part = lunch(to=(EVE,))
    (line,) = parts(parse(attached(anna)))[None].every("ATTACH")
    parts(part)[None].properties.append(line)
    kept = change(anna, None, part, How(mails=True, embed=embedder(server.core.blobs)))
    (after,) = parts(kept)[None].every("ATTACH")
    assert after.param("MANAGED-ID") == line.param("MANAGED-ID")
