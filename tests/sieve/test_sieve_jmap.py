"""SieveScript over JMAP (RFC 9661)."""

from __future__ import annotations

import pytest

from tests.sieve.conftest import SIEVE
from tests.support.jmap import CORE
from tests.support.server import Server
from tests.support.servers import new_client

GOOD = 'require "fileinto";\r\nfileinto "Lists";\r\n'
BAD = "keep;\r\n  nonsense;\r\n"


def test_the_session_tells_of_limits_and_extensions(anna):
    session = anna.session()
    assert session["capabilities"][SIEVE]["implementation"].startswith("cyrpy ")
    account = session["accounts"][anna.account]["accountCapabilities"][SIEVE]
    assert account["maxSizeScriptName"] == 512
    assert account["maxSizeScript"] == 256 * 1024
    assert account["maxNumberScripts"] == 100
    assert account["maxNumberRedirects"] == 4
    assert {"fileinto", "vacation", "imap4flags", "variables"} <= set(account["sieveExtensions"])
    assert account["sieveExtensions"] == sorted(account["sieveExtensions"])
    assert (account["notificationMethods"], account["externalLists"]) == (None, None)
    assert session["primaryAccounts"][SIEVE] == anna.account


def test_a_script_is_created_and_read(anna, scripts):
    blob_id = scripts.blob(GOOD)
    answer = scripts.set(create={"k": {"name": "main", "blobId": blob_id}})
    created = answer["created"]["k"]
    assert created.keys() == {"id", "isActive"}
    assert answer["oldState"] != answer["newState"]
    expected = {"id": created["id"], "name": "main", "blobId": blob_id, "isActive": False}
    assert scripts.one(created["id"]) == expected
    assert anna.download(blob_id).body == GOOD.encode()
    assert scripts.call("get", ids=["V999", "x"])["notFound"] == ["V999", "x"]
    properties = scripts.call("get", ids=[created["id"]], properties=["name"])["list"]
    assert properties == [{"id": created["id"], "name": "main"}]


def test_the_server_names_what_has_no_name(scripts):
    blob_id = scripts.blob()
    created = scripts.set(create={"a": {"blobId": blob_id}, "b": {"name": None, "blobId": blob_id}})
    for one in created["created"].values():
        assert one["name"] == one["id"] == scripts.one(one["id"])["name"]
    id = scripts.new("x")
    assert scripts.update(id, name=None) == {"name": id}


def test_a_script_is_changed(anna, scripts):
    id = scripts.new("main", GOOD)
    before = scripts.state()
    other = scripts.blob("discard;")
    assert scripts.update(id, name="other", blobId=other) is None
    assert scripts.one(id) == {"id": id, "name": "other", "blobId": other, "isActive": False}
    found = scripts.call("changes", sinceState=before)
    assert (found["created"], found["updated"], found["destroyed"]) == ([], [id], [])
    assert scripts.update(id, name="other") is None
    assert scripts.update(id, isActive=False) is None


def test_a_script_is_destroyed(scripts):
    id = scripts.new("main")
    before = scripts.state()
    scripts.destroy(id)
    assert scripts.all() == {}
    assert scripts.call("changes", sinceState=before)["destroyed"] == [id]
    assert scripts.refused_destroy(id)["type"] == "notFound"
    assert scripts.refused_update(id, name="x")["type"] == "notFound"


@pytest.mark.parametrize(
    "name", ["", "x" * 513, "\u00fc" * 257, "a\x00b", "a\nb", "a/b", "\x85", "\u2028", 5]
)
def test_names_that_cannot_be(scripts, name):
    error = scripts.refused_create(name=name, blobId=scripts.blob())
    assert (error["type"], error["properties"]) == ("invalidProperties", ["name"])
    id = scripts.new("main")
    error = scripts.refused_update(id, name=name)
    assert (error["type"], error["properties"]) == ("invalidProperties", ["name"])


def test_names_are_unique(scripts):
    id = scripts.new("main")
    scripts.new("Main")
    error = scripts.refused_create(name="main", blobId=scripts.blob())
    assert (error["type"], error["existingId"]) == ("alreadyExists", id)
    other = scripts.new("other")
    error = scripts.refused_update(other, name="main")
    assert (error["type"], error["existingId"]) == ("alreadyExists", id)
    assert scripts.update(id, name="main") is None


def test_wrong_content_is_refused_with_its_line(scripts):
    error = scripts.refused_create(name="main", blobId=scripts.blob(BAD))
    assert error["type"] == "invalidSieve"
    assert error["description"] == "line 2, column 3: there is no command 'nonsense'"
    id = scripts.new("main")
    assert scripts.refused_update(id, blobId=scripts.blob(BAD))["type"] == "invalidSieve"
    error = scripts.refused_create(name="b", blobId=scripts.blob('require "vnd.x";'))
    assert error["type"] == "invalidSieve"
    assert "not supported" in error["description"]
    large = scripts.blob("#" + "x" * 256 * 1024)
    error = scripts.refused_create(name="main", blobId=large)
    assert (error["type"], error["maxSize"]) == ("tooLarge", 256 * 1024)


