"""What the profiles A0 and B have otherwise than A, in mail."""

from __future__ import annotations

import pytest

from tests.support.classic_mail import ClassicMail, turn

EARLY = {"isUnread", "isFlagged", "isAnswered", "isDraft", "inReplyToMessageId"}
CALLS = [
    ["getMailboxes", {}],
    ["getMailboxUpdates", {"sinceState": "0"}],
    ["setMailboxes", {}],
    ["getMessageList", {}],
    ["getMessageListUpdates", {"sinceState": "0"}],
    ["getThreads", {"ids": []}],
    ["getThreadUpdates", {"sinceState": "0"}],
    ["getMessages", {"ids": []}],
    ["getMessageUpdates", {"sinceState": "0"}],
    ["setMessages", {}],
    ["importMessages", {"messages": {}}],
    ["copyMessages", {"messages": {}}],
    ["reportMessages", {"messageIds": [], "asSpam": True}],
    ["getSearchSnippets", {"messageIds": []}],
    ["getIdentities", {}],
    ["getIdentityUpdates", {"sinceState": "0"}],
    ["setIdentities", {}],
    ["getVacationResponse", {}],
    ["setVacationResponse", {}],
    ["getPersonalities", {}],
    ["getPreferences", {}],
    ["getSavedSearches", {}],
]
ANSWERS = [
    "mailboxes", "mailboxUpdates", "mailboxesSet", "messageList", "messageListUpdates", "threads",
    "threadUpdates", "messages", "messageUpdates", "messagesSet", "messagesImported",
    "messagesCopied", "messagesReported", "searchSnippets", "identities", "identityUpdates",
    "identitiesSet", "vacationResponse", "vacationResponseSet", "personalities", "preferences",
    "savedSearches",
]  # fmt: skip
LATER = ["getMailboxList", "getMessageSubmissions", "setMessageSubmissions"]


@pytest.fixture
def early(start):
    return ClassicMail(start(jmap_classic_profile="A0"))


@pytest.fixture
def middle(start):
    return ClassicMail(start(jmap_classic_profile="B"))


@pytest.fixture(params=["A0", "A", "B", "C"])
def each(start, request):
    return ClassicMail(start(jmap_classic_profile=request.param))


def test_every_call_is_answered_by_its_name(each):
    assert [name for name, *_ in each.calls(*CALLS)] == ANSWERS


@pytest.mark.parametrize("profile", ["A0", "A", "B", "C"])
def test_only_the_last_profile_has_submissions(start, profile):
    mail = ClassicMail(start(jmap_classic_profile=profile))
    names = [name for name, *_ in mail.calls(*([name, {}] for name in LATER))]
    there = ["mailboxList", "messageSubmissions", "messageSubmissionsSet"]
    assert names == (there if profile == "C" else ["error"] * 3)


def test_the_first_profile_has_words_of_its_own_for_accounts_without_mail(early):
    anna = ClassicMail(early.server, "anna")
    calendar = anna.server.post(
        {
            "using": ["urn:ietf:params:jmap:core", "urn:ietf:params:jmap:calendars"],
            "methodCalls": [
                ["Calendar/set", {"accountId": anna.account, "update": {"Default": {
                    "shareWith": {"test_40localhost": {"mayReadItems": True}}}}}, "0"]
            ],
        },
        user="anna",
    )  # fmt: skip
    assert calendar.json["methodResponses"][0][1]["updated"], calendar.body
    for name, arguments in CALLS[:13]:
        if name != "copyMessages":
            error = early.error(name, **arguments, accountId="anna@localhost")
            assert error["type"] == "accountNoMail", name
    error = early.error("copyMessages", messages={}, fromAccountId="anna@localhost")
    assert error["type"] == "fromAccountNoMail"
    error = early.error("copyMessages", messages={}, toAccountId="anna@localhost")
    assert error["type"] == "toAccountNoMail"


def test_the_first_profile_says_what_accounts_have(early):
    (account,) = early.call("getAccounts")["list"]
    assert account["hasMail"] is True


def test_the_middle_profile_has_lower_case_headers_and_a_map_of_updates(middle):
    id = middle.draft(headers={"X-One": "1"})
    message = middle.message(id)
    assert message.keys() >= EARLY
    assert message["headers"]["x-one"] == "1"
    assert all(name == name.lower() for name in message["headers"])
    assert middle.call("setMessages", update={id: {"isFlagged": True}})["updated"] == {id: None}


def test_the_middle_profile_filters_by_one_mailbox(middle):
    boxes, id = middle.boxes(), middle.deliver()
    assert middle.list(filter={"inMailbox": boxes["inbox"]}) == [id]
    assert middle.list(filter={"inMailboxOtherThan": boxes["inbox"]}) == []
    assert middle.list(filter={"inMailboxes": [boxes["inbox"]]}) == [id]
    error = middle.error("getMessageList", filter={"colour": "red"})
    assert error["type"] == "cannotDoFilter"


def test_the_middle_profile_does_not_destroy_mailboxes_with_mail(middle):
    work = middle.new_box("Work")
    middle.update(middle.deliver(), mailboxIds=[work])
    answer = middle.call("setMailboxes", destroy=[work])
    assert answer["notDestroyed"][work]["type"] == "mailboxHasMessage"


def test_the_middle_profile_does_not_tell_the_present_state(middle):
    error = middle.error("getMessageUpdates", sinceState="999999999999")
    assert error["type"] == "cannotCalculateChanges"
    assert "newState" not in error


def test_the_middle_profile_sends_by_the_outbox(middle):
    outbox = middle.boxes()["outbox"]
    people = {"from": [{"email": "test@localhost"}], "to": [{"email": "anna@localhost"}]}
    middle.update(middle.draft(**people), mailboxIds=[outbox])
    turn(middle.server)
    assert len(ClassicMail(middle.server, "anna").list()) == 1
