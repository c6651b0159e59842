"""The Session object (RFC 8620 §2)."""

from __future__ import annotations

from cyrpy.data import access
from tests.jmap.engine.client import CORE
from tests.jmap.engine.notes import URN


def test_it_tells_the_limits_that_hold(anna):
    core = anna.request("GET").json["capabilities"][CORE]
    assert core == {
        "maxSizeUpload": 3 << 20,
        "maxConcurrentUpload": 1,
        "maxSizeRequest": 200_000,
        "maxConcurrentRequests": 2,
        "maxCallsInRequest": 20,
        "maxObjectsInGet": 10,
        "maxObjectsInSet": 10,
        "collationAlgorithms": ["i;ascii-casemap", "i;octet", "i;unicode-casemap"],
    }


def test_its_urls_are_absolute_templates_of_level_1(anna):
    session = anna.request("GET", "").json
    base = "https://mail.example.com/jmap"
    assert session["apiUrl"] == f"{base}/"
    assert session["uploadUrl"] == f"{base}/upload/{{accountId}}/"
    assert session["downloadUrl"] == (
        f"{base}/download/{{accountId}}/{{blobId}}/{{name}}?accept={{type}}"
    )
    assert session["eventSourceUrl"] == (
        f"{base}/eventsource/?types={{types}}&closeafter={{closeafter}}&ping={{ping}}"
    )


def test_ones_own_account_has_every_capability(anna):
    session = anna.request("GET").json
    assert session["username"] == "anna"
    assert session["capabilities"][URN] == {"maxTitle": 40}
    assert session["primaryAccounts"] == {URN: "anna"}
    assert session["accounts"] == {
        "anna": {
            "name": "anna",
            "isPersonal": True,
            "isReadOnly": False,
            "accountCapabilities": {CORE: {}, URN: {}},
        }
    }


def test_it_is_not_cached_on_the_way(anna):
    assert "no-store" in anna.request("GET").headers["cache-control"]


def test_accounts_of_others_appear_once_something_in_them_is_shared(core, anna, bert):
    before = bert.request("GET").json
    assert list(before["accounts"]) == ["bert"]
    owner, guest = anna.identity.principal_id, bert.identity.principal_id
    core.database.write(lambda unit: access.put_grant(unit, owner, "Calendar", 1, guest, "lr"))
    bert.identity = bert.identity._replace(epoch=2)
    after = bert.request("GET").json
    assert after["accounts"]["anna"] == {
        "name": "anna",
        "isPersonal": False,
        "isReadOnly": False,
        "accountCapabilities": {CORE: {}},
    }
    assert after["state"] != before["state"]
    assert bert.run(["Core/echo", {}])["sessionState"] == after["state"]


def test_its_state_stays_while_nothing_moves(anna, bert):
    states = {anna.request("GET").json["state"] for _ in range(3)}
    assert len(states) == 1
    assert bert.request("GET").json["state"] not in states


def test_head_is_answered_like_get(anna):
    assert anna.request("HEAD").status == 200
