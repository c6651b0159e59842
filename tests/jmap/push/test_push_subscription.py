"""PushSubscription/get and /set (RFC 8620 §7.2)."""

from __future__ import annotations

import asyncio

import pytest

from cyrpy.data import credentials, principals
from cyrpy.data.credentials import NewCredential
from cyrpy_jmap.errors import SetError
from cyrpy_jmap.types.push_subscription import MAX_UNVERIFIED, PushSubscriptions
from tests.jmap.push.receiver import Device
from tests.jmap.push.subscriber import Subscriber

URL = "https://push.example.com/device/secret"
WEEK = 7 * 24 * 3600


@pytest.fixture
def mine(site, anna) -> Subscriber:
    return Subscriber(site, anna)


@pytest.fixture
def theirs(site, anna) -> Subscriber:
    """Of the same user, signed in with another credential."""
    new = NewCredential(anna.principal_id, credentials.TOKEN, "another secret")
    other = site.core.database.write(lambda unit: credentials.insert_credential(unit, new))
    return Subscriber(site, anna._replace(credential_id=other))


def run(coroutine):
    return asyncio.run(coroutine)


def test_a_creation_answers_what_the_server_set(mine):
    made = run(mine.create(URL))
    assert made == {
        "id": "P1",
        "keys": None,
        "verificationCode": None,
        "expires": "2023-11-21T22:13:20Z",  # a week after the clock of the tests
        "types": None,
    }


def test_url_and_keys_are_never_told(mine):
    async def scenario():
        await mine.create(URL, keys=Device().keys)
        (record,) = await mine.get(ids=None)
        assert set(record) == {"id", "deviceClientId", "verificationCode", "expires", "types"}
        for name in ("url", "keys"):
            response = await mine.answer("PushSubscription/get", {"ids": [], "properties": [name]})
            assert (response[0], response[1]["type"]) == ("error", "forbidden")

    run(scenario())


def test_there_is_no_account_and_no_state(mine):
    async def scenario():
        await mine.create(URL)
        assert set(await mine.call("PushSubscription/get")) == {"list", "notFound"}
        answer = await mine.set()
        assert not {"accountId", "oldState", "newState"} & set(answer)
        refused = await mine.answer("PushSubscription/get", {"accountId": "anna"})
        assert refused[1]["type"] == "invalidArguments"

    run(scenario())


def test_the_code_is_not_told_before_it_was_used(mine):
    async def scenario():
        id = (await mine.create(URL))["id"]
        assert [r["verificationCode"] for r in await mine.get()] == [None]
        code = mine.row(id).verification_code
        assert (await mine.update(id, verificationCode=code))["updated"] == {id: None}
        assert [r["verificationCode"] for r in await mine.get()] == [code]

    run(scenario())


@pytest.mark.parametrize("code", ["wrong", "", "é"])
def test_a_wrong_code_is_refused(mine, code):
    async def scenario():
        id = (await mine.create(URL))["id"]
        error = (await mine.update(id, verificationCode=code))["notUpdated"][id]
        assert (error["type"], error["properties"]) == ("invalidProperties", ["verificationCode"])
        assert not mine.row(id).is_verified

    run(scenario())


def test_a_code_at_creation_is_refused(mine):
    error = run(mine.refused(URL, verificationCode="guess"))
    assert (error["type"], error["properties"]) == ("invalidProperties", ["verificationCode"])


@pytest.mark.parametrize("property", ["url", "deviceClientId", "keys"])
def test_what_is_immutable_cannot_change(mine, property):
    async def scenario():
        id = (await mine.create(URL))["id"]
        value = Device().keys if property == "keys" else "https://elsewhere.example.com/"
        error = (await mine.update(id, **{property: value}))["notUpdated"][id]
        assert (error["type"], error["properties"]) == ("invalidProperties", [property])

    run(scenario())


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ("2023-11-16T00:00:00Z", "2023-11-16T00:00:00Z"),
        ("2030-01-01T00:00:00Z", "2023-11-21T22:13:20Z"),
    ],
)
def test_the_expiry_is_kept_within_a_week(mine, asked, given):
    assert run(mine.create(URL, expires=asked))["expires"] == given


