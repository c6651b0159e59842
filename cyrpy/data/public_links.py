"""Public links: who has their token reads one collection, or when one user is busy.

Only a hash of the token is kept, so that whoever reads the table cannot use the links.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from typing import Any, Final, NamedTuple

from sqlalchemy import bindparam, delete, select

from cyrpy.data.statement import Query, insert_all
from cyrpy.data.tables import public_links
from cyrpy.data.unit import Unit

FREE_BUSY: Final = "FreeBusy"  # kind of a link to when somebody is busy
WHOLE: Final = 0  # in place of a container: the account


class LinkRow(NamedTuple):
    """One link, in the order of the table's columns."""

    account_id: int
    id: int
    digest: bytes
    kind: str
    container_id: int
    label: str
    shows: str
    is_published: int
    created_at: int

    @property
    def parts(self) -> frozenset[str]:
        """What it shows besides what is public anyway."""
        return frozenset(self.shows.split())


class NewLink(NamedTuple):
    """What a link is made of."""

    kind: str
    container_id: int = WHOLE
    label: str = ""
    shows: str = ""
    is_published: bool = False


def _row(columns: Iterable[Any]) -> LinkRow:
    row = LinkRow._make(columns)
    return row._replace(digest=bytes(row.digest))


_t = public_links.c
_of_account = _t.account_id == bindparam("account_id")
_this = (_of_account, _t.id == bindparam("id"))
_of_container = (
    _of_account,
    _t.kind == bindparam("kind"),
    _t.container_id == bindparam("container_id"),
)
BY_DIGEST: Query[LinkRow] = Query(
    select(public_links).where(_t.digest == bindparam("digest")), _row
)
OF_ACCOUNT: Query[LinkRow] = Query(select(public_links).where(_of_account).order_by(_t.id), _row)
PUBLISHED: Query[LinkRow] = Query(
    select(public_links).where(*_of_container, _t.is_published == 1), _row
)
INSERT = Query[None](insert_all(public_links))
DELETE = Query[None](delete(public_links).where(*_this))
DELETE_ALL = Query[None](delete(public_links).where(*_of_container))


def digest_of(token: str) -> bytes:
    """What is kept of a token."""
    return sha256(token.encode("utf-8", "replace")).digest()


def add(unit: Unit, account_id: int, token: str, new: NewLink) -> LinkRow:
    """A new link with that token."""
    row = LinkRow(
        account_id=account_id,
        id=unit.new_id(account_id),
        digest=digest_of(token),
        created_at=unit.now,
        **{**new._asdict(), "is_published": int(new.is_published)},
    )
    unit.run(INSERT, **row._asdict())
    return row


def by_token(unit: Unit, token: str) -> LinkRow | None:
    """The link that has this token.

    It is looked up by its hash: how long that takes says nothing about tokens that are close.
    """
    return unit.first(BY_DIGEST, digest=digest_of(token))


def of_account(unit: Unit, account_id: int) -> list[LinkRow]:
    """All links into an account, the oldest first."""
    return unit.all(OF_ACCOUNT, account_id=account_id)


def published(unit: Unit, account_id: int, kind: str, container_id: int) -> LinkRow | None:
    """The link that the owner of a container made by publishing it."""
    return unit.first(PUBLISHED, account_id=account_id, kind=kind, container_id=container_id)


def revoke(unit: Unit, account_id: int, id: int) -> bool:
    """End a link; whether there was one of that number."""
    return unit.run(DELETE, account_id=account_id, id=id) > 0


def revoke_all(unit: Unit, account_id: int, kind: str, container_id: int) -> None:
    """End all links to a container."""
    unit.run(DELETE_ALL, account_id=account_id, kind=kind, container_id=container_id)
