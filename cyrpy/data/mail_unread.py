"""What somebody who is not the owner has not read yet; counted, for nobody keeps count of it."""

from __future__ import annotations

from sqlalchemy import and_, bindparam, exists, func, select

from cyrpy.data.messages import DRAFT
from cyrpy.data.statement import Query
from cyrpy.data.tables import message_keywords, message_mailboxes, message_seen
from cyrpy.data.unit import Unit

_place = message_mailboxes.c
_SEEN = exists().where(
    and_(
        message_seen.c.account_id == _place.account_id,
        message_seen.c.principal_id == bindparam("principal_id"),
        message_seen.c.message_id == _place.message_id,
    )
)
_DRAFT = exists().where(
    and_(
        message_keywords.c.account_id == _place.account_id,
        message_keywords.c.keyword == DRAFT,
        message_keywords.c.message_id == _place.message_id,
    )
)
UNREAD: Query[tuple[int, int]] = Query(
    select(func.count(), func.count(_place.thread_id.distinct())).where(
        _place.account_id == bindparam("account_id"),
        _place.mailbox_id == bindparam("mailbox_id"),
        ~_SEEN,
        ~_DRAFT,
    )
)


def counts(unit: Unit, account_id: int, mailbox_id: int, principal_id: int) -> tuple[int, int]:
    """Unread emails, and threads with such an email in the mailbox."""
    row = unit.first(
        UNREAD, account_id=account_id, mailbox_id=mailbox_id, principal_id=principal_id
    )
    assert row is not None  # noqa: S101 - a count always has a row
    return row