def test_an_update_may_prolong_it_and_answers_what_became_of_it(mine, clock):
    async def scenario():
        id = (await mine.create(URL))["id"]
        clock.advance(WEEK / 2)
        answer = await mine.update(id, expires="2030-01-01T00:00:00Z")
        assert answer["updated"] == {id: {"expires": "2023-11-25T10:13:20Z"}}
        exact = "2023-11-20T00:00:00Z"
        assert (await mine.update(id, expires=exact))["updated"] == {id: None}

    run(scenario())


def test_with_a_credential_that_ends_it_may_last_as_long(site, anna, clock):
    end = int(clock.now) + 10 * WEEK
    new = NewCredential(anna.principal_id, credentials.TOKEN, "session", expires_at=end)
    credential = site.core.database.write(lambda u: credentials.insert_credential(u, new))
    mine = Subscriber(site, anna._replace(credential_id=credential))

    async def scenario():
        assert (await mine.create(URL))["expires"] == "2024-01-23T22:13:20Z"
        far = await mine.create(URL, expires="2023-12-31T00:00:00Z")
        assert far["expires"] == "2023-12-31T00:00:00Z"

    run(scenario())


def test_another_credential_of_the_user_sees_none_of_it(mine, theirs):
    async def scenario():
        id = (await mine.create(URL))["id"]
        assert await theirs.get() == []
        answer = await theirs.set(update={id: {"types": ["Email"]}}, destroy=[id])
        assert answer["notDestroyed"][id]["type"] == "notFound"
        assert mine.row(id) is not None

    run(scenario())


def test_another_users_subscription_is_not_found(mine, site, bert):
    other = Subscriber(site, bert)

    async def scenario():
        id = (await mine.create(URL))["id"]
        assert await other.get(ids=[id]) == []
        assert (await other.set(destroy=[id]))["notDestroyed"][id]["type"] == "notFound"

    run(scenario())


def test_it_ends_with_its_credential(mine, site, anna):
    id = run(mine.create(URL))["id"]
    site.revoke(anna)
    assert mine.row(id) is None


def test_it_ends_with_its_user(mine, site, anna):
    id = run(mine.create(URL))["id"]
    site.core.database.write(lambda unit: unit.run(principals.DELETE, id=anna.principal_id))
    assert mine.row(id) is None


def test_a_destroyed_one_is_gone(mine):
    async def scenario():
        id = (await mine.create(URL))["id"]
        assert (await mine.set(destroy=[id]))["destroyed"] == [id]
        assert mine.row(id) is None

    run(scenario())


def test_too_many_that_wait_to_be_verified_are_refused(mine):
    async def scenario():
        for _ in range(MAX_UNVERIFIED):
            await mine.create(URL)
        assert (await mine.refused(URL))["type"] == "rateLimit"

    run(scenario())


def test_too_many_are_refused(mine, monkeypatch):
    monkeypatch.setattr("cyrpy_jmap.types.push_subscription.MAX_SUBSCRIPTIONS", 1)

    async def scenario():
        await mine.create(URL)
        assert (await mine.refused(URL))["type"] == "overQuota"

    run(scenario())


@pytest.mark.parametrize(
    ("property", "value"),
    [
        ("keys", {"p256dh": "AAAA", "auth": "AAAA"}),
        ("keys", {"p256dh": "AAAA"}),
        ("types", ["two words"]),
        ("types", ["T"] * 101),
        ("expires", "2023-02-30T00:00:00Z"),
        ("expires", "tomorrow"),
        ("deviceClientId", ""),
    ],
)
def test_a_wrong_property_is_named(mine, property, value):
    error = run(mine.refused(URL, **{property: value}))
    assert error["type"] == "invalidProperties"
    assert all(path.startswith(property) for path in error["properties"])


@pytest.mark.parametrize(
    "url", ["http://example.com/", "https://127.0.0.1/", "https://[::1]/", "https://a:1@b.example/"]
)
def test_ssrf_urls_are_refused_at_once(url):
    with pytest.raises(SetError) as caught:
        PushSubscriptions()._judge({"verificationCode": None, "url": url, "keys": None})
    assert caught.value.properties == ["url"]


def test_rows_do_not_show_their_secrets(mine):
    id = run(mine.create(URL, keys=Device().keys))["id"]
    assert "secret" not in repr(mine.row(id))
