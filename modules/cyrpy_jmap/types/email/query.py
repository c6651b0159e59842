"""Email/query: filters and sorts, as conditions on rows (RFC 8621 §4.4)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Annotated, Any, Final

from pydantic import Field

from cyrpy.data import (
    ids,
    mail_query,
    mail_usage,
    mailboxes,
    messages,
    search,
)
from cyrpy.data import mail_conditions as conditions
from cyrpy.data.mail_conditions import Matches
from cyrpy.data.mail_query import Order, Question
from cyrpy.data.mail_shapes import COLUMNS, Quantity
from cyrpy.groupware import mail_index
from cyrpy.groupware.mail_access import MailAccess
from cyrpy_jmap.call import Call
from cyrpy_jmap.errors import MethodError
from cyrpy_jmap.filters import Comparator, Condition, Filter, used
from cyrpy_jmap.methods.query import QueryArguments
from cyrpy_jmap.methods.query_changes import QueryChangesArguments
from cyrpy_jmap.objects import UnsignedInt, UTCDate
from cyrpy_jmap.types.email import headerscan
from cyrpy_jmap.types.email.creating import moment
from cyrpy_jmap.types.email.results import MailboxPage, Results

HeaderFilter = Annotated[list[str], Field(min_length=1, max_length=2)]
FILTERS: Final[dict[str, Any]] = {
    "inMailbox": str,
    "inMailboxOtherThan": list[str],
    "before": UTCDate,
    "after": UTCDate,
    "minSize": UnsignedInt,
    "maxSize": UnsignedInt,
    "allInThreadHaveKeyword": str,
    "someInThreadHaveKeyword": str,
    "noneInThreadHaveKeyword": str,
    "hasKeyword": str,
    "notKeyword": str,
    "hasAttachment": bool,
    "text": str,
    "from": str,
    "to": str,
    "cc": str,
    "bcc": str,
    "subject": str,
    "body": str,
    "header": HeaderFilter,
}
KEYWORD: Final = {"keyword": str}
SORTS: Final[dict[str, dict[str, Any]]] = {
    **{name: {} for name in COLUMNS if name not in {"id", "date"}},
    "hasKeyword": KEYWORD,
    "allInThreadHaveKeyword": KEYWORD,
    "someInThreadHaveKeyword": KEYWORD,
}
# What no change to an email touches.
STABLE: Final = frozenset(
    (*COLUMNS, "before", "after", "minSize", "maxSize", "hasAttachment")
) | frozenset(("text", "cc", "bcc", "body", "header"))
# What moves with other emails of the thread.
OF_THREADS: Final = frozenset(
    ("allInThreadHaveKeyword", "someInThreadHaveKeyword", "noneInThreadHaveKeyword")
)
_MARKS: Final = {
    "text": (search.ANY, mail_index.BODY),
    "from": (mail_index.FROM,),
    "to": (mail_index.TO,),
    "cc": (mail_index.CC,),
    "bcc": (mail_index.BCC,),
    "subject": (mail_index.SUBJECT,),
    "body": (mail_index.BODY, mail_index.ATTACHMENTS),
    "attachments": (mail_index.ATTACHMENTS,),  # of the classic dialect
}


class EmailQueryArguments(QueryArguments):
    """Email/query has one more."""

    collapse_threads: bool = False


class EmailQueryChangesArguments(QueryChangesArguments):
    """And so has /queryChanges."""

    collapse_threads: bool = False


Further = Mapping[str, Callable[[], Sequence[int]]]
NOTHING_MORE: Final[Further] = {}


def search_emails(
    call: Call,
    access: MailAccess,
    filter: Filter | None,
    sort: Sequence[Comparator],
    further: Further = NOTHING_MORE,
) -> Sequence[str]:
    """The ids of the emails that match and that the user may see, in order."""
    page = _page_of(call, access, filter, sort)
    if page is not None:
        return page
    maker = _Maker(call, access, further)
    matches = [maker.filter(filter)]
    if access.letters is not None:
        matches.append(conditions.in_some(access.letters.keys()))
    order = tuple(maker.order(comparator) for comparator in sort)
    question = Question(call.account.id, maker.reader, conditions.all_of(matches), order)
    question = question._replace(mailbox_id=_start(call, access, filter, order))
    readers = [mail_query.reader(call.unit, part) for part in mail_query.parts(question)]
    return Results(readers, collapse=call.arguments.collapse_threads)


def is_by_thread(call: Call, filter: Filter | None, sort: Sequence[Comparator]) -> bool:
    """Whether other emails of a thread say which of it are found."""
    names = {*used(filter), *(comparator.property for comparator in sort)}
    return bool(call.arguments.collapse_threads) or not names.isdisjoint(OF_THREADS)


def _start(
    call: Call, access: MailAccess, filter: Filter | None, order: Sequence[Order]
) -> int | None:
    """The mailbox to read from: one that all are in, if that is less than to go by the order.

    By date a mailbox is in order itself. Else all of it must be sorted, where going by the order
    meets one of its emails for so many of the account's.
    """
    wanted = next(_mailboxes_of(filter), None)
    if wanted is None:
        return None
    number = _mailbox_number(call, access, wanted)
    if not order or order[0].by == "receivedAt":
        return number
    rows = mailboxes.of_ids(call.unit, call.account.id, [number])
    size = rows[0].total_emails if rows else 0
    held = mail_usage.usage(call.unit, call.account.id).emails
    args = call.arguments
    asked = getattr(args, "limit", None)
    through = held if asked is None else (max(args.position, 0) + asked) * held // (size or 1)
    return number if size <= min(through, held) else None


def _mailboxes_of(filter: Filter | None) -> Iterator[str]:
    """Mailboxes that all results are in."""
    if isinstance(filter, Condition):
        if "inMailbox" in filter.members:
            yield filter.members["inMailbox"]
    elif filter is not None and filter.operator == "AND":
        for one in filter.conditions:
            yield from _mailboxes_of(one)


class _Maker:
    """Makes SQL of filters and comparators."""

    def __init__(self, call: Call, access: MailAccess, further: Further) -> None:
        self._call = call
        self._further = further
        self._access = access
        self.reader = None if access.letters is None else access.principal_id

    def filter(self, filter: Filter | None) -> Matches:
        """One filter with those in it."""
        if filter is None:
            return conditions.all_of(())
        if isinstance(filter, Condition):
            return self._condition(filter)
        made = [self.filter(one) for one in filter.conditions]
        return _OPERATORS[filter.operator](made)

    def _condition(self, filter: Condition) -> Matches:
        """All members; headers are looked at last, and only where all else holds."""
        members = dict(filter.members)
        header = members.pop("header", None)
        made = conditions.all_of(self._member(name, value) for name, value in members.items())
        if header is None:
            return made
        numbers = None
        if members:
            question = Question(self._call.account.id, self.reader, made)
            numbers = [one.id for one in mail_query.find(self._call.unit, question)]
        matching = headerscan.find(self._call, header, numbers)
        return conditions.all_of([made, conditions.among_numbers(matching)])

    def _member(self, name: str, value: Any) -> Matches:  # noqa: ANN401 - as FILTERS says
        if name in _MARKS:
            return self._text(name, value)
        if name.startswith("inMailbox"):
            return self._mailbox(name, value)
        if name in _COMPARED:
            column, operator = _COMPARED[name]
            bound = value if column == "size" else moment(value) or 0
            return conditions.compare(column, operator, bound)
        if name in self._further:
            found = conditions.among_numbers(self._further[name]())
            return found if value else conditions.none_of([found])
        if name == "hasAttachment":
            return conditions.has_attachment(value)
        return self._keyword(name, value.lower())

    def _keyword(self, name: str, keyword: str) -> Matches:
        unit, account_id = self._call.unit, self._call.account.id
        own_seen = self.reader is not None and keyword == messages.SEEN
        if name == "hasKeyword":
            if own_seen:
                return conditions.has_own_seen()
            return conditions.has_keyword(unit, account_id, keyword)
        if name == "notKeyword":
            if own_seen:
                return conditions.none_of([conditions.has_own_seen()])
            return conditions.lacks_keyword(unit, account_id, keyword)
        found = self._in_thread("all" if name.startswith("all") else "some", keyword)
        return conditions.none_of([found]) if name.startswith("none") else found

    def _in_thread(self, quantity: Quantity, keyword: str) -> Matches:
        """Of threads, as far as the user sees their emails."""
        unit, account_id = self._call.unit, self._call.account.id
        if self._access.letters is not None:
            return conditions.in_seen_thread(quantity, keyword, self._access.letters.keys())
        if quantity == "all":
            return conditions.all_in_thread(unit, account_id, keyword)
        return conditions.some_in_thread(unit, account_id, keyword)

    def _mailbox(self, name: str, value: str | list[str]) -> Matches:
        wanted = [value] if isinstance(value, str) else value
        numbers = {_mailbox_number(self._call, self._access, id) for id in wanted}
        if name == "inMailbox":
            return conditions.in_mailbox(numbers.pop())
        unit, account_id = self._call.unit, self._call.account.id
        others = [row for row in mailboxes.all_of(unit, account_id) if row.id not in numbers]
        places = {row.id: row.total_emails for row in others}
        held = mail_usage.usage(unit, account_id).emails
        return conditions.in_some_of(unit, account_id, places, held)

    def _text(self, name: str, text: str) -> Matches:
        account_id = self._call.account.id
        found = search.find(self._call.unit, account_id, mail_index.INDEX_KIND, _MARKS[name], text)
        return conditions.among_numbers(found)

    def order(self, comparator: Comparator) -> Order:
        """One criterion of the sort.

        Raises:
            MethodError: `invalidArguments`, if it lacks its keyword.
        """
        if comparator.property in COLUMNS:
            return Order(comparator.property, comparator.is_ascending)
        keyword = comparator.extra.get("keyword")
        if keyword is None:
            raise MethodError("invalidArguments", "sort: keyword is missing", arguments=["sort"])
        return Order(self._keyword(comparator.property, keyword.lower()), comparator.is_ascending)


_OPERATORS: Final[dict[str, Callable[[list[Matches]], Matches]]] = {
    "AND": conditions.all_of,
    "OR": conditions.any_of,
    "NOT": conditions.none_of,
}
_COMPARED: Final[dict[str, tuple[str, Any]]] = {
    "before": ("receivedAt", "<"),
    "after": ("receivedAt", ">="),
    "minSize": ("size", ">="),
    "maxSize": ("size", "<"),
    "sentBefore": ("date", "<"),  # as the next, of the classic dialect
    "sentAfter": ("date", ">="),
}


def _mailbox_number(call: Call, access: MailAccess, id: str) -> int:
    """The number of a mailbox that the user sees; 0, in which nothing is, of what is none."""
    number = ids.decode(mailboxes.LETTER, call.real_id(id) or id)
    if number is None or (access.letters is not None and number not in access.letters):
        return 0
    return number


def _page_of(
    call: Call, access: MailAccess, filter: Filter | None, sort: Sequence[Comparator]
) -> MailboxPage | None:
    """What clients ask most: a mailbox by date, which is a range of one index (§4.4)."""
    if not isinstance(filter, Condition) or filter.members.keys() != {"inMailbox"}:
        return None
    if [by.property for by in sort] not in ([], ["receivedAt"]):
        return None
    number = _mailbox_number(call, access, filter.members["inMailbox"])
    rows = mailboxes.of_ids(call.unit, call.account.id, [number])
    if not rows:
        return None
    row = rows[0]
    collapse: bool = call.arguments.collapse_threads
    size = row.total_threads if collapse else row.total_emails
    return MailboxPage(call, number, size, ascending=bool(sort) and sort[0].is_ascending)
