"""Mailboxes in the classic dialect, profile A."""

from __future__ import annotations

import pytest

from tests.support.classic_mail import ClassicMail

COUNTS = {"totalMessages", "unreadMessages", "totalThreads", "unreadThreads"}
RIGHTS = {"mayReadItems", "mayAddItems", "mayRemoveItems", "mayCreateChild", "mayRename"}
ALL = {"id", "name", "parentId", "role", "sortOrder", "mustBeOnlyMailbox", "mayDelete"}


@pytest.fixture
def mail(server):
    return ClassicMail(server)


def set_error(answer, kind, key):
    assert key in answer[kind], answer
    return answer[kind][key]


def test_every_mailbox_has_the_properties_of_the_drafts(mail):
    for box in mail.call("getMailboxes")["list"]:
        assert box.keys() == ALL | COUNTS | RIGHTS
        assert box["mustBeOnlyMailbox"] is False


def test_roles_are_those_of_the_drafts_and_there_is_an_outbox(mail):
    roles = {box["role"] for box in mail.call("getMailboxes")["list"]}
    assert {"inbox", "drafts", "outbox", "sent", "trash", "spam", "archive"} <= roles


def test_the_outbox_is_made_once(mail):
    first, second = mail.boxes(), mail.boxes()
    assert first == second
    assert mail.modern("Mailbox/get", ids=[first["outbox"]])["list"][0]["role"] == "scheduled"


def test_an_outbox_beside_a_mailbox_of_that_name_gets_another(mail):
    made = mail.modern("Mailbox/set", create={"k": {"name": "Outbox"}})["created"]
    assert made is not None
    assert mail.box(mail.boxes()["outbox"])["name"] == "Outbox 2"


def test_a_folder_of_that_name_that_accounts_begin_with_is_the_outbox(start):
    mail = ClassicMail(start(autocreate_inbox_folders="Drafts | Outbox"))
    names = [box["name"] for box in mail.call("getMailboxes")["list"]]
    assert names == ["Inbox", "Drafts", "Outbox"]
    assert mail.box(mail.boxes()["outbox"])["name"] == "Outbox"


def test_one_asks_for_some_properties_of_some_mailboxes(mail):
    inbox = mail.boxes()["inbox"]
    answer = mail.call("getMailboxes", ids=[inbox, "M999"], properties=["role"])
    assert answer["list"] == [{"id": inbox, "role": "inbox"}]
    assert answer["notFound"] == ["M999"]


def test_properties_that_mailboxes_do_not_have_are_refused(mail):
    error = mail.error("getMailboxes", properties=["colour"])
    assert (error["type"], error["arguments"]) == ("invalidArguments", ["properties"])
    assert "colour" in error["description"]


def test_the_inbox_cannot_be_destroyed_and_says_so(mail):
    inbox = mail.boxes()["inbox"]
    assert mail.box(inbox)["mayDelete"] is False
    answer = mail.call("setMailboxes", destroy=[inbox])
    assert set_error(answer, "notDestroyed", inbox)["type"] == "forbidden"


def test_a_new_mailbox_tells_what_the_server_set(mail):
    answer = mail.call("setMailboxes", create={"k": {"name": "Work", "sortOrder": 7}})
    made = answer["created"]["k"]
    assert made.keys() >= {"id", "mustBeOnlyMailbox", "mayDelete"} | COUNTS | RIGHTS
    found = mail.box(made["id"])
    assert (found["name"], found["sortOrder"], found["parentId"]) == ("Work", 7, None)
    assert made.items() <= found.items()


def test_a_mailbox_may_be_created_inside_one_of_the_same_call(mail):
    create = {"in ner": {"name": "Inner", "parentId": "#out er"}, "out er": {"name": "Outer"}}
    made = mail.call("setMailboxes", create=create)["created"]
    assert mail.box(made["in ner"]["id"])["parentId"] == made["out er"]["id"]


@pytest.mark.parametrize("role", ["templates", "x-receipts", "important"])
def test_a_mailbox_may_be_created_with_a_role(mail, role):
    id = mail.new_box("Special", role=role)
    assert mail.box(id)["role"] == role


