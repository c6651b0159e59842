"""getMessageList in profile A: filters, sorts, windows, and what it implies."""

from __future__ import annotations

import pytest

from tests.support.classic_mail import ClassicMail

WITH_FILE = """\
From: Zoe <zoe@example.com>
To: test@localhost
Cc: Cleo <cleo@example.com>
Subject: Fwd: Apples
Date: Wed, 06 Jan 2016 10:00:00 +0000
Message-ID: <file@example.com>
X-Color: deep blue
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=x

--x
Content-Type: text/plain

The list of fruit is attached.
--x
Content-Type: application/pdf
Content-Disposition: attachment; filename=fruit.pdf

PDF
--x--
"""


@pytest.fixture
def mail(server):
    return ClassicMail(server)


@pytest.fixture
def three(mail):
    """Two messages of one thread, and another one."""
    return [
        mail.deliver(id="a", subject="Lunch", text="The red wine of the house"),
        mail.deliver(
            id="b",
            subject="Re: Lunch",
            text="wine red, perhaps with bread and cheese and much else",
            more="In-Reply-To: <a@example.com>\nReferences: <a@example.com>\n",
        ),
        mail.deliver(WITH_FILE.replace("\n", "\r\n").encode()),
    ]


def test_a_list_has_messages_and_their_threads(mail, three):
    answer = mail.call("getMessageList", sort=["date asc", "id asc"])
    assert answer["messageIds"] == three
    threads = [mail.message(id, "threadId")["threadId"] for id in three]
    assert answer["threadIds"] == threads
    assert threads[0] == threads[1] != threads[2]
    assert (answer["position"], answer["total"]) == (0, 3)
    assert answer["state"] == mail.call("getMessages", ids=[])["state"]
    assert answer["canCalculateUpdates"] is True


def test_filter_sort_and_collapse_are_echoed(mail, three):
    filter = {"text": "wine", "before": None}
    answer = mail.call("getMessageList", filter=filter, sort=["date"], collapseThreads=True)
    echoed = {name: answer[name] for name in ("filter", "sort", "collapseThreads")}
    assert echoed == {"filter": filter, "sort": ["date"], "collapseThreads": True}
    bare = mail.call("getMessageList")
    assert (bare["filter"], bare["sort"], bare["collapseThreads"]) == (None, None, False)


def test_collapsed_each_thread_is_there_once_at_its_first_place(mail, three):
    first, second, other = three
    answer = mail.call("getMessageList", sort=["date desc", "id asc"], collapseThreads=True)
    assert answer["messageIds"] == [other, first]
    assert answer["total"] == 2
    ids = mail.list(sort=["id desc"], collapseThreads=True)
    assert ids == [other, second]


FILTERS = [
    ({}, "012"),
    ({"before": "2016-01-06T10:00:00Z"}, "01"),
    ({"after": "2016-01-06T10:00:00Z"}, "2"),
    ({"after": "2016-01-05T10:00:00Z", "before": "2016-01-05T10:00:01Z"}, "01"),
    ({"minSize": 1, "maxSize": 1_000_000}, "012"),
    ({"maxSize": 10}, ""),
    ({"hasAttachment": True}, "2"),
    ({"hasAttachment": False}, "01"),
    ({"text": "wine"}, "01"),
    ({"text": "ada"}, "01"),
    ({"text": "fruit"}, "2"),
    ({"text": '"red wine"'}, "0"),
    ({"text": "'red wine'"}, "0"),
    ({"text": "red wine"}, "01"),
    ({"from": "zoe"}, "2"),
    ({"to": "test@localhost"}, "012"),
    ({"cc": "cleo"}, "2"),
    ({"bcc": "cleo"}, ""),
    ({"subject": "lunch"}, "01"),
    ({"subject": "wine"}, ""),
    ({"body": "bread"}, "1"),
    ({"header": ["X-Color"]}, "2"),
    ({"header": ["x-color", "BLUE"]}, "2"),
    ({"header": ["X-Color", "red"]}, ""),
    ({"isFlagged": True}, "0"),
    ({"isFlagged": False}, "12"),
    ({"threadIsFlagged": True}, "01"),
    ({"threadIsFlagged": False}, "2"),
    ({"isUnread": True}, "02"),
    ({"isUnread": False}, "1"),
    ({"threadIsUnread": True}, "012"),
    ({"threadIsUnread": False}, ""),
    ({"isAnswered": True}, "2"),
    ({"isAnswered": False}, "01"),
    ({"isDraft": True}, ""),
    ({"isDraft": False}, "012"),
    ({"isFlagged": True, "isUnread": True, "text": "wine"}, "0"),
    ({"operator": "AND", "conditions": [{"text": "wine"}, {"isUnread": True}]}, "0"),
    ({"operator": "OR", "conditions": [{"body": "bread"}, {"from": "zoe"}]}, "12"),
    ({"operator": "NOT", "conditions": [{"body": "bread"}, {"from": "zoe"}]}, "0"),
    ({"text": None, "isFlagged": None}, "012"),
    ({"inMailboxes": []}, "012"),
    ({"notInMailboxes": []}, "012"),
    ({"inMailboxes": ["M999"]}, ""),
]


