"""shareWith: who may give which rights to whom (RFC 9670 §4; JMAP Calendars, "Calendars")."""

from __future__ import annotations

import pytest

from cyrpy.groupware import proxies
from cyrpy.groupware.principals import find
from cyrpy.groupware.userids import UserIds
from tests.support.jmap import Calendars

READ = {"mayReadItems": True}
READ_SHOWN = {"mayReadFreeBusy": True, "mayReadItems": True}
RIGHTS = [
    "mayReadFreeBusy",
    "mayReadItems",
    "mayWriteAll",
    "mayWriteOwn",
    "mayUpdatePrivate",
    "mayRSVP",
    "mayShare",
    "mayDelete",
]


def rights(**given: bool) -> dict[str, bool]:
    """Every right; those that are not given are false."""
    return dict.fromkeys(RIGHTS, False) | given


def test_a_share_is_shown_to_the_owner(anna, bert):
    anna.share("Default", **{bert.account: READ})
    assert anna.one("Default")["shareWith"] == {bert.account: rights(**READ_SHOWN)}


def test_a_calendar_can_be_shared_from_its_creation(anna, bert):
    id = anna.create(shareWith={bert.account: READ})
    assert anna.one(id)["shareWith"] == {bert.account: rights(**READ_SHOWN)}


@pytest.mark.parametrize("none", [None, {}])
def test_shared_with_nobody_is_null(anna, bert, none):
    anna.share("Default", **{bert.account: READ})
    anna.update("Default", shareWith=none)
    assert anna.one("Default")["shareWith"] is None


def test_no_right_is_no_share(anna, bert):
    anna.share("Default", **{bert.account: {}})
    assert anna.one("Default")["shareWith"] is None


def test_a_principal_that_there_is_not_is_named(anna):
    error = anna.refused_update("Default", shareWith={"nobody": READ})
    assert (error["type"], error["properties"]) == ("invalidProperties", ["shareWith/nobody"])


def test_sharing_with_oneself_is_refused(anna):
    error = anna.refused_update("Default", shareWith={anna.account: READ})
    assert error["properties"] == [f"shareWith/{anna.account}"]


def test_every_wrong_principal_is_named(anna):
    error = anna.refused_create(name="x", shareWith={anna.account: READ, "no": {}, "one": READ})
    assert set(error["properties"]) == {
        f"shareWith/{anna.account}",
        "shareWith/no",
        "shareWith/one",
    }
    assert list(anna.all()) == ["Default"]


def test_one_right_of_one_principal_can_be_patched(anna, bert):
    anna.share("Default", **{bert.account: READ})
    anna.update("Default", **{f"shareWith/{bert.account}/mayRSVP": True})
    assert anna.one("Default")["shareWith"][bert.account]["mayRSVP"] is True


def test_one_right_can_be_taken_by_a_patch(anna, bert):
    anna.share("Default", **{bert.account: {**READ, "mayDelete": True}})
    anna.update("Default", **{f"shareWith/{bert.account}/mayDelete": False})
    assert anna.one("Default")["shareWith"] == {bert.account: rights(**READ_SHOWN)}


def test_one_principal_can_be_removed_by_a_patch(anna, bert, user):
    carl = user("carl")
    anna.share("Default", **{bert.account: READ, carl.account: READ})
    anna.update("Default", **{f"shareWith/{bert.account}": None})
    assert list(anna.one("Default")["shareWith"]) == [carl.account]


def test_one_principal_can_be_added_by_a_patch(anna, bert, user):
    carl = user("carl")
    anna.share("Default", **{bert.account: READ})
    anna.update("Default", **{f"shareWith/{carl.account}": READ})
    assert set(anna.one("Default")["shareWith"]) == {bert.account, carl.account}


@pytest.mark.parametrize("right", RIGHTS)
def test_each_right_alone_is_what_the_sharee_is_shown(anna, bert, shared, right):
    anna.share("Default", **{bert.account: {"mayReadItems": True, right: True}})
    mine = shared.one("Default")["myRights"]
    assert mine[right] is True
    assert mine == anna.one("Default")["shareWith"][bert.account]