def test_blobs_that_are_not_there(scripts, client):
    missing = "G" + "0" * 64
    for blob_id in (missing, "#none", scripts.__class__(client("bert")).blob("# bert's\r\n")):
        error = scripts.refused_create(name="main", blobId=blob_id)
        assert (error["type"], error["notFound"]) == ("blobNotFound", [blob_id])
    assert scripts.refused_create(name="main")["type"] == "invalidProperties"
    assert scripts.refused_create(name="m", blobId=None)["properties"] == ["blobId"]


def test_what_the_server_sets_is_not_the_clients(scripts):
    error = scripts.refused_create(name="a", blobId=scripts.blob(), isActive=True)
    assert (error["type"], error["properties"]) == ("invalidProperties", ["isActive"])
    id = scripts.new("main")
    assert scripts.refused_update(id, isActive=True)["properties"] == ["isActive"]
    assert scripts.refused_update(id, other=1)["type"] in {"invalidProperties", "invalidPatch"}


def test_a_script_of_an_upload_of_the_same_request(anna, scripts):
    upload = {"create": {"b": {"data": [{"data:asText": GOOD}], "type": "application/sieve"}}}
    create = {"create": {"k": {"name": "main", "blobId": "#b"}}}
    account = {"accountId": anna.account}
    (_, (name, answer, _)) = anna.run(
        ["Blob/upload", {**account, **upload}], ["SieveScript/set", {**account, **create}]
    )
    assert name == "SieveScript/set"
    created = answer["created"]["k"]
    assert anna.download(scripts.one(created["id"])["blobId"]).body == GOOD.encode()


def test_scripts_are_not_too_many(scripts):
    blob_id = scripts.blob()
    create = {f"k{n}": {"name": f"s{n}", "blobId": blob_id} for n in range(101)}
    answer = scripts.set(create=create)
    assert len(answer["created"]) == 100
    assert [error["type"] for error in answer["notCreated"].values()] == ["overQuota"]


def test_a_script_is_activated_with_its_creation(scripts):
    create = {"k": {"name": "main", "blobId": scripts.blob()}}
    answer = scripts.set(create=create, onSuccessActivateScript="#k")
    assert answer["created"]["k"]["isActive"] is True
    assert answer["updated"] is None
    assert scripts.one(answer["created"]["k"]["id"])["isActive"] is True


def test_one_script_is_active_at_a_time(scripts):
    first, second = scripts.new("first", active=True), scripts.new("second")
    before = scripts.state()
    answer = scripts.set(onSuccessActivateScript=second)
    assert answer["updated"] == {first: {"isActive": False}, second: {"isActive": True}}
    assert answer["newState"] != before
    assert {id: one["isActive"] for id, one in scripts.all().items()} == {
        first: False,
        second: True,
    }
    answer = scripts.set(update={second: {"name": "x"}}, onSuccessActivateScript=second)
    assert answer["updated"] == {second: {"isActive": True}}


def test_the_active_script_is_deactivated(scripts):
    id = scripts.new("main", active=True)
    assert scripts.set(onSuccessDeactivateScript=False)["updated"] is None
    assert scripts.one(id)["isActive"] is True
    assert scripts.set(onSuccessDeactivateScript=True)["updated"] == {id: {"isActive": False}}
    assert scripts.one(id)["isActive"] is False
    assert scripts.set(onSuccessDeactivateScript=True)["updated"] is None


def test_deactivation_comes_before_activation(scripts):
    first, second = scripts.new("first", active=True), scripts.new("second")
    both = {"onSuccessDeactivateScript": True}
    answer = scripts.set(onSuccessActivateScript=second, **both)
    assert answer["updated"] == {first: {"isActive": False}, second: {"isActive": True}}
    answer = scripts.set(onSuccessActivateScript="V999", **both)  # ignored, as if it were omitted
    assert answer["updated"] == {second: {"isActive": False}}


@pytest.mark.parametrize("id", ["V999", "x", "#none", ""])
def test_ids_of_nothing_are_ignored(scripts, id):
    active = scripts.new("main", active=True)
    assert scripts.set(onSuccessActivateScript=id)["updated"] is None
    assert scripts.one(active)["isActive"] is True


def test_nothing_is_activated_unless_all_succeeds(scripts):
    active, other = scripts.new("main", active=True), scripts.new("other")
    for failing in (
        {"create": {"k": {"name": "bad", "blobId": scripts.blob(BAD)}}},
        {"update": {other: {"name": "a/b"}}},
        {"destroy": ["V999"]},
    ):
        answer = scripts.set(onSuccessActivateScript=other, **failing)
        assert answer["updated"] is None
        answer = scripts.set(onSuccessDeactivateScript=True, **failing)
        assert answer["updated"] is None
    assert scripts.one(active)["isActive"] is True


