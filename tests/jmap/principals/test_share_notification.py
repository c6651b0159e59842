"""ShareNotification (RFC 9670 §5)."""

from __future__ import annotations

from cyrpy.groupware import groups
from cyrpy.groupware.principals import NewPrincipal, create, find
from cyrpy.groupware.provision import Folders
from cyrpy.groupware.userids import UserIds
from tests.support.jmap import AddressBooks, Calendars, Replica, ShareNotifications

READ = {"mayRead": True}


def test_who_is_given_rights_is_told(anna, bert):
    AddressBooks(anna).share("Default", **{bert.account: READ})
    (told,) = ShareNotifications(bert).all().values()
    assert told["objectType"] == "AddressBook"
    assert (told["objectAccountId"], told["objectId"]) == (anna.account, "Default")
    assert told["name"] == "Default"
    assert told["oldRights"] is None
    assert told["newRights"] == {
        "mayRead": True,
        "mayWrite": False,
        "mayShare": False,
        "mayDelete": False,
    }
    assert told["changedBy"]["principalId"] == anna.account
    assert told["changedBy"]["email"] == anna.name


def test_the_end_of_a_share_is_told_too(anna, bert):
    Calendars(anna).share("Default", **{bert.account: {"mayReadItems": True}})
    Calendars(anna).update("Default", shareWith=None)
    first, last = ShareNotifications(bert).all().values()
    assert first["newRights"] == last["oldRights"]
    assert last["newRights"] is None


def test_a_dismissed_notification_is_gone(anna, bert):
    own = ShareNotifications(bert)
    replica = Replica(own)
    replica.sync()
    AddressBooks(anna).share("Default", **{bert.account: READ})
    replica.sync()
    (id,) = replica.records
    own.destroy(id)
    replica.sync()
    assert replica.records == own.all() == {}


def test_nobody_makes_or_changes_them(anna, bert):
    AddressBooks(anna).share("Default", **{bert.account: READ})
    own = ShareNotifications(bert)
    (id,) = own.all()
    assert own.set(create={"k": {}})["notCreated"]["k"]["type"] == "forbidden"
    assert own.set(update={id: {}})["notUpdated"][id]["type"] == "forbidden"


def test_others_do_not_see_them(anna, bert):
    AddressBooks(anna).share("Default", **{bert.account: READ})
    (id,) = ShareNotifications(bert).all()
    assert ShareNotifications(anna).call("get", ids=[id])["notFound"] == [id]
    error = bert.run(["ShareNotification/get", {"accountId": anna.account}])[0]
    assert error[1]["type"] == "accountNotSupportedByMethod"


def test_they_are_found_by_time_and_object(anna, bert):
    AddressBooks(anna).share("Default", **{bert.account: READ})
    Calendars(anna).share("Default", **{bert.account: {"mayReadItems": True}})
    own = ShareNotifications(bert)

    def query(**condition):
        return len(own.call("query", filter=condition, sort=[{"property": "created"}])["ids"])

    assert query() == 2
    assert query(objectType="Calendar") == 1
    assert query(objectAccountId=anna.account) == 2
    assert query(objectAccountId=bert.account) == 0
    assert query(before="2000-01-01T00:00:00Z") == 0
    assert query(after="2000-01-01T00:00:00Z") == 2


def test_the_members_of_a_group_are_not_told_of_its_rights(anna, bert, server):
    settings = server.configuration.settings
    userids = UserIds.of(settings)

    def team(unit) -> str:
        new = NewPrincipal(f"team-{bert.user}", "group")
        group = create(unit, userids, Folders.of(settings), new)
        groups.join(unit, group, find(unit, userids, bert.user))
        return group.wire_id

    id = server.core.database.write(team)
    AddressBooks(anna).share("Default", **{id: READ})
    assert AddressBooks(bert, anna.account).one("Default")["myRights"]["mayRead"] is True
    assert ShareNotifications(bert).all() == {}
