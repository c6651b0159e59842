"""Lists of messages: ids with those of their threads; and what they imply, in the drafts' order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from cyrpy_jmap.dialects.classic import arguments as types
from cyrpy_jmap.dialects.classic.arguments import Argument
from cyrpy_jmap.dialects.classic.exchange import Asked
from cyrpy_jmap.dialects.classic.lists import ASCENDING, List, Listing, ListUpdates, Term
from cyrpy_jmap.dialects.classic.mail.values import is_date
from cyrpy_jmap.dialects.classic.profiles import Profile
from cyrpy_jmap.dialects.classic.verbs import ClassicCall, check_properties, fetches
from cyrpy_jmap.invocation import Arguments, Invocation, Json, Response

COLLAPSE: Final = "collapseThreads"
SEEN: Final = "$seen"
FLAGGED: Final = "$flagged"
DATE: Final = Argument("a date such as 2016-08-31T10:30:00Z", is_date)
HEADER: Final = Argument(
    "an array of the name of a header field and, perhaps, a text",
    lambda v: types.STRINGS.accepts(v) and 1 <= len(v) <= 2,
)
IDS: Final = Argument("an array of ids", types.IDS.accepts)


def _all(name: str, values: Sequence[str]) -> Json:
    conditions = [{name: value} for value in values]
    return conditions[0] if len(values) == 1 else {"operator": "AND", "conditions": conditions}


def _none(*conditions: Json) -> Json:
    return {"operator": "NOT", "conditions": list(conditions)}


def _marked(keyword: str) -> Term:
    """The same value of a boolean as of a keyword."""
    return Term(types.BOOLEAN, lambda v: {"hasKeyword" if v else "notKeyword": keyword})


_ALIKE: Final[Mapping[str, Term]] = {
    "before": Term.of(DATE, "sentBefore"),
    "after": Term.of(DATE, "sentAfter"),
    "minSize": Term.of(types.NUMBER, "minSize"),
    "maxSize": Term.of(types.NUMBER, "maxSize"),
    "hasAttachment": Term.of(types.BOOLEAN, "hasAttachment"),
    **{
        name: Term.of(types.STRING, name)
        for name in ("text", "from", "to", "cc", "bcc", "subject", "body")
    },
    "header": Term.of(HEADER, "header"),
}
_BOOLEANS: Final[Mapping[str, Term]] = {
    "isFlagged": _marked(FLAGGED),
    "isUnread": Term(types.BOOLEAN, lambda v: {"notKeyword" if v else "hasKeyword": SEEN}),
    "isAnswered": _marked("$answered"),
    "isDraft": _marked("$draft"),
    "threadIsFlagged": Term(
        types.BOOLEAN,
        lambda v: {"someInThreadHaveKeyword" if v else "noneInThreadHaveKeyword": FLAGGED},
    ),
    "threadIsUnread": Term(
        types.BOOLEAN,
        lambda v: (
            _none({"allInThreadHaveKeyword": SEEN}) if v else {"allInThreadHaveKeyword": SEEN}
        ),
    ),
}
_IN_ONE: Final[Mapping[str, Term]] = {
    "inMailbox": Term.of(types.STRING, "inMailbox"),
    "inMailboxOtherThan": Term(types.STRING, lambda v: {"inMailboxOtherThan": [v]}),
}
EARLY_TERMS: Final[Mapping[str, Term]] = {
    "inMailboxes": Term(IDS, lambda v: _all("inMailbox", v)),
    "notInMailboxes": Term(IDS, lambda v: _none(*({"inMailbox": id} for id in v))),
    **_ALIKE,
    **_BOOLEANS,
}
MIDDLE_TERMS: Final[Mapping[str, Term]] = {**EARLY_TERMS, **_IN_ONE}
_KEYWORDS: Final = (
    *("allInThreadHaveKeyword", "someInThreadHaveKeyword", "noneInThreadHaveKeyword"),
    *("hasKeyword", "notKeyword"),
)
LATER_TERMS: Final[Mapping[str, Term]] = {
    **_IN_ONE,
    **_ALIKE,
    **{name: Term.of(types.STRING, name) for name in _KEYWORDS},
    **dict.fromkeys(("attachments", "attachmentName"), Term.of(types.STRING, "attachments")),
}


def _by(name: str, keyword: str, *, reversed: bool = False) -> list[Json]:
    return [{"property": name, "keyword": keyword, "isAscending": not reversed}]


_SORTS: Final[Mapping[str, Sequence[Json]]] = {
    name: [{"property": name}] for name in ("id", "date", "size", "from", "to", "subject")
}
EARLY_SORTS: Final[Mapping[str, Sequence[Json]]] = {
    **_SORTS,
    "isFlagged": _by("hasKeyword", FLAGGED),
    "isUnread": _by("hasKeyword", SEEN, reversed=True),
    "threadIsFlagged": _by("someInThreadHaveKeyword", FLAGGED),
    "threadIsUnread": _by("allInThreadHaveKeyword", SEEN, reversed=True),
}
# Sorts of profile C, behind which a colon and a keyword follow.
_BY_KEYWORD: Final = {
    "hasKeyword": "hasKeyword",
    "keyword": "hasKeyword",
    "someThreadKeyword": "someInThreadHaveKeyword",
    "allThreadKeyword": "allInThreadHaveKeyword",
}


class MessageListing(Listing):
    """What lists of messages take."""

    def query(self, asked: Asked) -> Arguments:
        """With collapsed threads, or not."""
        return super().query(asked) | {COLLAPSE: bool(asked.arguments.get(COLLAPSE))}

    def echo(self, asked: Asked) -> Arguments:
        """Likewise."""
        return super().echo(asked) | {COLLAPSE: bool(asked.arguments.get(COLLAPSE))}


class KeywordListing(MessageListing):
    """The same in profile C, where one may sort by any keyword."""

    def comparators(self, item: str) -> list[Json]:
        """Such as `hasKeyword:$flagged desc`."""
        name, _, direction = item.partition(" ")
        kind, colon, keyword = name.partition(":")
        if not colon or kind not in _BY_KEYWORD or direction not in ("", *ASCENDING):
            return super().comparators(item)
        up = ASCENDING.get(direction, False)
        return [{"property": _BY_KEYWORD[kind], "keyword": keyword, "isAscending": up}]


EARLY: Final = MessageListing("Message", "Messages", EARLY_TERMS, EARLY_SORTS)
MIDDLE: Final = MessageListing("Message", "Messages", MIDDLE_TERMS, EARLY_SORTS)
LATER: Final = KeywordListing("Message", "Messages", LATER_TERMS, _SORTS)


class MessageList(List):
    """getMessageList: may fetch threads, or messages, and snippets."""

    def __init__(
        self, listing: Listing, threads: ClassicCall, messages: ClassicCall, snippets: ClassicCall
    ) -> None:
        super().__init__(listing)
        self._threads: Final = threads
        self._messages: Final = messages
        self._snippets: Final = snippets

    def known(self, call: ClassicCall, profile: Profile) -> Mapping[str, Argument]:
        """Beside what all lists take."""
        fetched = ("fetchThreads", "fetchMessages", "fetchSearchSnippets")
        known = {n: a for n, a in super().known(call, profile).items() if "Record" not in n}
        return {**known, **dict.fromkeys((COLLAPSE, *fetched), types.BOOLEAN)}

    def follow_ups(self, asked: Asked, response: Response) -> Sequence[Invocation]:
        """Threads, which fetch their messages; or messages; and snippets last."""
        if response.name == "error":
            return ()
        sent, call_id = asked.arguments, response.call_id
        properties = sent.get("fetchMessageProperties")
        ids: list[str] = response.arguments["ids"]
        found: list[Invocation] = []
        if sent.get("fetchThreads"):
            threads = list(dict.fromkeys(response.arguments["threadIds"]))
            for call in fetches(asked, self._threads, threads, None, call_id):
                passed = {
                    n: sent[n] for n in ("fetchMessages", "fetchMessageProperties") if n in sent
                }
                call.origin.asked.arguments |= passed
                found.append(call)
        elif sent.get("fetchMessages"):
            found += fetches(asked, self._messages, ids, properties, call_id)
        if sent.get("fetchSearchSnippets"):
            found += self._snippets_of(asked, ids, call_id)
        return found

    def _snippets_of(self, asked: Asked, ids: Sequence[str], call_id: str) -> list[Invocation]:
        call = self._snippets
        arguments: Arguments = {"messageIds": list(ids)}
        if "filter" in asked.arguments:
            arguments["filter"] = asked.arguments["filter"]
        implied = Asked(call, asked.exchange, arguments, asked.account_id)
        return call.verb.decode(implied, call_id)

    def encode(self, asked: Asked, arguments: Arguments) -> Arguments:
        """With the threads of the messages."""
        return super().encode(asked, arguments) | {"threadIds": arguments["threadIds"]}


class MessageListUpdates(ListUpdates):
    """getMessageListUpdates."""

    def known(self, call: ClassicCall, profile: Profile) -> Mapping[str, Argument]:
        """Beside what all lists take."""
        return {**super().known(call, profile), COLLAPSE: types.BOOLEAN}

    def encode(self, asked: Asked, arguments: Arguments) -> Arguments:
        """With the threads of the messages."""
        answer = super().encode(asked, arguments)
        threads: dict[str, Any] = arguments["threadIds"]
        for one in (*answer["removed"], *answer["added"]):
            one["threadId"] = threads[one["messageId"]]
        return answer


def check_fetched(asked: Asked, messages: ClassicCall) -> None:
    """Refuse properties that messages do not have.

    Raises:
        MethodError: `invalidArguments`.
    """
    check_properties(messages.lens, asked.arguments, "fetchMessageProperties")