def test_the_active_script_is_not_destroyed(scripts):
    id = scripts.new("main", active=True)
    assert scripts.refused_destroy(id)["type"] == "sieveIsActive"
    answer = scripts.set(destroy=[id], onSuccessDeactivateScript=True)
    assert answer["notDestroyed"][id]["type"] == "sieveIsActive"
    scripts.set(onSuccessDeactivateScript=True)
    scripts.destroy(id)


def test_what_is_destroyed_is_not_activated(scripts):
    id = scripts.new("main")
    answer = scripts.set(destroy=[id], onSuccessActivateScript=id)
    assert (answer["destroyed"], answer["updated"]) == ([id], None)


def test_scripts_are_searched_and_sorted(scripts):
    ids = {name: scripts.new(name) for name in ("beta", "Alpha", "gamma", "alphabet")}
    scripts.set(onSuccessActivateScript=ids["gamma"])

    def found(filter=None, sort=None) -> list[str]:
        names = {id: name for name, id in ids.items()}
        answer = scripts.call("query", filter=filter, sort=sort, calculateTotal=True)
        assert answer["total"] == len(answer["ids"])
        assert answer["canCalculateChanges"] is True
        return [names[id] for id in answer["ids"]]

    by_name = [{"property": "name"}]
    assert found(sort=by_name) == ["Alpha", "alphabet", "beta", "gamma"]
    assert found({"name": "alpha"}, by_name) == ["Alpha", "alphabet"]
    assert found({"isActive": True}) == ["gamma"]
    assert found(
        {"isActive": False, "name": "a"}, [{"property": "name", "isAscending": False}]
    ) == [
        "beta",
        "alphabet",
        "Alpha",
    ]
    assert found(sort=[{"property": "isActive", "isAscending": False}, *by_name])[0] == "gamma"
    filter = {"operator": "NOT", "conditions": [{"name": "beta"}, {"isActive": True}]}
    assert found(filter, by_name) == ["Alpha", "alphabet"]
    assert scripts.client.fail("SieveScript/query", filter={"x": 1})["type"] == "unsupportedFilter"
    error = scripts.client.fail("SieveScript/query", sort=[{"property": "blobId"}])
    assert error["type"] == "unsupportedSort"
    error = scripts.client.fail("SieveScript/query", filter={"isActive": "yes"})
    assert error["type"] == "invalidArguments"


def test_changes_to_a_search_follow(scripts):
    first, second = scripts.new("first", active=True), scripts.new("second")
    query = {"filter": {"isActive": True}}
    since = scripts.call("query", **query)["queryState"]
    scripts.set(onSuccessActivateScript=second)
    found = scripts.call("queryChanges", sinceQueryState=since, **query)
    assert set(found["removed"]) >= {first}
    assert found["added"] == [{"id": second, "index": 0}]


def test_scripts_are_validated(anna, scripts):
    def error(text: str | None, blob_id: str = "G" + "1" * 64):
        blob_id = blob_id if text is None else scripts.blob(text)
        answer = scripts.call("validate", blobId=blob_id)
        assert answer["accountId"] == anna.account
        return answer["error"]

    before = scripts.state()
    assert error(GOOD) is None
    assert error("") is None
    assert error(BAD) == {
        "type": "invalidSieve",
        "description": "line 2, column 3: there is no command 'nonsense'",
    }
    assert error(None)["type"] == "blobNotFound"
    assert error("#" * 300_000)["type"] == "tooLarge"
    assert scripts.state() == before
    assert anna.fail("SieveScript/validate")["type"] == "invalidArguments"


def test_scripts_are_their_users_alone(scripts, client):
    id = scripts.new("main", "# a secret\r\nkeep;")
    blob_id = scripts.one(id)["blobId"]
    bert = client("bert")
    error = bert.fail("SieveScript/get", accountId=scripts.account)
    assert error["type"] == "accountNotFound"
    assert bert.download(blob_id).status == 404
    assert bert.download(blob_id, scripts.account).status == 404


def test_the_capability_must_be_used(anna):
    (found,) = anna.run(["SieveScript/get", {"accountId": anna.account}], using=(CORE,))
    assert (found[0], found[1]["type"]) == ("error", "unknownMethod")


def test_a_script_keeps_its_blob(anna, scripts, server):
    id = scripts.new("main", "# kept\r\nkeep;")
    blob_id = scripts.one(id)["blobId"]
    database, blobs = server.core.database, server.core.blobs

    def expired(unit) -> list[bytes]:
        unit.now += 10 * 86_400
        return blobs.expire(unit)

    assert blob_id[1:] not in [digest.hex() for digest in database.write(expired)]
    assert anna.download(blob_id).status == 200
    scripts.destroy(id)
    assert blob_id[1:] in [digest.hex() for digest in database.write(expired)]


def test_it_can_be_switched_off(tmp_path):
    server = Server(tmp_path, "jmap_sieve: no\n")
    try:
        client = new_client(server, "anna")
        assert SIEVE not in client.session()["capabilities"]
        answer = client.post({"using": [CORE, SIEVE], "methodCalls": []})
        assert answer.status == 400
        assert answer.json["type"] == "urn:ietf:params:jmap:error:unknownCapability"
    finally:
        server.close()