def test_lists_are_filtered(mail, three):
    mail.update(three[0], isFlagged=True)
    mail.update(three[1], isUnread=False)
    mail.update(three[2], isAnswered=True)
    for filter, expected in FILTERS:
        found = mail.list(filter=filter)
        assert sorted(found) == sorted(three[int(n)] for n in expected), filter


def test_mailboxes_are_all_that_it_is_in_or_none(mail, three):
    boxes, work = mail.boxes(), mail.new_box("Work")
    inbox = boxes["inbox"]
    mail.update(three[0], mailboxIds=[inbox, work])
    mail.update(three[1], mailboxIds=[work])
    assert mail.list(filter={"inMailboxes": [inbox, work]}) == [three[0]]
    assert set(mail.list(filter={"inMailboxes": [work]})) == {three[0], three[1]}
    assert mail.list(filter={"notInMailboxes": [work]}) == [three[2]]
    assert mail.list(filter={"notInMailboxes": [work, inbox]}) == []


SORTS = [
    (["date asc", "id asc"], "012"),
    (["date", "id asc"], "201"),
    (["date desc", "id desc"], "210"),
    (["id"], "210"),
    (["id asc"], "012"),
    (["size asc"], None),
    (["from asc", "id asc"], "012"),
    (["from desc", "id asc"], "201"),
    (["to asc", "id asc"], "012"),
    (["subject asc", "id asc"], "201"),
    (["subject desc", "id asc"], "012"),
    (["isFlagged asc", "id asc"], "120"),
    (["isFlagged", "id asc"], "012"),
    (["isUnread desc", "id asc"], "021"),
    (["isUnread asc", "id asc"], "102"),
    (["threadIsFlagged desc", "id asc"], "012"),
    (["threadIsFlagged asc", "id asc"], "201"),
    (["threadIsUnread asc", "id desc"], "210"),
]


def test_lists_are_sorted(mail, three):
    mail.update(three[0], isFlagged=True)
    mail.update(three[1], isUnread=False)
    mail.update(three[0], isUnread=True)
    sizes = {id: mail.message(id, "size")["size"] for id in three}
    for sort, expected in SORTS:
        ordered = sorted(three, key=sizes.__getitem__)
        if expected is not None:
            ordered = [three[int(n)] for n in expected]
        assert mail.list(sort=sort) == ordered, sort


@pytest.mark.parametrize(
    ("arguments", "type"),
    [
        ({"sort": ["colour"]}, "unsupportedSort"),
        ({"sort": ["date up"]}, "unsupportedSort"),
        ({"sort": ["inMailboxes"]}, "unsupportedSort"),
        ({"sort": "date"}, "invalidArguments"),
        ({"position": -1}, "invalidArguments"),
        ({"limit": -1}, "invalidArguments"),
        ({"limit": "5"}, "invalidArguments"),
        ({"anchorOffset": 1.5}, "invalidArguments"),
        ({"anchor": "L999"}, "anchorNotFound"),
        ({"colour": "red"}, "invalidArguments"),
        ({"filter": {"colour": "red"}}, "invalidArguments"),
        ({"filter": {"inMailbox": "M2"}}, "invalidArguments"),
        ({"filter": {"hasKeyword": "x"}}, "invalidArguments"),
        ({"filter": {"before": "yesterday"}}, "invalidArguments"),
        ({"filter": {"after": "2016-02-30"}}, "invalidArguments"),
        ({"filter": {"isFlagged": "yes"}}, "invalidArguments"),
        ({"filter": {"header": []}}, "invalidArguments"),
        ({"filter": {"header": ["a", "b", "c"]}}, "invalidArguments"),
        ({"filter": {"inMailboxes": "M2"}}, "invalidArguments"),
        ({"filter": {"operator": "XOR", "conditions": []}}, "invalidArguments"),
        ({"filter": {"operator": "OR"}}, "invalidArguments"),
        ({"filter": []}, "invalidArguments"),
        ({"collapseThreads": 1}, "invalidArguments"),
        ({"fetchMessageProperties": ["colour"]}, "invalidArguments"),
        ({"fetchMessages": "yes"}, "invalidArguments"),
        ({"accountId": "anna@localhost"}, "accountNotFound"),
    ],
)
def test_a_list_that_cannot_be_is_refused_with_a_reason(mail, arguments, type):
    error = mail.error("getMessageList", **arguments)
    assert error["type"] == type, error
    assert error["description"]


