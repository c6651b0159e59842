"""The actions capabilities, list, find, expand and leapseconds (RFC 7808 §5)."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from cyrpy.formats.ical.zones import use_tzdata_only
from cyrpy.formats.tzif import release


def tzids(answer):
    return [zone["tzid"] for zone in answer.json()["timezones"]]


def test_capabilities_name_the_source_the_formats_and_every_action(get):
    document = get("/capabilities").json()
    assert document["version"] == 1
    assert document["info"] == {
        "primary-source": f"IANA Time Zone Database:{release.version()}",
        "formats": [
            "text/calendar",
            "application/calendar+xml",
            "application/calendar+json",
            "application/tzif",
            "application/tzif-leap",
        ],
        "truncated": {"any": True, "untruncated": True},
    }
    assert {action["name"]: action["uri-template"] for action in document["actions"]} == {
        "capabilities": "/capabilities",
        "list": "/zones{?changedsince}",
        "get": "/zones{/tzid}{?start,end}",
        "expand": "/zones{/tzid}/observances{?start,end}",
        "find": "/zones{?pattern}",
        "leapseconds": "/leapseconds",
    }
    expand = next(action for action in document["actions"] if action["name"] == "expand")
    assert expand["parameters"] == [
        {"name": "start", "required": True, "multi": False},
        {"name": "end", "required": True, "multi": False},
    ]


def test_the_list_has_every_zone_once_with_its_aliases(get):
    zones = get("/zones").json()["timezones"]
    named = [zone["tzid"] for zone in zones]
    aliases = [alias for zone in zones for alias in zone.get("aliases", ())]
    assert sorted(named + aliases) == list(release.names())


def test_an_entry_says_all_that_a_client_needs_to_keep_its_copy(get):
    entry = next(z for z in get("/zones").json()["timezones"] if z["tzid"] == "America/New_York")
    assert "US/Eastern" in entry.pop("aliases")
    answer = get("/zones/America/New_York")
    assert entry == {
        "tzid": "America/New_York",
        "etag": answer.headers["etag"].strip('"'),
        "last-modified": release.modified().strftime("%Y-%m-%dT%H:%M:%SZ"),
        "publisher": "IANA Time Zone Database",
        "version": release.version(),
    }


def test_nothing_has_changed_since_the_synctoken_just_given(get):
    token = get("/zones").json()["synctoken"]
    assert get(f"/zones?changedsince={token}").json() == {"synctoken": token, "timezones": []}


def test_since_an_older_release_everything_may_have_changed(get):
    assert tzids(get("/zones?changedsince=2019c")) == tzids(get("/zones"))


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("Europe/Vienna", ["Europe/Vienna"]),
        ("europe/VIENNA", ["Europe/Vienna"]),
        ("*Vienna", ["Europe/Vienna"]),
        ("*vienn*", ["Europe/Vienna"]),
        ("Vienna", []),
        ("US/East*", ["America/Indiana/Indianapolis", "America/New_York"]),
        ("*New York", ["America/New_York"]),
        ("*new_york", ["America/New_York"]),
        ("Europe/Vienna\\*", []),
        ("*[a-z]*", []),
    ],
)
def test_find_matches_names_and_aliases_without_regard_to_case(get, pattern, found):
    assert tzids(get(f"/zones?pattern={pattern}")) == found


def test_expand_lists_what_holds_at_the_start_and_every_change_after(get):
    answer = get(
        "/zones/America/New_York/observances?start=2008-01-01T00:00:00Z&end=2009-01-01T00:00:00Z"
    )
    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == {
        "tzid": "America/New_York",
        "start": "2008-01-01T00:00:00Z",
        "end": "2009-01-01T00:00:00Z",
        "observances": [
            {
                "name": "EST",
                "onset": "2008-01-01T00:00:00Z",
                "utc-offset-from": -18000,
                "utc-offset-to": -18000,
            },
            {
                "name": "EDT",
                "onset": "2008-03-09T07:00:00Z",
                "utc-offset-from": -18000,
                "utc-offset-to": -14400,
            },
            {
                "name": "EST",
                "onset": "2008-11-02T06:00:00Z",
                "utc-offset-from": -14400,
                "utc-offset-to": -18000,
            },
        ],
    }


@pytest.mark.parametrize("name", ["Europe/Dublin", "Africa/Cairo", "Asia/Gaza", "Asia/Kolkata"])
def test_expand_agrees_with_zoneinfo_a_second_before_and_at_every_onset(get, name):
    use_tzdata_only()
    ZoneInfo.clear_cache()
    span = "start=1950-01-01T00:00:00Z&end=2200-01-01T00:00:00Z"
    for onset in get(f"/zones/{name}/observances?{span}").json()["observances"]:
        at = int(datetime.fromisoformat(onset["onset"]).timestamp())
        for instant, wanted in ((at - 1, "utc-offset-from"), (at, "utc-offset-to")):
            moment = datetime.fromtimestamp(instant, UTC).astimezone(ZoneInfo(name))
            assert moment.utcoffset().total_seconds() == onset[wanted]


def test_leap_seconds_are_listed_with_their_expiry(get):
    document = get("/leapseconds").json()
    assert document["leapseconds"][0] == {"utc-offset": 10, "onset": "1972-01-01"}
    assert document["leapseconds"][1] == {"utc-offset": 11, "onset": "1972-07-01"}
    assert document["leapseconds"][27] == {"utc-offset": 37, "onset": "2017-01-01"}
    assert document["expires"] == release.leap_seconds().expires.isoformat()
    assert document["version"] == release.version()
