"""Address books and the cards in them."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from cyrpy.data.tables.base import Int64, account_key, metadata, modseqs

address_books = Table(
    "address_books",
    metadata,
    account_key(),
    Column("id", Int64, primary_key=True),
    Column("wire_id", String(255), nullable=False),
    Column("uri", String(255), nullable=False),
    Column("name", Text, nullable=False),
    Column("description", Text),
    Column("sort_order", Int64, nullable=False),
    Column("is_subscribed", SmallInteger, nullable=False),
    *modseqs(),
    UniqueConstraint("account_id", "wire_id"),
    UniqueConstraint("account_id", "uri"),
    sqlite_with_rowid=False,
)

cards = Table(
    "cards",
    metadata,
    account_key(),
    Column("id", Int64, primary_key=True),
    Column("address_book_id", Int64, nullable=False),
    Column("uri", String(255), nullable=False),
    Column("uid", Text, nullable=False),
    Column("etag", String(64), nullable=False),
    Column("vcard", LargeBinary, nullable=False),  # octets as last written
    *modseqs(),
    UniqueConstraint("account_id", "address_book_id", "uri"),
    Index("ix_cards_account_id_uid", "account_id", "uid"),
)
