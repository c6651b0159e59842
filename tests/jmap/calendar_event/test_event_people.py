"""ParticipantIdentity and Principal/getAvailability (JMAP Calendars)."""

from __future__ import annotations

import pytest

from tests.support.jmap import USING, Calendars, Records

AVAILABILITY = "urn:ietf:params:jmap:principals:availability"
SPAN = {"utcStart": "2026-01-05T00:00:00Z", "utcEnd": "2026-01-06T00:00:00Z"}


class Identities(Records):
    """Those of one account."""

    type = "ParticipantIdentity"


def ask(events, principal, **more):
    arguments = {"accountId": events.client.account, "id": principal, **SPAN, **more}
    call = ["Principal/getAvailability", arguments]
    ((name, answer, _),) = events.client.run(call, using=(*USING, AVAILABILITY))
    return answer if name == "error" else answer["list"]


def test_ones_addresses_are_ones_identities(anna):
    mine = Identities(anna.client)
    ((id, found),) = mine.all().items()
    assert found["calendarAddress"] == f"mailto:{anna.client.name}"
    assert found["isDefault"] is True
    state = mine.state()
    mine.update(id, name="Anna the Great")
    assert mine.one(id)["name"] == "Anna the Great"
    assert mine.changes(state) == {"created": [], "updated": [id], "destroyed": []}
    assert mine.refused_destroy(id)["type"] == "forbidden"
    assert mine.refused_update(id, calendarAddress="mailto:x@example.org")["type"] == "forbidden"


@pytest.mark.parametrize(
    ("address", "type"),
    [
        ("mailto:somebody@example.org", "forbidden"),
        ("tel:+43", "forbidden"),
        ("", "invalidProperties"),
    ],
)
def test_nobody_takes_an_address_of_others(anna, address, type):
    error = Identities(anna.client).refused_create(calendarAddress=address)
    assert error["type"] == type


def test_an_identity_that_is_there_is_not_made_again(anna):
    address = f"MAILTO:{anna.client.name.upper()}"
    error = Identities(anna.client).refused_create(calendarAddress=address)
    assert error["type"] == "alreadyExists"


def test_ones_identities_are_read_by_others_and_changed_by_none(anna, share):
    seen = Identities(share().client, anna.account)
    (id,) = seen.all()
    assert seen.refused_update(id, name="x")["type"] == "forbidden"


def test_busy_time_is_merged_where_nothing_is_told(anna, bert):
    anna.create(start="2026-01-05T10:00:00")
    anna.create(start="2026-01-05T10:30:00")
    anna.create(start="2026-01-05T11:30:00", status="tentative")
    anna.create(start="2026-01-05T15:00:00", freeBusyStatus="free")
    anna.create(start="2026-01-05T16:00:00", status="cancelled")
    anna.create(start="2026-01-05T17:00:00", privacy="secret")
    assert ask(bert, anna.account, showDetails=True) == [
        {"utcStart": "2026-01-05T09:00:00Z", "utcEnd": "2026-01-05T10:30:00Z",
         "busyStatus": "confirmed", "event": None},
        {"utcStart": "2026-01-05T10:30:00Z", "utcEnd": "2026-01-05T11:30:00Z",
         "busyStatus": "tentative", "event": None},
    ]  # fmt: skip


def test_events_are_shown_to_those_who_may_read_them(anna, bert, share):
    id = anna.create("Lunch", recurrenceRule={"frequency": "daily"}, color="red",
                     recurrenceOverrides={"2026-01-05T10:00:00": {"title": "Special"}})  # fmt: skip
    anna.create("Doctor", start="2026-01-05T18:00:00", privacy="private")
    share()
    named = ["title", "uid", "start", "color", "status"]
    first, second = ask(bert, anna.account, showDetails=True, eventProperties=named)
    assert first["event"] == {
        "title": "Special",
        "uid": anna.one(id)["uid"],
        "start": "2026-01-05T10:00:00",
        "status": "confirmed",
    }
    assert first["accountId"] == anna.account
    assert second["event"] is None
    assert [one["event"] for one in ask(bert, anna.account)] == [None, None]
    own = ask(anna, anna.account, showDetails=True)
    assert own[0]["event"]["color"] == "red"


def test_calendars_that_do_not_count_are_left_out(anna, bert):
    anna.create()
    Calendars(anna.client).update("Default", includeInAvailability="none")
    assert ask(bert, anna.account) == []


@pytest.mark.parametrize(
    ("arguments", "type"),
    [
        ({"principal": "nobody"}, "notFound"),
        ({"utcEnd": "2026-01-05T00:00:00Z"}, "invalidArguments"),
        ({"utcEnd": "2029-01-05T00:00:00Z"}, "tooLarge"),
        ({"utcStart": "yesterday"}, "invalidArguments"),
        ({"eventProperties": ["no such"]}, "invalidArguments"),
    ],
)
def test_what_cannot_be_asked_is_refused(anna, arguments, type):
    answer = ask(anna, **{"principal": anna.account, **arguments})
    assert answer["type"] == type
