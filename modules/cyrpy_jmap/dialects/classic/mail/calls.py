"""The tables of calls about mail, one for each period."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from cyrpy_jmap.dialects.classic import arguments as types
from cyrpy_jmap.dialects.classic.lists import List, Listing, ListUpdates, Term
from cyrpy_jmap.dialects.classic.mail import lists, periods
from cyrpy_jmap.dialects.classic.mail.filing import CopyMessages, ImportMessages, ReportMessages
from cyrpy_jmap.dialects.classic.mail.identities import (
    GetVacation,
    IdentityLens,
    LaterIdentityLens,
    SetVacation,
    VacationLens,
)
from cyrpy_jmap.dialects.classic.mail.lists import MessageList, MessageListUpdates
from cyrpy_jmap.dialects.classic.mail.mailboxes import (
    LATER_RIGHTS,
    RIGHTS,
    GetMailboxes,
    MailboxLens,
    MailboxUpdates,
)
from cyrpy_jmap.dialects.classic.mail.messages import MessageLens
from cyrpy_jmap.dialects.classic.mail.submissions import (
    SetSubmissions,
    SubmissionLens,
    submission_listing,
)
from cyrpy_jmap.dialects.classic.mail.threads import (
    GetSnippets,
    GetThreads,
    ThreadLens,
    ThreadUpdates,
)
from cyrpy_jmap.dialects.classic.rows import listed, standard
from cyrpy_jmap.dialects.classic.verbs import ClassicCall, Get

MESSAGES: Final = "messages"
THREADS: Final = ThreadLens()


def _mailboxes(lens: MailboxLens, verb: Get) -> list[ClassicCall]:
    get, updates, set = standard(lens, "Mailbox", "Mailboxes")
    get = replace(get, verb=verb)
    updates = replace(updates, method="Mailbox/changes", verb=MailboxUpdates(), fetch=get)
    return [get, updates, set]


def _messages(lens: MessageLens) -> list[ClassicCall]:
    get, updates, set = standard(lens, "Message", "Messages", is_paged=True)
    required = {"ids": types.IDS.required()}
    get = replace(get, arguments=required)
    return [get, replace(updates, fetch=get), set]


def _lists(listing: Listing, get: ClassicCall, *, has_attachments: bool) -> list[ClassicCall]:
    """Lists of messages, threads and snippets."""
    threads, thread_updates, _ = standard(THREADS, "Thread", "Threads", is_paged=True)
    threads = replace(threads, verb=GetThreads(get))
    snippets = ClassicCall(
        "getSearchSnippets",
        "Message/snippets",
        "searchSnippets",
        GetSnippets(listing, has_attachments=has_attachments),
        get.lens,
    )
    verb = MessageList(replace(listing, fetched=get), threads, get, snippets)
    found, changed = listed(get.lens, listing)
    return [
        replace(found, verb=verb),
        replace(changed, verb=MessageListUpdates(listing)),
        threads,
        replace(thread_updates, method="Thread/changes", verb=ThreadUpdates(), fetch=threads),
        snippets,
    ]


def _filed(lens: MessageLens) -> list[ClassicCall]:
    return [
        ClassicCall(
            "importMessages",
            "Message/import",
            "messagesImported",
            ImportMessages(lens, "blobId", "blobId"),
            lens,
        ),
        ClassicCall(
            "copyMessages",
            "Message/copy",
            "messagesCopied",
            CopyMessages(lens, "messageId", "id"),
            lens,
        ),
        ClassicCall("reportMessages", "Message/report", "messagesReported", ReportMessages(), lens),
    ]


def _sent(lens: IdentityLens) -> list[ClassicCall]:
    """Identities and vacation."""
    vacation = VacationLens()
    method = vacation.record_type
    return [
        *standard(lens, "Identity", "Identities"),
        ClassicCall(
            "getVacationResponse", f"{method}/get", "vacationResponse", GetVacation(), vacation
        ),
        ClassicCall(
            "setVacationResponse", f"{method}/set", "vacationResponseSet", SetVacation(), vacation
        ),
    ]


def _mailbox_lists(lens: MailboxLens, get: ClassicCall) -> list[ClassicCall]:
    """The lists of mailboxes that the last drafts had."""
    listing = Listing(
        "Mailbox",
        "Mailboxes",
        {
            "parentId": Term.of(types.STRING, "parentId"),
            "hasRole": Term.of(types.BOOLEAN, "hasAnyRole"),
        },
        {name: [{"property": name}] for name in ("sortOrder", "name")},
        fetched=get,
        nullable=frozenset({"parentId"}),
    )
    found, changed = listed(lens, listing)
    return [
        replace(found, method="Mailbox/query", verb=List(listing)),
        replace(changed, method="Mailbox/queryChanges", verb=ListUpdates(listing)),
    ]


def _submissions(set_messages: ClassicCall) -> list[ClassicCall]:
    lens = SubmissionLens()
    get, updates, set = standard(lens, "MessageSubmission", "MessageSubmissions", is_paged=True)
    set = replace(set, verb=SetSubmissions(set_messages))
    return [get, updates, set, *listed(lens, submission_listing(get))]


def _mail(
    boxes: MailboxLens, lens: MessageLens, listing: Listing, identities: IdentityLens
) -> list[ClassicCall]:
    is_later = lens is periods.LATER
    rows = _messages(lens)
    return [
        *_mailboxes(boxes, Get() if is_later else GetMailboxes()),
        *rows,
        *_lists(listing, rows[0], has_attachments=is_later),
        *_filed(lens),
        *_sent(identities),
    ]


def _later() -> list[ClassicCall]:
    boxes = MailboxLens(LATER_RIGHTS, keeps_mail=False, has_only=False)
    found = _mail(boxes, periods.LATER, lists.LATER, LaterIdentityLens())
    by_name = {call.name: call for call in found}
    return [
        *found,
        *_mailbox_lists(boxes, by_name["getMailboxes"]),
        *_submissions(by_name["setMessages"]),
    ]


EARLY_MAIL: Final[Sequence[ClassicCall]] = _mail(
    MailboxLens(RIGHTS, keeps_mail=True), periods.MIXED, lists.EARLY, IdentityLens()
)
MIDDLE_MAIL: Final[Sequence[ClassicCall]] = _mail(
    MailboxLens(RIGHTS, keeps_mail=False), periods.LOWER, lists.MIDDLE, IdentityLens()
)
LATER_MAIL: Final[Sequence[ClassicCall]] = _later()
