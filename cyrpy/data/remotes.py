"""What is remembered of collections on other servers that were copied from.

It is written in the unit that stores the objects, so it never says more than what is here.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple

from sqlalchemy import bindparam, delete, select, update

from cyrpy.data.statement import Query, among, insert_all, upsert
from cyrpy.data.tables import remote_collections, remote_items
from cyrpy.data.unit import Unit


class RemoteRow(NamedTuple):
    """A collection elsewhere and where its copy is, in the order of the table's columns."""

    account_id: int
    id: int
    url: str
    kind: str
    container_id: int
    sync_token: str | None


class ItemRow(NamedTuple):
    """A member of it as it was copied last."""

    href: str
    etag: str
    uid: str  # "": it could not be stored here


_c, _i = remote_collections.c, remote_items.c
_this = (_c.account_id == bindparam("account_id"), _c.id == bindparam("id"))
_inside = (_i.account_id == bindparam("account_id"), _i.remote_id == bindparam("remote_id"))
BY_URL: Query[RemoteRow] = Query(
    select(remote_collections).where(
        _c.account_id == bindparam("account_id"), _c.url == bindparam("url")
    ),
    RemoteRow._make,
)
INSERT = Query[None](insert_all(remote_collections))
SET_TOKEN = Query[None](
    update(remote_collections).where(*_this).values(sync_token=bindparam("token"))
)
DELETE = Query[None](delete(remote_collections).where(*_this))
ITEMS: Query[ItemRow] = Query(select(_i.href, _i.etag, _i.uid).where(*_inside), ItemRow._make)
PUT_ITEM = Query[None](upsert(remote_items, ["account_id", "remote_id", "href"], ["etag", "uid"]))
DELETE_ITEMS = Query[None](delete(remote_items).where(*_inside, among(_i.href, "hrefs")))
DELETE_ALL = Query[None](delete(remote_items).where(*_inside))


def find(unit: Unit, account_id: int, url: str) -> RemoteRow | None:
    """What is remembered of a collection."""
    return unit.first(BY_URL, account_id=account_id, url=url)


def add(unit: Unit, account_id: int, url: str, kind: str, container_id: int) -> RemoteRow:
    """Remember a collection of which nothing is copied yet."""
    row = RemoteRow(account_id, unit.new_id(account_id), url, kind, container_id, None)
    unit.run(INSERT, **row._asdict())
    return row


def forget(unit: Unit, row: RemoteRow) -> None:
    """Forget a collection."""
    unit.run(DELETE_ALL, account_id=row.account_id, remote_id=row.id)
    unit.run(DELETE, account_id=row.account_id, id=row.id)


def set_token(unit: Unit, row: RemoteRow, token: str | None) -> None:
    """Remember up to where it was copied."""
    unit.run(SET_TOKEN, account_id=row.account_id, id=row.id, token=token)


def items(unit: Unit, row: RemoteRow) -> Mapping[str, ItemRow]:
    """Its members by their hrefs."""
    found = unit.all(ITEMS, account_id=row.account_id, remote_id=row.id)
    return {item.href: item for item in found}


def put_item(unit: Unit, row: RemoteRow, item: ItemRow) -> None:
    """Remember a member as it is now."""
    unit.run(PUT_ITEM, account_id=row.account_id, remote_id=row.id, **item._asdict())


def forget_items(unit: Unit, row: RemoteRow, hrefs: Collection[str]) -> None:
    """Forget members."""
    unit.run(DELETE_ITEMS, account_id=row.account_id, remote_id=row.id, hrefs=list(hrefs))
