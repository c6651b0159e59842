"""Ids and blobs of other accounts, and shares that ended."""

from __future__ import annotations

import pytest

from tests.support.jmap import Calendars

READ = {"mayReadItems": True}
CALLS = [
    ("Calendar/get", {}),
    ("Calendar/get", {"ids": ["Default"]}),
    ("Calendar/changes", {"sinceState": "0"}),
    ("Calendar/set", {"create": {"k": {"name": "x"}}}),
    ("Calendar/set", {"update": {"Default": {"name": "x"}}}),
    ("Calendar/set", {"destroy": ["Default"]}),
    ("Calendar/set", {"onSuccessSetIsDefault": "Default"}),
]
CLASSIC = [
    ("getCalendars", {}),
    ("getCalendarUpdates", {"sinceState": "0"}),
    ("setCalendars", {"create": {"k": {"name": "x"}}}),
    ("setCalendars", {"update": {"Default": {"name": "x"}}}),
    ("setCalendars", {"destroy": ["Default"]}),
]


def uploaded(client, octets: bytes = b"secret") -> str:
    answer = client.post(octets, f"/jmap/upload/{client.account}/")
    assert answer.status == 201, answer
    return answer.json["blobId"]


@pytest.mark.parametrize(("name", "arguments"), CALLS)
def test_no_call_reaches_the_account_of_another(anna, mallory, name, arguments):
    error = mallory.fail(name, **{**arguments, "accountId": anna.account})
    assert error["type"] == "accountNotFound"


@pytest.mark.parametrize(("name", "arguments"), CLASSIC)
@pytest.mark.parametrize("spelled", ["account", "name"])
def test_no_classic_call_reaches_the_account_of_another(anna, mallory, name, arguments, spelled):
    account = getattr(anna.client, spelled)
    ((found, error, _),) = mallory.classic([name, {**arguments, "accountId": account}])
    assert (found, error["type"]) == ("error", "accountNotFound")


def test_an_account_of_another_looks_like_one_that_there_is_not(anna, mallory):
    there = mallory.fail("Calendar/get", accountId=anna.account)
    nowhere = mallory.fail("Calendar/get", accountId="nobody")
    assert str(there).replace(anna.account, "X") == str(nowhere).replace("nobody", "X")


def test_an_id_of_another_account_is_nothing_in_ones_own(anna, mallory):
    id = anna.create()
    own = Calendars(mallory)
    assert own.call("get", ids=[id])["notFound"] == [id]
    assert own.refused_update(id, name="x")["type"] == "notFound"
    assert own.refused_destroy(id)["type"] == "notFound"


def test_the_session_names_nobody_elses_account(anna, mallory):
    assert list(mallory.session()["accounts"]) == [mallory.account]


@pytest.mark.parametrize("account", ["own", "others"])
def test_the_blob_of_another_is_not_found(anna, mallory, account):
    blob = uploaded(anna.client)
    where = mallory.account if account == "own" else anna.account
    assert mallory.get(f"/jmap/download/{where}/{blob}/x").status == 404


def test_the_blob_of_another_cannot_be_copied(anna, mallory):
    blob = uploaded(anna.client)
    error = mallory.fail("Blob/copy", fromAccountId=anna.account, blobIds=[blob])
    assert error["type"] == "fromAccountNotFound"


def test_nothing_is_copied_into_the_account_of_another(anna, mallory):
    arguments = {"fromAccountId": mallory.account, "blobIds": [uploaded(mallory)]}
    error = mallory.fail("Blob/copy", accountId=anna.account, **arguments)
    assert error["type"] == "accountNotFound"


def test_who_knows_the_octets_learns_nothing_of_other_owners(anna, mallory):
    blob = uploaded(anna.client)
    assert uploaded(mallory) == blob  # its own upload now
    assert mallory.get(f"/jmap/download/{anna.account}/{blob}/x").status == 404


def test_nobody_uploads_into_the_account_of_another(anna, mallory):
    assert mallory.post(b"x", f"/jmap/upload/{anna.account}/").status in {403, 404}


def test_a_sharee_does_not_see_the_uploads_of_the_owner(anna, mallory):
    blob = uploaded(anna.client)
    anna.share("Default", **{mallory.account: READ})
    assert mallory.get(f"/jmap/download/{anna.account}/{blob}/x").status == 404


def test_a_share_that_ended_ends_at_the_next_request(anna, mallory):
    anna.share("Default", **{mallory.account: READ})
    state = Calendars(mallory, anna.account).state()
    anna.update("Default", shareWith=None)
    for name, arguments in [("get", {}), ("changes", {"sinceState": state}), ("set", {})]:
        error = mallory.fail(f"Calendar/{name}", accountId=anna.account, **arguments)
        assert error["type"] == "accountNotFound"


def test_what_a_sharee_learnt_is_no_use_after_the_share(anna, mallory):
    other = anna.create(shareWith={mallory.account: {**READ, "mayShare": True, "mayDelete": True}})
    anna.share("Default", **{mallory.account: READ})
    view = Calendars(mallory, anna.account)
    assert other in view.all()
    anna.update(other, shareWith=None)
    assert view.refused_update(other, shareWith={mallory.account: READ})["type"] == "notFound"
    assert view.refused_destroy(other)["type"] == "notFound"


def test_every_grant_goes_with_its_calendar(anna, mallory):
    first = anna.create(shareWith={mallory.account: READ})
    anna.destroy(first)
    anna.create()
    assert list(mallory.session()["accounts"]) == [mallory.account]
