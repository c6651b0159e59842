"""Odd values in every place of the calls about mail: none is the server's failure."""

from __future__ import annotations

import pytest

from tests.support.classic_mail import ClassicMail

ODD = [
    None, True, 0, -1, 1.5, 2**60, "", "#", "#x", "x", "\0", "é\ud7ff", "M1", "L1", [], [None],
    [""], ["#x"], [["x"]], [{}], {}, {"": None}, {"x": {}}, {"x": True}, {"#x": True},
    {"email": "x"}, [{"email": None}], [{"email": "\0"}], [{"email": "a@b", "name": "x\r\nBcc: y"}],
    {"operator": "AND", "conditions": [{}]}, {"operator": [], "conditions": {}},
    {"a/b": None}, {"keywords/x": None}, "2016-02-30T00:00:00Z", "9999-12-31T23:59:59Z",
    "0001-01-01T00:00:00Z", "2016-12-31T23:59:60Z",
]  # fmt: skip
ARGUMENTS = {
    "getMailboxes": ("accountId", "ids", "properties"),
    "getMailboxUpdates": ("sinceState", "fetchRecords", "fetchRecordProperties"),
    "setMailboxes": ("ifInState", "create", "update", "destroy"),
    "getMessageList": (
        "filter", "sort", "collapseThreads", "position", "anchor", "anchorOffset", "limit",
        "fetchThreads", "fetchMessages", "fetchMessageProperties", "fetchSearchSnippets",
    ),
    "getMessageListUpdates": ("filter", "sort", "sinceState", "uptoMessageId", "maxChanges"),
    "getThreads": ("ids", "fetchMessages", "fetchMessageProperties"),
    "getThreadUpdates": ("sinceState", "maxChanges", "fetchRecords"),
    "getMessages": ("ids", "properties"),
    "getMessageUpdates": ("sinceState", "maxChanges", "fetchRecordProperties"),
    "setMessages": ("ifInState", "create", "update", "destroy"),
    "importMessages": ("messages",),
    "copyMessages": ("fromAccountId", "toAccountId", "messages"),
    "reportMessages": ("messageIds", "asSpam"),
    "getSearchSnippets": ("messageIds", "filter"),
    "getIdentities": ("ids", "properties"),
    "getIdentityUpdates": ("sinceState",),
    "setIdentities": ("create", "update", "destroy"),
    "getVacationResponse": ("accountId",),
    "setVacationResponse": ("update",),
    "getMailboxList": ("filter", "sort"),
    "getMessageSubmissions": ("ids",),
    "getMessageSubmissionList": ("filter", "sort"),
    "setMessageSubmissions": (
        "create", "update", "destroy", "onSuccessUpdateMessage", "onSuccessDestroyMessage",
    ),
}  # fmt: skip
NEEDED = {"sinceState": "0", "ids": [], "messageIds": [], "asSpam": True, "messages": {}}
RECORDS = {
    "setMailboxes": ("name", "parentId", "role", "sortOrder", "id", "myRights"),
    "setMessages": (
        "mailboxIds", "mailboxIds/x", "keywords", "keywords/x", "inReplyToMessageId", "isUnread",
        "isFlagged", "isDraft", "headers", "sender", "from", "to", "replyTo", "subject", "date",
        "textBody", "htmlBody", "attachments", "attachedMessages", "body", "headers.x", "",
    ),
    "setIdentities": ("name", "email", "replyTo", "bcc", "textSignature", "mayDelete"),
    "setVacationResponse": ("isEnabled", "fromDate", "toDate", "subject", "textBody"),
    "setMessageSubmissions": ("messageId", "identityId", "envelope", "undoStatus", "sendAt"),
}  # fmt: skip


@pytest.fixture(params=["A", "B", "C"])
def mail(start, request):
    return ClassicMail(start(jmap_classic_profile=request.param))


def judged(mail, calls):
    """That no call failed by the server's fault; many are sent in one request."""
    for at in range(0, len(calls), 40):
        some = calls[at : at + 40]
        for name, found, id in mail.calls(*some):
            told = str(found)
            assert "serverError" not in told, (some[int(id[1:])], found)
            assert name != "error" or found["description"], found


@pytest.mark.parametrize("call", ARGUMENTS)
def test_odd_arguments_are_judged(mail, call):
    names = ARGUMENTS[call]
    needed = {name: value for name, value in NEEDED.items() if name in names}
    judged(mail, [[call, {**needed, name: odd}] for name in names for odd in ODD])


@pytest.mark.parametrize("call", RECORDS)
def test_odd_properties_are_judged(mail, call):
    drafts = mail.boxes()["drafts"]
    boxes = {drafts: True} if mail.call("getMailboxes")["list"][0].get("maySubmit") else [drafts]
    base = {"setMessages": {"mailboxIds": boxes}}.get(call, {})
    id = "singleton" if call == "setVacationResponse" else mail.deliver()
    calls = []
    for name in RECORDS[call]:
        for odd in ODD:
            calls.append([call, {"create": {"k": {**base, name: odd}}}])
            calls.append([call, {"update": {id: {name: odd}, "#k": {name: odd}}}])
    judged(mail, calls)


def test_odd_imports_and_copies_are_judged(mail):
    blob, inbox, id = mail.upload(mail.letter()), mail.boxes()["inbox"], mail.deliver(id="z")
    for call, source in (("importMessages", {"blobId": blob}), ("copyMessages", {"messageId": id})):
        marks = ("mailboxIds", "keywords", "isUnread", "isDraft", "blobId", "messageId", "x")
        wanted = [{**source, "mailboxIds": [inbox], name: odd} for name in marks for odd in ODD]
        judged(mail, [[call, {"messages": {"k": one}}] for one in wanted])


def test_odd_filters_and_sorts_are_judged(mail):
    mail.deliver()
    terms = (
        "inMailboxes", "notInMailboxes", "inMailbox", "inMailboxOtherThan", "before", "after",
        "minSize", "text", "from", "header", "hasKeyword", "isUnread", "threadIsFlagged",
        "attachments",
    )  # fmt: skip
    calls = [["getMessageList", {"filter": {t: odd}}] for t in terms for odd in ODD]
    sorts = ["", " ", "date ", "date  asc", "hasKeyword:", "hasKeyword: asc", ":", "keyword:é \0"]
    calls += [["getMessageList", {"sort": [one]}] for one in sorts]
    calls.append(["getMessageList", {"sort": ["date"] * 50}])
    deep: dict = {"text": "x"}
    for _ in range(60):
        deep = {"operator": "NOT", "conditions": [deep]}
    calls.append(["getMessageList", {"filter": deep}])
    calls.append(["getMessageList", {"filter": {"operator": "OR", "conditions": [{}] * 2000}}])
    judged(mail, calls)
