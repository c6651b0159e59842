"""Email/query and Email/queryChanges (RFC 8621 §4.4, §4.5)."""

from __future__ import annotations

import pytest

from tests.jmap.mail.conftest import Boxes, Mails
from tests.mail.messages import message

PDF = (
    b"Subject: Report\r\nFrom: Zoe <zoe@example.org>\r\nTo: team@example.org\r\n"
    b"Date: Mon, 2 Jan 2023 10:00:00 +0000\r\nMessage-ID: <pdf@x>\r\n"
    b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nfigures inside\r\n--b\r\n"
    b"Content-Type: application/pdf; name=figures.pdf\r\n\r\nPDF\r\n--b--\r\n"
)


@pytest.fixture
def filled(anna, boxes):
    """Four emails: a, b in one thread; c with an attachment; d in the archive."""
    found = {
        "a": anna.deliver(message("Plan", "apples and pears", Message_ID="<q@x>", Cc="carl@x.org")),
        "b": anna.deliver(message("Re: Plan", "PEARS only", In_Reply_To="<q@x>", X_Odd="Ünused")),
        "c": anna.deliver(PDF),
        "d": anna.deliver(message("Zebra", "x" * 5000, From="Bob <bob@example.net>"), "archive"),
    }
    anna.call(
        "Email/set",
        update={
            found["a"]: {"keywords": {"$seen": True, "$flagged": True}},
            found["b"]: {"keywords": {"$seen": True}},
        },
    )
    return found


def ask(anna, filled, **arguments) -> str:
    """The letters of the results, in order."""
    letters = {id: letter for letter, id in filled.items()}
    return "".join(letters[id] for id in anna.call("Email/query", **arguments)["ids"])


@pytest.mark.parametrize(
    ("filter", "letters"),
    [
        (None, "abcd"),
        ({}, "abcd"),
        ({"hasKeyword": "$SEEN"}, "ab"),
        ({"notKeyword": "$seen"}, "cd"),
        ({"someInThreadHaveKeyword": "$flagged"}, "ab"),
        ({"allInThreadHaveKeyword": "$seen"}, "ab"),
        ({"allInThreadHaveKeyword": "$flagged"}, ""),
        ({"noneInThreadHaveKeyword": "$flagged"}, "cd"),
        ({"hasAttachment": True}, "c"),
        ({"hasAttachment": False, "hasKeyword": "$flagged"}, "a"),
        ({"minSize": 4000}, "d"),
        ({"maxSize": 4000}, "abc"),
        ({"before": "2000-01-01T00:00:00Z"}, ""),
        ({"after": "2000-01-01T00:00:00Z"}, "abcd"),
        ({"text": "pears"}, "ab"),
        ({"text": "pears apples"}, "a"),
        ({"text": '"and pears"'}, "a"),
        ({"text": "carl"}, "a"),
        ({"body": "figures"}, "c"),
        ({"subject": "zebra"}, "d"),
        ({"from": "zoe@example.org"}, "c"),
        ({"to": "team"}, "c"),
        ({"cc": "carl"}, "a"),
        ({"bcc": "carl"}, ""),
        ({"header": ["X-Odd", "ünused"], "hasKeyword": "$seen", "text": "pears"}, "b"),
        ({"header": ["X-Odd"], "notKeyword": "$seen"}, ""),
        ({"header": ["X-Odd"]}, "b"),
        ({"header": ["x-odd", "ünu"]}, "b"),
        ({"header": ["X-Odd", "other"]}, ""),
        ({"inMailbox": "nothing"}, ""),
        ({"operator": "NOT", "conditions": [{"text": "pears"}, {"minSize": 4000}]}, "c"),
        (
            {"operator": "OR", "conditions": [{"hasAttachment": True}, {"subject": "zebra"}]},
            "cd",
        ),
        ({"operator": "AND", "conditions": [{"text": "pears"}, {"hasKeyword": "$flagged"}]}, "a"),
    ],
)
def test_filters(anna, filled, filter, letters):
    assert sorted(ask(anna, filled, filter=filter)) == list(letters)


def test_mailboxes_are_filters_too(anna, boxes, filled):
    inbox, archive = boxes.role("inbox"), boxes.role("archive")
    assert sorted(ask(anna, filled, filter={"inMailbox": inbox})) == ["a", "b", "c"]
    assert ask(anna, filled, filter={"inMailbox": archive}) == "d"
    assert ask(anna, filled, filter={"inMailboxOtherThan": [inbox]}) == "d"
    assert sorted(ask(anna, filled, filter={"inMailboxOtherThan": []})) == list("abcd")
    both = {"inMailbox": inbox, "hasKeyword": "$flagged"}
    assert ask(anna, filled, filter=both) == "a"