def test_private_roles_are_not_shown_to_other_clients(mail):
    id = mail.new_box("Special", role="x-receipts")
    (box,) = mail.modern("Mailbox/get", ids=[id])["list"]
    assert box["role"] is None
    answer = mail.modern("Mailbox/set", create={"k": {"name": "Y", "role": "x-mine"}})
    assert answer["notCreated"]["k"]["properties"] == ["role"]


WRONG = [
    ({"name": ""}, {"name"}),
    ({"name": None}, {"name"}),
    ({}, {"name"}),
    ({"name": "x" * 300}, {"name"}),
    ({"name": 5, "sortOrder": -1}, {"name", "sortOrder"}),
    ({"name": "X", "id": "M5", "totalMessages": 0, "mayRename": True}, {"id", "totalMessages",
                                                                       "mayRename"}),
    ({"name": "X", "mustBeOnlyMailbox": False, "colour": "red"}, {"mustBeOnlyMailbox", "colour"}),
    ({"name": "X", "parentId": "M999"}, {"parentId"}),
    ({"name": "X", "parentId": "#nothing"}, {"parentId"}),
    ({"name": "X", "role": "boss"}, {"role"}),
    ({"name": "X", "role": "inbox"}, {"role"}),
    ({"name": "X", "role": "junk"}, {"role"}),
    ({"name": "X", "role": 5}, {"role"}),
    ({"name": "Drafts"}, {"name"}),
]  # fmt: skip


@pytest.mark.parametrize(("properties", "wrong"), WRONG)
def test_a_mailbox_that_cannot_be_is_refused_for_all_that_is_wrong(mail, properties, wrong):
    answer = mail.call("setMailboxes", create={"k": properties})
    error = set_error(answer, "notCreated", "k")
    assert error["type"] == "invalidProperties"
    assert set(error["properties"]) == wrong
    assert error["description"]


def test_name_place_and_order_can_change(mail):
    outer, inner = mail.new_box("Outer"), mail.new_box("Inner")
    change = {"name": "Inside", "parentId": outer, "sortOrder": 3}
    assert mail.call("setMailboxes", update={inner: change})["updated"] == [inner]
    assert change.items() <= mail.box(inner).items()


def test_what_cannot_change_may_be_repeated(mail):
    id = mail.new_box("Work")
    answer = mail.call("setMailboxes", update={id: mail.box(id) | {"name": "Play"}})
    assert answer["updated"] == [id], answer


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"role": "archive"}, "role"),
        ({"totalMessages": 5}, "totalMessages"),
        ({"mayDelete": False}, "mayDelete"),
        ({"mustBeOnlyMailbox": True}, "mustBeOnlyMailbox"),
        ({"colour": "red"}, "colour"),
        ({"name": None}, "name"),
        ({"parentId": "M999"}, "parentId"),
        ({"name": "Drafts"}, "name"),
    ],
)
def test_a_change_that_cannot_be_is_refused(mail, change, wrong):
    id = mail.new_box("Work")
    error = set_error(mail.call("setMailboxes", update={id: change}), "notUpdated", id)
    assert (error["type"], error["properties"]) == ("invalidProperties", [wrong])


def test_a_mailbox_is_not_inside_itself(mail):
    outer = mail.new_box("Outer")
    inner = mail.new_box("Inner", parentId=outer)
    answer = mail.call("setMailboxes", update={outer: {"parentId": inner}})
    assert set_error(answer, "notUpdated", outer)["properties"] == ["parentId"]


def test_what_is_not_there_is_not_found(mail):
    answer = mail.call("setMailboxes", update={"M999": {"name": "X"}}, destroy=["M998"])
    assert set_error(answer, "notUpdated", "M999")["type"] == "notFound"
    assert set_error(answer, "notDestroyed", "M998")["type"] == "notFound"


def test_a_mailbox_with_children_stays(mail):
    outer = mail.new_box("Outer")
    inner = mail.new_box("Inner", parentId=outer)
    answer = mail.call("setMailboxes", destroy=[outer])
    assert set_error(answer, "notDestroyed", outer)["type"] == "mailboxHasChild"
    assert set(mail.call("setMailboxes", destroy=[outer, inner])["destroyed"]) == {outer, inner}


