"""The same operations lead to the same calendars and states in both dialects and databases."""

from __future__ import annotations

import pytest

from tests.contracts.dialects import DIALECTS
from tests.support.jmap import Calendars
from tests.support.servers import new_client

WORK = {"name": "Work", "color": "#123456", "sortOrder": 3, "isVisible": False}
# Calls to set, in order; "$k" is the id that was given to the creation "k".
SCRIPTS = {
    "create": [{"create": {"k": WORK}}],
    "create_with_defaults": [{"create": {"k": {"name": "Work"}}}],
    "create_several": [{"create": {f"k{n}": {"name": f"Work {n}"} for n in range(4)}}],
    "create_with_alpha": [{"create": {"k": {"name": "Work", "color": "#12345678"}}}],
    "update": [{"create": {"k": WORK}}, {"update": {"$k": {"name": "Play", "sortOrder": 0}}}],
    "update_to_the_same": [{"create": {"k": WORK}}, {"update": {"$k": WORK}}],
    "update_what_was_just_created": [{"create": {"k": WORK}, "update": {"#k": {"name": "Play"}}}],
    "destroy": [{"create": {"k": WORK}}, {"destroy": ["$k"]}],
    "destroy_the_default": [{"destroy": ["Default"]}],
    "destroy_twice": [{"create": {"k": WORK}}, {"destroy": ["$k"]}, {"destroy": ["$k"]}],
    "update_nothing": [{"update": {"nothing": {"name": "x"}}}],
    "refuse_a_name": [{"create": {"k": {**WORK, "name": ""}}}],
    "refuse_a_nul": [{"create": {"k": {**WORK, "name": "a\0b"}}}],
    "refuse_a_colour": [{"update": {"Default": {"color": "#1"}}}],
    "refuse_a_property": [{"create": {"k": {**WORK, "shape": "round"}}}],
    "refuse_some": [
        {"create": {"k": WORK, "l": {"name": 3}}, "update": {"Default": {"sortOrder": -1}}}
    ],
    "all_at_once": [
        {"create": {"k": WORK}},
        {
            "create": {"l": {"name": "Other"}},
            "update": {"Default": {"name": "Home"}},
            "destroy": ["$k"],
        },
    ],
    "text_of_all_planes": [{"create": {"k": {"name": "ä\u2028\U0001f389 \x01"}}}],
}


def played(server, dialect, script) -> dict:
    """What a new user has after a script, and what each step said."""
    calendars = Calendars(new_client(server, "anna"))
    start = calendars.state()
    ids: dict[str, str] = {}
    said = []
    for step in script:
        outcome = DIALECTS[dialect].set(calendars, **_filled(step, ids))
        ids |= outcome["created"]
        said.append(outcome)
    return {
        "said": said,
        "records": calendars.all(),
        "colors": calendars.call("get", properties=["x-color"])["list"],
        "moved": int(calendars.state()) - int(start),
        "changes": calendars.changes(start),
    }


def _filled(step, ids):
    def real(id: str) -> str:
        return ids[id[1:]] if id[:1] == "$" else id

    filled = dict(step)
    if "update" in step:
        filled["update"] = {real(id): patch for id, patch in step["update"].items()}
    if "destroy" in step:
        filled["destroy"] = [real(id) for id in step["destroy"]]
    return filled


@pytest.mark.parametrize("name", sorted(SCRIPTS))
def test_dialects_and_databases_agree(sqlite_server, postgresql_server, name):
    expected = played(sqlite_server, "rfc8620", SCRIPTS[name])
    assert played(sqlite_server, "classic", SCRIPTS[name]) == expected
    assert played(postgresql_server, "rfc8620", SCRIPTS[name]) == expected
    assert played(postgresql_server, "classic", SCRIPTS[name]) == expected


@pytest.mark.parametrize("dialect", DIALECTS)
def test_both_dialects_show_the_same_calendars_and_state(server, dialect):
    calendars = Calendars(new_client(server, "anna"))
    DIALECTS[dialect].set(calendars, create={"k": WORK})
    common = ["id", "name", "sortOrder", "isVisible"]
    modern = calendars.call("get", properties=common)
    classic = calendars.client.classic_call("getCalendars", properties=common)
    assert (modern["state"], modern["list"]) == (classic["state"], classic["list"])


def test_both_dialects_tell_the_same_changes(server):
    calendars = Calendars(new_client(server, "anna"))
    gone = calendars.create()
    since = calendars.state()
    made = calendars.create()
    calendars.update("Default", name="Home")
    calendars.destroy(gone)
    modern = calendars.changes(since)
    classic = calendars.client.classic_call("getCalendarUpdates", sinceState=since)
    assert sorted(classic["changed"]) == sorted(modern["created"] + modern["updated"])
    assert (classic["removed"], [made]) == (modern["destroyed"], modern["created"])
    assert classic["newState"] == calendars.state()