@pytest.mark.parametrize(
    ("sort", "letters"),
    [
        ([{"property": "size", "isAscending": False}], "d"),
        ([{"property": "subject"}, {"property": "size"}], "a"),
        ([{"property": "from"}], "ba"),
        ([{"property": "from", "isAscending": False}], "c"),
        ([{"property": "to", "isAscending": False}], "c"),
        ([{"property": "sentAt"}], "c"),
        ([{"property": "hasKeyword", "keyword": "$flagged", "isAscending": False}], "a"),
        (
            [
                {"property": "someInThreadHaveKeyword", "keyword": "$flagged"},
                {"property": "size", "isAscending": False},
            ],
            "d",
        ),
    ],
)
def test_sorts(anna, filled, sort, letters):
    assert ask(anna, filled, sort=sort).startswith(letters)


def test_threads_collapse_to_their_first_email(anna, boxes, filled):
    by_size = [{"property": "size"}]
    found = ask(anna, filled, sort=by_size, collapseThreads=True)
    assert sorted(found) in (["a", "c", "d"], ["b", "c", "d"])
    inbox = {"inMailbox": boxes.role("inbox")}
    answer = anna.call("Email/query", filter=inbox, collapseThreads=True, calculateTotal=True)
    assert (len(answer["ids"]), answer["total"]) == (2, 2)
    assert answer["canCalculateChanges"] is True


def test_a_mailbox_is_read_page_by_page(anna, boxes):
    ids = [anna.deliver(message(f"Number {n}")) for n in range(7)]
    inbox = {"inMailbox": boxes.role("inbox")}
    newest = list(reversed(ids))

    def page(**arguments):
        return anna.call("Email/query", filter=inbox, **arguments)["ids"]

    by_date = [{"property": "receivedAt", "isAscending": False}]
    assert page(limit=3) == page(limit=3, sort=by_date) == newest[:3]
    assert page(position=5) == newest[5:]
    assert page(position=-2) == newest[5:]
    assert page(position=50) == []
    assert page(anchor=newest[3], anchorOffset=-1, limit=2) == newest[2:4]
    assert page(sort=[{"property": "receivedAt"}], limit=2) == ids[:2]
    assert page(collapseThreads=True, position=2, limit=2) == newest[2:4]
    assert anna.fail("Email/query", filter=inbox, anchor="L999999")["type"] == "anchorNotFound"
    total = anna.call("Email/query", filter=inbox, calculateTotal=True, limit=0)
    assert (total["total"], total["ids"]) == (7, [])


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"filter": {"nonsense": 1}}, "unsupportedFilter"),
        ({"filter": {"before": "yesterday"}}, "invalidArguments"),
        ({"filter": {"header": []}}, "invalidArguments"),
        ({"filter": {"header": ["a", "b", "c"]}}, "invalidArguments"),
        ({"sort": [{"property": "nonsense"}]}, "unsupportedSort"),
        ({"sort": [{"property": "hasKeyword"}]}, "invalidArguments"),
    ],
)
def test_wrong_queries_are_refused(anna, arguments, error):
    assert anna.fail("Email/query", **arguments)["type"] == error


def test_query_changes_follow(anna, boxes, filled):
    query = {"filter": {"inMailbox": boxes.role("inbox"), "notKeyword": "$seen"}}
    before = anna.call("Email/query", **query)
    new = anna.deliver(message())
    anna.call("Email/set", update={filled["c"]: {"keywords/$seen": True}})
    found = anna.call("Email/queryChanges", sinceQueryState=before["queryState"], **query)
    ids = [id for id in before["ids"] if id not in found["removed"]]
    for one in found["added"]:
        ids.insert(one["index"], one["id"])
    assert ids == anna.call("Email/query", **query)["ids"] == [new]


def test_a_sharee_finds_what_it_may_see(anna, bert, boxes, filled):
    inbox = boxes.role("inbox")
    rights = {"mayReadItems": True, "maySetSeen": True}
    boxes.update(inbox, shareWith={bert.account: rights})

    def found(**arguments):
        return set(bert.call("Email/query", accountId=anna.account, **arguments)["ids"])

    visible = {filled[letter] for letter in "abc"}
    assert found() == found(filter={"inMailbox": inbox}) == visible
    assert found(filter={"inMailbox": boxes.role("archive")}) == set()
    assert found(filter={"text": "zebra"}) == set()
    assert found(filter={"hasKeyword": "$seen"}) == set()
    Mails(bert, anna.account).update(filled["c"], **{"keywords/$seen": True})
    assert found(filter={"hasKeyword": "$seen"}) == {filled["c"]}
    assert found(filter={"notKeyword": "$seen"}) == visible - {filled["c"]}
    assert Boxes(bert, anna.account).one(inbox)["unreadEmails"] == 2


def test_texts_are_sorted_alike_on_both_databases(anna):
    subjects = ["Zebra", "apple", "Äpfel", "10", "9", "_x", "éclair", "Zoo", "b c", "bc"]
    ids = {anna.deliver(message(subject)): subject for subject in subjects}
    found = anna.call("Email/query", sort=[{"property": "subject"}])["ids"]
    assert [ids[id] for id in found] == sorted(subjects, key=str.casefold)
