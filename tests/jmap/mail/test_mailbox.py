"""Mailbox/get, /changes, /set, /query and /queryChanges (RFC 8621 §2)."""

from __future__ import annotations

import pytest

from tests.jmap.mail.conftest import MAIL, Boxes
from tests.mail.messages import message

FULL = {
    "mayReadItems",
    "mayAddItems",
    "mayRemoveItems",
    "maySetSeen",
    "maySetKeywords",
    "mayCreateChild",
    "mayRename",
    "mayDelete",
    "maySubmit",
    "mayShare",
}


def test_the_session_tells_of_mail(anna):
    session = anna.session()
    assert session["capabilities"][MAIL] == {}
    assert session["primaryAccounts"][MAIL] == anna.account
    part = session["accounts"][anna.account]["accountCapabilities"][MAIL]
    assert part["mayCreateTopLevelMailbox"] is True
    assert "receivedAt" in part["emailQuerySortOptions"]


def test_a_new_account_has_mailboxes_with_roles(boxes):
    found = boxes.by_name()
    assert {name: box["role"] for name, box in found.items()} == {
        "Inbox": "inbox",
        "Drafts": "drafts",
        "Sent": "sent",
        "Junk": "junk",
        "Trash": "trash",
        "Archive": "archive",
    }
    inbox = found["Inbox"]
    assert {name for name, given in inbox["myRights"].items() if given} == FULL
    assert inbox["isSubscribed"] is True
    assert inbox["parentId"] is None
    assert inbox["totalEmails"] == inbox["unreadThreads"] == 0


def test_mailboxes_are_made_inside_each_other_and_renamed(boxes):
    outer = boxes.create("Work", sortOrder=7)
    inner = boxes.create("Müller", parentId=outer)
    assert boxes.one(inner)["parentId"] == outer
    boxes.update(inner, name="Other", parentId=None, isSubscribed=False)
    found = boxes.one(inner)
    assert (found["name"], found["parentId"], found["isSubscribed"]) == ("Other", None, False)


def test_one_call_makes_a_tree(boxes):
    answer = boxes.set(
        create={"b": {"name": "B", "parentId": "#a"}, "a": {"name": "A"}},
    )
    assert answer["notCreated"] is None
    made = answer["created"]
    assert boxes.one(made["b"]["id"])["parentId"] == made["a"]["id"]
    assert made["a"]["totalEmails"] == 0
    assert made["a"]["myRights"]["mayRename"] is True


@pytest.mark.parametrize(
    ("properties", "error", "wrong"),
    [
        ({"name": "Inbox"}, "alreadyExists", None),
        ({"name": ""}, "invalidProperties", ["name"]),
        ({"name": "x" * 256}, "invalidProperties", ["name"]),
        ({"name": "a\nb"}, "invalidProperties", ["name"]),
        ({"name": "x", "role": "chef"}, "invalidProperties", ["role"]),
        ({"name": "x", "role": "inbox"}, "alreadyExists", None),
        ({"name": "x", "parentId": "M99999"}, "invalidProperties", ["parentId"]),
        ({"name": "x", "sortOrder": -1}, "invalidProperties", ["sortOrder"]),
        ({"name": "x", "totalEmails": 1}, "invalidProperties", ["totalEmails"]),
    ],
)
def test_what_cannot_be_is_refused(boxes, properties, error, wrong):
    found = boxes.refused_create(**properties)
    assert found["type"] == error
    assert found.get("properties") == wrong
    if error == "alreadyExists":
        assert found["existingId"] == boxes.role("inbox")


def test_a_mailbox_is_never_inside_itself(boxes):
    outer = boxes.create("A")
    inner = boxes.create("B", parentId=outer)
    assert boxes.refused_update(outer, parentId=inner)["properties"] == ["parentId"]
    assert boxes.refused_update(outer, parentId=outer)["properties"] == ["parentId"]


def test_what_holds_something_is_not_destroyed_unasked(anna, boxes):
    outer = boxes.create("A")
    inner = boxes.create("B", parentId=outer)
    assert boxes.refused_destroy(outer)["type"] == "mailboxHasChild"
    id = anna.deliver(message())
    anna.call("Email/set", update={id: {"mailboxIds": {inner: True}}})
    assert boxes.refused_destroy(inner)["type"] == "mailboxHasEmail"
    boxes.destroy(inner, onDestroyRemoveEmails=True)
    assert anna.call("Email/get", ids=[id])["notFound"] == [id]
    boxes.destroy(outer)
    assert boxes.refused_destroy(boxes.role("inbox"))["type"] == "forbidden"


def test_mail_that_is_elsewhere_too_stays(anna, boxes):
    box = boxes.create("A")
    id = anna.deliver(message())
    anna.call("Email/set", update={id: {f"mailboxIds/{box}": True}})
    boxes.destroy(box, onDestroyRemoveEmails=True)
    assert anna.email(id)["mailboxIds"] == {boxes.role("inbox"): True}