def test_mail_of_a_destroyed_mailbox_is_kept(mail):
    boxes, work = mail.boxes(), mail.new_box("Work")
    here, both = mail.deliver(id="a"), mail.deliver(id="b", subject="Dinner")
    mail.update(here, mailboxIds=[work])
    mail.update(both, mailboxIds=[work, boxes["archive"]])
    assert mail.call("setMailboxes", destroy=[work])["destroyed"] == [work]
    assert mail.message(here, "mailboxIds")["mailboxIds"] == [boxes["inbox"]]
    assert mail.message(both, "mailboxIds")["mailboxIds"] == [boxes["archive"]]
    assert mail.box(boxes["inbox"])["totalMessages"] == 1


def test_counts_are_of_messages_and_threads(mail):
    inbox = mail.boxes()["inbox"]
    mail.deliver(id="a")
    mail.deliver(id="b", more="In-Reply-To: <a@example.com>\n", subject="Re: Lunch")
    box = mail.box(inbox)
    assert {name: box[name] for name in COUNTS} == {
        "totalMessages": 2,
        "unreadMessages": 2,
        "totalThreads": 1,
        "unreadThreads": 1,
    }


def test_updates_tell_of_counts_alone_where_these_are_all(mail):
    inbox = mail.boxes()["inbox"]
    since = mail.call("getMailboxes")["state"]
    mail.deliver()
    found, fetched = mail.calls(["getMailboxUpdates", {"sinceState": since, "fetchRecords": True}])
    assert found[1]["onlyCountsChanged"] is True
    assert (found[1]["changed"], found[1]["removed"]) == ([inbox], [])
    assert found[1]["oldState"] == since
    assert fetched[0] == "mailboxes"
    assert [record.keys() for record in fetched[1]["list"]] == [{"id"} | COUNTS]


def test_updates_tell_of_all_else(mail):
    gone, kept = mail.new_box("Gone"), mail.new_box("Kept")
    since = mail.call("getMailboxes")["state"]
    mail.call("setMailboxes", update={kept: {"name": "Other"}}, destroy=[gone])
    new = mail.new_box("New")
    arguments = {"sinceState": since, "fetchRecords": True, "fetchRecordProperties": ["name"]}
    found, fetched = mail.calls(["getMailboxUpdates", arguments])
    assert found[1]["onlyCountsChanged"] is False
    assert (sorted(found[1]["changed"]), found[1]["removed"]) == (sorted([kept, new]), [gone])
    assert {record["name"] for record in fetched[1]["list"]} == {"Other", "New"}
    assert "hasMoreUpdates" not in found[1]


def test_updates_since_nowhere_tell_the_present_state(mail):
    state = mail.call("getMailboxes")["state"]
    error = mail.error("getMailboxUpdates", sinceState="999999999999")
    assert (error["type"], error["newState"]) == ("cannotCalculateChanges", state)


def test_updates_of_mailboxes_are_not_paged(mail):
    error = mail.error("getMailboxUpdates", sinceState="0", maxChanges=1)
    assert (error["type"], error["arguments"]) == ("invalidArguments", ["maxChanges"])


def test_a_change_in_another_state_is_refused(mail):
    error = mail.error("setMailboxes", ifInState="nowhere", create={"k": {"name": "X"}})
    assert error["type"] == "stateMismatch"
    assert "X" not in mail.boxes()


def test_states_follow_each_other(mail):
    state = mail.call("getMailboxes")["state"]
    answer = mail.call("setMailboxes", create={"k": {"name": "X"}}, ifInState=state)
    assert answer["oldState"] == state
    assert answer["newState"] == mail.call("getMailboxes")["state"] != state


@pytest.mark.parametrize("call", ["getMailboxes", "getMailboxUpdates", "setMailboxes"])
def test_another_users_account_is_not_found(mail, call):
    arguments = {"sinceState": "0"} if call == "getMailboxUpdates" else {}
    error = mail.error(call, accountId="anna@localhost", **arguments)
    assert error["type"] == "accountNotFound"
