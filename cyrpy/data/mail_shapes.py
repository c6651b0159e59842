"""The SQL of conditions on messages, made of their shapes (`cyrpy.data.mail_conditions`).

Columns are hidden from SQLite's planner: it is we who decide where a query starts (`mail_query`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, Literal

from sqlalchemy import (
    BindParameter,
    Boolean,
    ColumnElement,
    FromClause,
    and_,
    bindparam,
    false,
    func,
    literal_column,
    not_,
    or_,
    select,
    true,
)
from sqlalchemy.sql.selectable import NamedFromClause

from cyrpy.data.statement import among, hidden
from cyrpy.data.tables import (
    message_keywords,
    message_mailboxes,
    message_seen,
    messages,
    threads,
)

Shape = tuple[Any, ...]
Column = ColumnElement[Any]
Quantity = Literal["all", "some"]
Other = NamedFromClause[Any]  # the messages of a thread
Bind = Callable[[], str]  # the name of the next value
OPERATORS: Final = frozenset({"and", "or", "not"})
_VALUES: Final = {"seen": 0, "shared": 2}  # of shapes that do not have one
_m = messages.c
_marks = message_keywords.c
COLUMNS: Final = {
    "receivedAt": _m.received_at,
    "sentAt": _m.sent_at,
    "size": _m.size,
    "from": _m.from_key,
    "to": _m.to_key,
    "subject": _m.subject_key,
    # Of the classic dialect, in which messages without a date have that when they came.
    "id": _m.id,
    "date": func.coalesce(_m.sent_at, _m.received_at),
}
_account: BindParameter[int] = bindparam("account_id")
_reader: BindParameter[int] = bindparam("reader")


def values_in(shape: Shape) -> int:
    """How many values are bound in it."""
    kind, *inside = shape
    if kind in OPERATORS:
        return sum(map(values_in, inside))
    return _VALUES.get(kind, 1)


def names() -> Bind:
    """Names for what is bound, one after the other."""
    count = iter(range(1 << 30))
    return lambda: f"v{next(count)}"


def condition(shape: Shape, bind: Bind, dates: Column | None = None) -> ColumnElement[bool]:
    """The SQL of a shape; `dates` is what bounds on the date of arrival narrow by an index."""
    kind, *rest = shape
    if kind == "and":
        return and_(true(), *(condition(part, bind, dates) for part in rest))
    if kind in OPERATORS:
        found = or_(not_(true()), *(condition(part, bind) for part in rest))
        return found if kind == "or" else not_(found)
    if dates is not None and rest[:1] == ["receivedAt"]:
        return _compared(dates, rest[1], bind)
    return _LEAVES[kind](bind, *rest)


def _is_there(*where: ColumnElement[bool], of: FromClause = messages) -> ColumnElement[bool]:
    """Whether there is such a row beside one of `of`, which is looked up for each.

    Not by EXISTS: PostgreSQL makes a join of that, and then often reads all rows there are.
    """
    row = select(true()).where(*where).limit(literal_column("1"))
    return _as_often(row.correlate(of).scalar_subquery())


def _as_often(claim: Column) -> ColumnElement[bool]:
    """A claim of which PostgreSQL supposes that it holds as often as not.

    Of one that it thinks rare, it would rather read all rows than those up to the fiftieth.
    """
    return func.coalesce(claim, false(), type_=Boolean())


def _mailbox(bind: Bind) -> ColumnElement[bool]:
    return _placed(message_mailboxes.c.mailbox_id == bindparam(bind()))


def _mailboxes(bind: Bind) -> ColumnElement[bool]:
    return _placed(among(message_mailboxes.c.mailbox_id, bind()))


def _placed(inside: ColumnElement[bool]) -> ColumnElement[bool]:
    place = message_mailboxes.c
    return _is_there(
        place.account_id == _account,
        inside,
        place.received_at == _m.received_at,
        place.message_id == _m.id,
    )


def _compare(bind: Bind, name: str, operator: str) -> ColumnElement[bool]:
    return _compared(hidden(COLUMNS[name]), operator, bind)


def _compared(column: Column, operator: str, bind: Bind) -> ColumnElement[bool]:
    bound: Column = bindparam(bind(), type_=_m.size.type)
    found: ColumnElement[bool] = column < bound if operator == "<" else column >= bound
    return found


def _attachment(bind: Bind) -> ColumnElement[bool]:
    wanted: Column = bindparam(bind(), type_=_m.has_attachment.type)
    found: ColumnElement[bool] = hidden(_m.has_attachment) == wanted
    return found


def _numbers(bind: Bind) -> ColumnElement[bool]:
    return among(hidden(_m.id), bind())


def _keyword(bind: Bind) -> ColumnElement[bool]:
    return _is_there(
        _marks.account_id == _account,
        _marks.keyword == bindparam(bind()),
        _marks.message_id == _m.id,
    )


def _seen(_: Bind) -> ColumnElement[bool]:
    return _is_there(
        message_seen.c.account_id == _account,
        message_seen.c.principal_id == _reader,
        message_seen.c.message_id == _m.id,
    )


def _some(bind: Bind) -> ColumnElement[bool]:
    return _is_there(
        _marks.account_id == _account,
        _marks.thread_id == _m.thread_id,
        _marks.keyword == bindparam(bind()),
    )


def _all(bind: Bind) -> ColumnElement[bool]:
    marked = select(func.count()).where(
        _marks.account_id == _account,
        _marks.thread_id == _m.thread_id,
        _marks.keyword == bindparam(bind()),
    )
    return _as_often(marked.correlate(messages).scalar_subquery() == _emails_in_thread())


def _emails_in_thread() -> Column:
    return (
        select(threads.c.emails)
        .where(threads.c.account_id == _account, threads.c.id == _m.thread_id)
        .correlate(messages)
        .scalar_subquery()
    )


def _shared(bind: Bind, quantity: Quantity) -> ColumnElement[bool]:
    other, boxes = messages.alias("other"), bind()
    marked = (
        _marks.account_id == _account,
        _marks.keyword == bindparam(bind()),
        _marks.message_id == other.c.id,
    )
    return _in_seen_thread(other, boxes, quantity, marked)


def _shared_seen(bind: Bind, quantity: Quantity) -> ColumnElement[bool]:
    other = messages.alias("other")
    marked = (
        message_seen.c.account_id == _account,
        message_seen.c.principal_id == _reader,
        message_seen.c.message_id == other.c.id,
    )
    return _in_seen_thread(other, bind(), quantity, marked)


def _in_seen_thread(
    other: Other, boxes: str, quantity: Quantity, marked: Sequence[ColumnElement[bool]]
) -> ColumnElement[bool]:
    """Of the visible messages of the thread: one that is marked, or none that is not."""
    place = message_mailboxes.c
    visible = _is_there(
        place.account_id == _account,
        among(place.mailbox_id, boxes),
        place.received_at == other.c.received_at,
        place.message_id == other.c.id,
        of=other,
    )
    is_marked = _is_there(*marked, of=other)
    wanted = is_marked if quantity == "some" else ~is_marked
    found = _is_there(
        other.c.account_id == _account, other.c.thread_id == _m.thread_id, visible, wanted
    )
    return found if quantity == "some" else ~found


_LEAVES: Final[dict[str, Callable[..., ColumnElement[bool]]]] = {
    "mailbox": _mailbox,
    "mailboxes": _mailboxes,
    "compare": _compare,
    "attachment": _attachment,
    "numbers": _numbers,
    "keyword": _keyword,
    "seen": _seen,
    "some": _some,
    "shared": _shared,
    "shared seen": _shared_seen,
    "all": _all,
}
