"""importMessages, copyMessages and reportMessages (profile A)."""

from __future__ import annotations

import pytest

from tests.support.classic_mail import ClassicMail


@pytest.fixture
def mail(server):
    return ClassicMail(server)


def import_one(mail, **properties):
    return mail.call("importMessages", messages={"k": properties})


def test_an_uploaded_message_is_filed_and_marked(mail):
    boxes = mail.boxes()
    blob = mail.upload(mail.letter(subject="Old", text="Times"))
    marks = {"isUnread": True, "isFlagged": True, "isAnswered": True, "isDraft": False}
    answer = import_one(mail, blobId=blob, mailboxIds=[boxes["archive"], boxes["inbox"]], **marks)
    made = answer["created"]["k"]
    assert (answer["accountId"], answer["notCreated"]) == ("test@localhost", {})
    assert made.keys() == {"id", "blobId", "threadId", "size"}
    message = mail.message(made["id"])
    assert {name: message[name] for name in marks} == marks
    assert set(message["mailboxIds"]) == {boxes["archive"], boxes["inbox"]}
    assert (message["subject"], message["date"]) == ("Old", "2016-01-05T10:00:00Z")
    assert made.items() <= message.items()


def test_marks_that_are_not_said_are_false(mail):
    blob = mail.upload(mail.letter())
    made = import_one(mail, blobId=blob, mailboxIds=[mail.boxes()["inbox"]])["created"]["k"]
    names = ("isUnread", "isFlagged", "isAnswered", "isDraft")
    assert mail.message(made["id"], *names) == {"id": made["id"], **dict.fromkeys(names, False)}


def test_the_same_message_comes_into_further_mailboxes(mail):
    boxes, blob = mail.boxes(), mail.upload(mail.letter())
    first = import_one(mail, blobId=blob, mailboxIds=[boxes["inbox"]])["created"]["k"]
    second = import_one(mail, blobId=blob, mailboxIds=[boxes["archive"]])["created"]["k"]
    assert first == second
    found = mail.message(first["id"], "mailboxIds")["mailboxIds"]
    assert set(found) == {boxes["inbox"], boxes["archive"]}


def test_a_mailbox_may_come_of_the_same_request(mail):
    blob = mail.upload(mail.letter())
    answers = mail.calls(
        ["setMailboxes", {"create": {"w": {"name": "Work"}}}],
        ["importMessages", {"messages": {"m": {"blobId": blob, "mailboxIds": ["#w"]}}}],
        ["setMessages", {"update": {"#m": {"isFlagged": True}}}],
    )
    id = answers[1][1]["created"]["m"]["id"]
    assert answers[2][1]["updated"] == [id]
    assert mail.list(filter={"inMailboxes": [answers[0][1]["created"]["w"]["id"]]}) == [id]


IMPORTS = [
    ({"mailboxIds": ["M2"]}, "invalidProperties", ["blobId"]),
    ({"blobId": "G" + "0" * 64, "mailboxIds": ["inbox"]}, "notFound", None),
    ({"blobId": "blob"}, "invalidMailboxes", ["mailboxIds"]),
    ({"blobId": "blob", "mailboxIds": []}, "invalidMailboxes", ["mailboxIds"]),
    ({"blobId": "blob", "mailboxIds": ["M999"]}, "invalidMailboxes", ["mailboxIds"]),
    ({"blobId": "blob", "mailboxIds": ["inbox"], "isFlagged": 1}, "invalidProperties",
     ["isFlagged"]),
    ({"blobId": "blob", "mailboxIds": ["inbox"], "x": 1}, "invalidProperties", ["x"]),
]  # fmt: skip


@pytest.mark.parametrize(("properties", "type", "wrong"), IMPORTS)
def test_an_import_that_cannot_be_is_refused(mail, properties, type, wrong):
    properties = dict(properties)
    if properties.get("mailboxIds") == ["inbox"]:
        properties["mailboxIds"] = [mail.boxes()["inbox"]]
    if properties.get("blobId") == "blob":
        properties["blobId"] = mail.upload(mail.letter())
    error = import_one(mail, **properties)["notCreated"]["k"]
    assert (error["type"], error.get("properties")) == (type, wrong)
    assert error["description"]
    assert mail.list() == []


def test_a_full_account_takes_no_import(start):
    mail = ClassicMail(start(mail_quota="1000"))
    blob = mail.upload(mail.letter(text="x" * 2000))
    error = import_one(mail, blobId=blob, mailboxIds=[mail.boxes()["inbox"]])["notCreated"]["k"]
    assert error["type"] == "maxQuotaReached"


def copy(mail, id, **properties):
    arguments = {n: properties.pop(n) for n in ("fromAccountId", "toAccountId") if n in properties}
    return mail.call("copyMessages", messages={"k": {"messageId": id, **properties}}, **arguments)


def shared(mail, **rights):
    """A mailbox of anna's that mail's user sees."""
    anna = ClassicMail(mail.server, "anna")
    box = anna.new_box("Shared")
    anna.share(box, **{mail.user: rights or {"mayReadItems": True, "mayAddItems": True}})
    return anna, box