def test_sharing_takes_the_right_to_share(anna, bert, shared, user):
    anna.share("Default", **{bert.account: READ})
    error = shared.refused_update("Default", shareWith={user("carl").account: READ})
    assert error["type"] == "forbidden"


def test_who_may_not_share_is_not_shown_with_whom_it_is(anna, bert, shared, user):
    anna.share("Default", **{bert.account: READ, user("carl").account: READ})
    assert shared.one("Default")["shareWith"] is None


def test_who_may_share_shares(anna, bert, shared, user):
    carl = user("carl")
    anna.share("Default", **{bert.account: {**READ, "mayShare": True}})
    shared.update("Default", **{f"shareWith/{carl.account}": READ})
    assert set(anna.one("Default")["shareWith"]) == {bert.account, carl.account}


def test_nobody_gives_a_right_that_it_does_not_have(anna, bert, shared, user):
    anna.share("Default", **{bert.account: {**READ, "mayShare": True}})
    patch = {f"shareWith/{user('carl').account}": {"mayDelete": True}}
    assert shared.refused_update("Default", **patch)["type"] == "forbidden"


def test_nobody_gives_itself_a_right(anna, bert, shared):
    anna.share("Default", **{bert.account: {**READ, "mayShare": True}})
    patch = {f"shareWith/{bert.account}/mayWriteAll": True}
    assert shared.refused_update("Default", **patch)["type"] == "forbidden"
    assert shared.one("Default")["myRights"]["mayWriteAll"] is False


def test_who_may_share_cannot_share_with_the_owner(anna, bert, shared):
    anna.share("Default", **{bert.account: {**READ, "mayShare": True}})
    error = shared.refused_update("Default", **{f"shareWith/{anna.account}": READ})
    assert error["properties"] == [f"shareWith/{anna.account}"]


def test_who_may_share_can_step_back(anna, bert, shared):
    anna.share("Default", **{bert.account: {**READ, "mayShare": True}})
    answer = shared.set(update={"Default": {f"shareWith/{bert.account}": None}})
    assert answer["updated"] == {"Default": None}
    assert anna.one("Default")["shareWith"] is None


def test_deleting_takes_the_right_to_delete(anna, bert, shared):
    id = anna.create(shareWith={bert.account: READ})
    assert shared.refused_destroy(id)["type"] == "forbidden"


def test_who_may_delete_deletes(anna, bert, shared):
    id = anna.create(shareWith={bert.account: {**READ, "mayDelete": True}})
    anna.share("Default", **{bert.account: READ})
    shared.destroy(id)
    assert list(anna.all()) == ["Default"]


def test_a_sharee_cannot_create_in_the_account(anna, bert, shared):
    anna.share("Default", **{bert.account: dict.fromkeys(RIGHTS, True)})
    assert shared.refused_create(name="x")["type"] == "forbidden"


def test_a_sharee_cannot_choose_the_default(anna, bert, shared):
    id = anna.create(shareWith={bert.account: dict.fromkeys(RIGHTS, True)})
    shared.set(onSuccessSetIsDefault=id)
    assert anna.one(id)["isDefault"] is False


def test_delegates_are_no_shares_and_stay_whatever_those_are(server, anna, bert):
    def work(unit):
        owner, other = (find(unit, userids, name) for name in (anna.client.user, bert.user))
        proxies.set_delegates(unit, owner, "write", [other])

    userids = UserIds.of(server.configuration.settings)
    server.core.database.write(work)
    assert anna.one("Default")["shareWith"] is None
    made = anna.create(shareWith={bert.account: {"mayReadItems": True}})
    assert anna.one(made)["shareWith"].keys() == {bert.account}
    anna.update(made, shareWith=None)
    assert Calendars(bert, anna.account).one(made)["myRights"]["mayWriteAll"]