def test_changes_say_whether_only_counts_changed(anna, boxes):
    since = boxes.state()
    id = anna.deliver(message())
    counts = ["totalEmails", "unreadEmails", "totalThreads", "unreadThreads"]
    found = boxes.call("changes", sinceState=since)
    assert (found["updated"], found["updatedProperties"]) == ([boxes.role("inbox")], counts)
    since = found["newState"]
    anna.call("Email/set", update={id: {"keywords/$seen": True}})
    assert boxes.call("changes", sinceState=since)["updatedProperties"] == counts
    boxes.update(boxes.role("inbox"), name="Eingang")
    assert boxes.call("changes", sinceState=since)["updatedProperties"] is None


def test_the_trash_is_a_world_of_its_own(anna, boxes):
    """The example of §2: one thread, an unread email in the trash, a read one in the inbox."""
    first = anna.deliver(message("Plan", Message_ID="<trash@x>"))
    second = anna.deliver(message("Re: Plan", In_Reply_To="<trash@x>"))
    anna.call(
        "Email/set",
        update={
            first: {"mailboxIds": {boxes.role("trash"): True}},
            second: {"keywords": {"$seen": True}},
        },
    )
    found = boxes.by_name()
    assert (found["Trash"]["unreadThreads"], found["Inbox"]["unreadThreads"]) == (1, 0)
    assert found["Inbox"]["totalThreads"] == found["Trash"]["totalThreads"] == 1


def test_an_unread_email_elsewhere_makes_the_thread_unread(anna, boxes):
    first = anna.deliver(message("Plan", Message_ID="<unread@x>"))
    second = anna.deliver(message("Re: Plan", In_Reply_To="<unread@x>"))
    anna.call(
        "Email/set",
        update={
            first: {"mailboxIds": {boxes.role("archive"): True}},
            second: {"keywords": {"$seen": True}},
        },
    )
    inbox = boxes.by_name()["Inbox"]
    assert (inbox["unreadEmails"], inbox["unreadThreads"]) == (0, 1)


@pytest.mark.parametrize(
    ("filter", "names"),
    [
        ({"role": "inbox"}, ["Inbox"]),
        ({"hasAnyRole": False}, ["Alpha", "beta"]),
        ({"name": "A"}, ["Drafts", "Trash", "Archive", "Alpha", "beta"]),
        ({"isSubscribed": False}, ["beta"]),
        ({"parentId": None, "hasAnyRole": False}, ["Alpha"]),
        ({"operator": "NOT", "conditions": [{"hasAnyRole": True}, {"name": "beta"}]}, ["Alpha"]),
    ],
)
def test_filters(boxes, filter, names):
    alpha = boxes.create("Alpha", sortOrder=10)
    boxes.create("beta", sortOrder=11, parentId=alpha, isSubscribed=False)
    known = {box["id"]: box["name"] for box in boxes.all().values()}
    found = boxes.call("query", filter=filter, sort=[{"property": "sortOrder"}])
    assert [known[id] for id in found["ids"]] == names


def test_sorts_and_trees(boxes):
    z = boxes.create("Z", sortOrder=0)
    boxes.create("inside z", sortOrder=0, parentId=z)
    known = {box["id"]: box["name"] for box in boxes.all().values()}

    def names(**arguments):
        return [known[id] for id in boxes.call("query", **arguments)["ids"]]

    by_name = [{"property": "name"}]
    assert names(sort=by_name)[-1] == "Z"
    assert names(sort=by_name, sortAsTree=True)[-2:] == ["Z", "inside z"]
    assert names(filter={"name": "inside"}) == ["inside z"]
    assert names(filter={"name": "inside"}, filterAsTree=True) == []


def test_query_changes_follow(boxes):
    query = {"filter": {"hasAnyRole": False}, "sort": [{"property": "name"}]}
    since = boxes.call("query", **query)["queryState"]
    id = boxes.create("New")
    found = boxes.call("queryChanges", sinceQueryState=since, **query)
    assert found["added"] == [{"id": id, "index": 0}]


def test_a_shared_mailbox_is_seen_with_its_rights(anna, bert, boxes):
    inbox = boxes.role("inbox")
    theirs = Boxes(bert, anna.account)
    anna.deliver(message())
    boxes.update(inbox, shareWith={bert.account: {"mayReadItems": True, "maySetSeen": True}})
    (found,) = theirs.all().values()
    assert {name for name, given in found["myRights"].items() if given} == {
        "mayReadItems",
        "maySetSeen",
    }
    assert (found["isSubscribed"], found["unreadEmails"]) == (False, 1)
    theirs.update(inbox, isSubscribed=True)
    assert theirs.one(inbox)["isSubscribed"] is True
    assert theirs.refused_update(inbox, name="Mine")["type"] == "forbidden"
    assert theirs.refused_create(name="New")["type"] == "forbidden"
    assert theirs.refused_destroy(inbox)["type"] == "forbidden"


def test_another_account_is_not_there(anna, bert):
    assert bert.fail("Mailbox/get", accountId=anna.account)["type"] == "accountNotFound"


def test_a_tree_is_destroyed_in_any_order(boxes):
    top = boxes.create("Top")
    middle = boxes.create("Middle", parentId=top)
    bottom = boxes.create("Bottom", parentId=middle)
    other = boxes.create("Other")
    answer = boxes.set(destroy=[top, "P999", other, bottom, middle])
    assert sorted(answer["destroyed"]) == sorted([top, middle, bottom, other])
    assert list(answer["notDestroyed"]) == ["P999"]