def test_all_wrong_arguments_are_named(mail):
    error = mail.error("getMessageList", position=-1, colour="red", sort="date")
    assert set(error["arguments"]) == {"position", "colour", "sort"}


def test_a_window_is_a_part_of_the_list(mail, three):
    answer = mail.call("getMessageList", sort=["id asc"], position=1, limit=1)
    assert (answer["messageIds"], answer["position"], answer["total"]) == ([three[1]], 1, 3)
    behind = mail.call("getMessageList", sort=["id asc"], position=7)
    assert (behind["messageIds"], behind["threadIds"]) == ([], [])
    assert mail.call("getMessageList", limit=0)["messageIds"] == []


@pytest.mark.parametrize(
    ("offset", "position"), [(0, 1), (None, 1), (-1, 2), (1, 0), (5, 0), (-5, 6)]
)
def test_a_window_may_begin_at_an_anchor(mail, three, offset, position):
    answer = mail.call(
        "getMessageList", sort=["id asc"], anchor=three[1], anchorOffset=offset, position=2
    )
    assert answer["position"] == position
    assert answer["messageIds"] == three[position:]


def test_a_list_fetches_its_messages(mail, three):
    found, fetched = mail.calls(
        [
            "getMessageList",
            {"limit": 1, "sort": ["id asc"], "fetchMessages": True,
             "fetchMessageProperties": ["subject"]},
        ]
    )  # fmt: skip
    assert (found[0], fetched[0], found[2], fetched[2]) == ("messageList", "messages", "#0", "#0")
    assert fetched[1]["list"] == [{"id": three[0], "subject": "Lunch"}]


def test_a_list_fetches_its_threads_and_they_their_messages_before_the_snippets(mail, three):
    arguments = {
        "filter": {"text": "cheese"},
        "fetchThreads": True,
        "fetchMessages": True,
        "fetchMessageProperties": ["subject"],
        "fetchSearchSnippets": True,
    }
    answers = mail.calls(["getMessageList", arguments])
    assert [name for name, *_ in answers] == [
        "messageList",
        "threads",
        "messages",
        "searchSnippets",
    ]
    _, threads, messages, snippets = (answer for _, answer, _ in answers)
    assert [thread["messageIds"] for thread in threads["list"]] == [three[:2]]
    assert {message["id"] for message in messages["list"]} == set(three[:2])
    (snippet,) = snippets["list"]
    assert snippet["messageId"] == three[1]
    assert "<mark>cheese</mark>" in snippet["preview"]
    assert snippets["filter"] == {"text": "cheese"}


def test_threads_are_fetched_once_each_and_without_messages_if_none_are_asked(mail, three):
    answers = mail.calls(["getMessageList", {"fetchThreads": True}])
    assert [name for name, *_ in answers] == ["messageList", "threads"]
    assert len(answers[1][1]["list"]) == 2


def test_a_list_that_fails_fetches_nothing(mail):
    arguments = {"sort": ["colour"], "fetchThreads": True, "fetchSearchSnippets": True}
    assert [name for name, *_ in mail.calls(["getMessageList", arguments])] == ["error"]


def test_an_empty_list_fetches_nothing_that_is_there(mail):
    answers = mail.calls(["getMessageList", {"fetchMessages": True, "fetchSearchSnippets": True}])
    assert [answer["list"] for _, answer, _ in answers[1:]] == [[], []]


def test_sort_options_that_an_account_names_are_understood(mail, three):
    (account,) = mail.call("getAccounts")["list"]
    assert account["mail"]["isReadOnly"] is False
    assert account["mail"]["maxSizeMessageAttachments"] > 0
    for option in account["mail"]["messageListSortOptions"]:
        assert len(mail.list(sort=[option])) == 3
