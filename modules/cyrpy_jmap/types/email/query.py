"""Email/query: filters and sorts, as conditions on rows (RFC 8621 §4.4)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Annotated, Any, Final, overload

from pydantic import Field

from cyrpy.data import ids, mail_query, mailboxes, messages, search
from cyrpy.data.mail_query import PAGE, Conditions, Found, Matches, Order
from cyrpy.groupware import mail_index
from cyrpy.groupware.mail_access import MailAccess
from cyrpy_jmap.call import Call
from cyrpy_jmap.errors import MethodError
from cyrpy_jmap.filters import Comparator, Condition, Filter
from cyrpy_jmap.methods.query import QueryArguments
from cyrpy_jmap.methods.query_changes import QueryChangesArguments
from cyrpy_jmap.objects import UnsignedInt, UTCDate
from cyrpy_jmap.types.email import headerscan
from cyrpy_jmap.types.email.creating import moment

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
    **{name: {} for name in mail_query.COLUMNS},
    "hasKeyword": KEYWORD,
    "allInThreadHaveKeyword": KEYWORD,
    "someInThreadHaveKeyword": KEYWORD,
}
# What no change to an email touches.
STABLE: Final = frozenset(
    (*mail_query.COLUMNS, "before", "after", "minSize", "maxSize", "hasAttachment")
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
}


class EmailQueryArguments(QueryArguments):
    """Email/query has one more."""

    collapse_threads: bool = False


class EmailQueryChangesArguments(QueryChangesArguments):
    """And so has /queryChanges."""

    collapse_threads: bool = False


def search_emails(
    call: Call, access: MailAccess, filter: Filter | None, sort: Sequence[Comparator]
) -> Sequence[str]:
    """The ids of the emails that match and that the user may see, in order."""
    collapse: bool = call.arguments.collapse_threads
    page = _page_of(call, access, filter, sort)
    if page is not None:
        return page
    conditions = Conditions(
        call.account.id, None if access.letters is None else access.principal_id
    )
    maker = _Maker(call, access, conditions)
    matches = [maker.filter(filter)]
    if access.letters is not None:
        matches.append(conditions.in_some_of(list(access.letters)))
    order = [maker.order(comparator) for comparator in sort]
    found: Iterable[Found] = mail_query.find(
        call.unit, conditions, mail_query.all_of(matches), order
    )
    if collapse:
        found = _collapsed(found)
    return [ids.encode(messages.LETTER, one.id) for one in found]


def _collapsed(found: Iterable[Found]) -> Iterator[Found]:
    """The first of each thread (§4.4.3)."""
    seen: set[int] = set()
    for one in found:
        if one.thread_id not in seen:
            seen.add(one.thread_id)
            yield one


class _Maker:
    """Makes SQL of filters and comparators."""

    def __init__(self, call: Call, access: MailAccess, conditions: Conditions) -> None:
        self._call = call
        self._access = access
        self._conditions = conditions

    def filter(self, filter: Filter | None) -> Matches:
        """One filter with those in it."""
        if filter is None:
            return mail_query.all_of(())
        if isinstance(filter, Condition):
            return self._condition(filter)
        made = [self.filter(one) for one in filter.conditions]
        return _OPERATORS[filter.operator](made)

    def _condition(self, filter: Condition) -> Matches:
        """All members; headers are looked at last, and only where all else holds."""
        members = dict(filter.members)
        header = members.pop("header", None)
        made = mail_query.all_of(self._member(name, value) for name, value in members.items())
        if header is None:
            return made
        numbers = None
        if members:
            found = mail_query.find(self._call.unit, self._conditions, made, [])
            numbers = [one.id for one in found]
        matching = headerscan.find(self._call, header, numbers)
        return mail_query.all_of([made, self._conditions.among_numbers(matching)])

    def _member(self, name: str, value: Any) -> Matches:  # noqa: ANN401 - as FILTERS says
        conditions = self._conditions
        if name in _MARKS:
            return self._text(name, value)
        if name.startswith("inMailbox"):
            return self._mailbox(name, value)
        if name in _COMPARED:
            column, operator = _COMPARED[name]
            bound = value if column == "size" else moment(value) or 0
            return conditions.compare(column, operator, bound)
        if name == "hasAttachment":
            return conditions.has_attachment(value)
        return self._keyword(name, value.lower())

    def _keyword(self, name: str, keyword: str) -> Matches:
        conditions = self._conditions
        if name == "hasKeyword":
            return conditions.has_keyword(keyword)
        if name == "notKeyword":
            return mail_query.none_of([conditions.has_keyword(keyword)])
        if name == "noneInThreadHaveKeyword":
            return mail_query.none_of([conditions.in_thread("some", keyword)])
        return conditions.in_thread("all" if name.startswith("all") else "some", keyword)

    def _mailbox(self, name: str, value: str | list[str]) -> Matches:
        wanted = [value] if isinstance(value, str) else value
        numbers = [_mailbox_number(self._call, self._access, id) for id in wanted]
        if name == "inMailbox":
            return self._conditions.in_mailbox(numbers[0])
        return self._conditions.in_some_of(numbers, other=True)

    def _text(self, name: str, text: str) -> Matches:
        account_id = self._call.account.id
        found = search.find(self._call.unit, account_id, mail_index.INDEX_KIND, _MARKS[name], text)
        return self._conditions.among_numbers(found)

    def order(self, comparator: Comparator) -> Order:
        """One criterion of the sort."""
        column: mail_query.Column | None = mail_query.COLUMNS.get(comparator.property)
        if column is None:
            keyword = comparator.extra.get("keyword")
            if keyword is None:
                raise MethodError(
                    "invalidArguments", "sort: keyword is missing", arguments=["sort"]
                )
            column = self._keyword(comparator.property, keyword.lower())
        return column, comparator.is_ascending


_OPERATORS: Final[dict[str, Callable[[list[Matches]], Matches]]] = {
    "AND": mail_query.all_of,
    "OR": mail_query.any_of,
    "NOT": mail_query.none_of,
}
_COMPARED: Final[dict[str, tuple[str, Any]]] = {
    "before": ("receivedAt", "<"),
    "after": ("receivedAt", ">="),
    "minSize": ("size", ">="),
    "maxSize": ("size", "<"),
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


class MailboxPage(Sequence[str]):
    """The ids in a mailbox by date, of which only those are read that are asked for."""

    CHUNK: Final = 500

    def __init__(self, call: Call, mailbox_id: int, size: int, *, ascending: bool) -> None:
        self._unit = call.unit
        self._key = {"account_id": call.account.id, "mailbox_id": mailbox_id}
        self._size = size
        self._query = PAGE[ascending]
        self._collapse: bool = call.arguments.collapse_threads

    def __len__(self) -> int:
        return self._size

    @overload
    def __getitem__(self, index: int) -> str: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[str]: ...

    def __getitem__(self, index: int | slice) -> str | Sequence[str]:
        """The ids of a range."""
        if isinstance(index, int):
            return self[index : index + 1][0]
        start, stop, _ = index.indices(self._size)
        if not self._collapse:
            return [_id(one) for one in self._read(start, max(stop - start, 0))]
        return [_id(one) for n, one in zip(range(stop), self._all(), strict=False) if n >= start]

    def __iter__(self) -> Iterator[str]:
        return map(_id, self._all())

    def index(self, value: str, start: int = 0, stop: int | None = None) -> int:
        """Where an id is; the rows are read in order up to it.

        Raises:
            ValueError: it is not there.
        """
        for n, id in enumerate(self):
            if id == value and n >= start and (stop is None or n < stop):
                return n
        raise ValueError(f"{value} is not in this mailbox")

    def _all(self) -> Iterator[Found]:
        return _collapsed(self._rows()) if self._collapse else self._rows()

    def _rows(self) -> Iterator[Found]:
        skip = 0
        while rows := self._read(skip, self.CHUNK):
            yield from rows
            skip += len(rows)

    def _read(self, skip: int, count: int) -> list[Found]:
        return self._unit.all(self._query, skip=skip, count=count, **self._key)


def _id(one: Found) -> str:
    return ids.encode(messages.LETTER, one.id)
