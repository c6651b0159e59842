"""What refers to blobs: one must not be let go while anything in the account still needs it."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import bindparam, literal_column, select
from sqlalchemy.sql.schema import Table

from cyrpy.data.blob_statements import PREFIX
from cyrpy.data.statement import Query
from cyrpy.data.tables import (
    calendar_attachments,
    deleted_messages,
    files,
    messages,
    sieve_scripts,
    submissions,
)
from cyrpy.data.unit import Unit


def _in(table: Table) -> Query[Any]:
    return Query(
        select(literal_column("1"))
        .select_from(table)
        .where(table.c.account_id == bindparam("account_id"), table.c.digest == bindparam("digest"))
        .limit(literal_column("1"))
    )


# Every table whose rows hold blobs by `digest`, each with an index on account and digest.
REFERENCES: Final = tuple(map(_in, (files, messages, deleted_messages, submissions, sieve_scripts)))


# Attachments of events hold them by their ids.
_ATTACHED: Final[Query[Any]] = Query(
    select(literal_column("1"))
    .select_from(calendar_attachments)
    .where(
        calendar_attachments.c.account_id == bindparam("account_id"),
        calendar_attachments.c.blob_id == bindparam("blob_id"),
    )
    .limit(literal_column("1"))
)


def is_referred_to(unit: Unit, account_id: int, digest: bytes) -> bool:
    """Whether anything in the account refers to the blob."""
    return any(
        unit.value(query, account_id=account_id, digest=digest) is not None for query in REFERENCES
    ) or (unit.value(_ATTACHED, account_id=account_id, blob_id=PREFIX + digest.hex()) is not None)