def test_a_copy_within_an_account_is_in_further_mailboxes(mail):
    boxes, id = mail.boxes(), mail.deliver()
    answer = copy(mail, id, mailboxIds=[boxes["archive"]])
    assert answer["fromAccountId"] == answer["toAccountId"] == "test@localhost"
    made = answer["created"]["k"]
    assert made.keys() == {"id", "blobId", "threadId", "size"}
    assert mail.list(filter={"inMailboxes": [boxes["archive"]]}) == [made["id"]]
    assert mail.list(filter={"inMailboxes": [boxes["inbox"]]}) == [id]


def test_a_copy_goes_to_another_account(mail):
    anna, box = shared(mail)
    id = mail.deliver(subject="For Anna")
    answer = copy(mail, id, toAccountId="anna@localhost", mailboxIds=[box], isFlagged=True)
    assert answer["toAccountId"] == "anna@localhost"
    made = answer["created"]["k"]
    message = anna.message(made["id"], "subject", "isFlagged", "mailboxIds")
    assert message == {
        "id": made["id"], "subject": "For Anna", "isFlagged": True, "mailboxIds": [box],
    }  # fmt: skip


def test_a_copy_comes_from_another_account(mail):
    anna, box = shared(mail)
    id = anna.deliver()
    anna.update(id, mailboxIds=[box])
    inbox = mail.boxes()["inbox"]
    made = copy(mail, id, fromAccountId="anna@localhost", mailboxIds=[inbox])["created"]["k"]
    assert mail.message(made["id"], "mailboxIds")["mailboxIds"] == [inbox]


def test_what_one_does_not_see_cannot_be_copied(mail):
    anna, _ = shared(mail)
    hidden = anna.deliver()
    inbox = mail.boxes()["inbox"]
    answer = copy(mail, hidden, fromAccountId="anna@localhost", mailboxIds=[inbox])
    assert answer["notCreated"]["k"]["type"] == "notFound"


def test_into_what_one_may_only_read_nothing_is_copied(mail):
    _, box = shared(mail, mayReadItems=True)
    answer = copy(mail, mail.deliver(), toAccountId="anna@localhost", mailboxIds=[box])
    assert answer["notCreated"]["k"]["type"] == "forbidden"


@pytest.mark.parametrize(
    ("properties", "type"),
    [
        ({"messageId": "L999", "mailboxIds": ["inbox"]}, "notFound"),
        ({"mailboxIds": ["inbox"]}, "invalidProperties"),
        ({"messageId": "id", "mailboxIds": ["M999"]}, "invalidMailboxes"),
        ({"messageId": "id"}, "invalidMailboxes"),
        ({"messageId": "id", "mailboxIds": ["inbox"], "subject": "x"}, "invalidProperties"),
    ],
)
def test_a_copy_that_cannot_be_is_refused(mail, properties, type):
    names = {"id": mail.deliver(), "inbox": mail.boxes()["inbox"]}
    sent = {n: v if isinstance(v, list) else names.get(v, v) for n, v in properties.items()}
    if "mailboxIds" in sent:
        sent["mailboxIds"] = [names.get(one, one) for one in sent["mailboxIds"]]
    answer = mail.call("copyMessages", messages={"k": sent})
    assert answer["notCreated"]["k"]["type"] == type


@pytest.mark.parametrize("which", ["fromAccountId", "toAccountId"])
def test_an_account_that_is_not_there_is_named_by_the_error(mail, which):
    error = mail.error("copyMessages", messages={}, **{which: "nobody@localhost"})
    assert error["type"] == which.replace("Id", "NotFound")


@pytest.mark.parametrize("as_spam", [True, False])
def test_a_report_marks_and_moves_nothing(mail, as_spam):
    id = mail.deliver()
    before = mail.message(id, "mailboxIds", "isUnread", "isFlagged")
    answer = mail.call("reportMessages", messageIds=[id, "L999"], asSpam=as_spam)
    assert answer == {
        "accountId": "test@localhost",
        "asSpam": as_spam,
        "reported": [id],
        "notFound": ["L999"],
    }
    assert mail.message(id, "mailboxIds", "isUnread", "isFlagged") == before
    (email,) = mail.modern("Email/get", ids=[id])["list"]
    assert email["keywords"] == {"$junk" if as_spam else "$notjunk": True}


def test_a_second_report_takes_the_first_one_back(mail):
    id = mail.deliver()
    for as_spam in (True, False):
        answer = mail.call("reportMessages", messageIds=[id], asSpam=as_spam)
        assert answer["notFound"] is None
    assert mail.modern("Email/get", ids=[id])["list"][0]["keywords"] == {"$notjunk": True}


@pytest.mark.parametrize(
    ("call", "arguments", "wrong"),
    [
        ("importMessages", {}, ["messages"]),
        ("importMessages", {"messages": {"k": 5}}, ["messages"]),
        ("importMessages", {"messages": {}, "x": 1}, ["x"]),
        ("copyMessages", {}, ["messages"]),
        ("copyMessages", {"messages": {}, "accountId": "x"}, ["accountId"]),
        ("reportMessages", {}, ["messageIds", "asSpam"]),
        ("reportMessages", {"messageIds": [], "asSpam": "yes"}, ["asSpam"]),
    ],
)
def test_calls_that_cannot_be_are_refused(mail, call, arguments, wrong):
    error = mail.error(call, **arguments)
    assert (error["type"], error["arguments"]) == ("invalidArguments", wrong)
