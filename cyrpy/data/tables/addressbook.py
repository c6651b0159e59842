"""Address books, what each sharee set for itself on them, and the cards in them."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    Float,
    ForeignKey,
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

address_book_settings = Table(
    "address_book_settings",
    metadata,
    account_key(),
    Column("address_book_id", Int64, primary_key=True),
    Column(
        "principal_id", Int64, ForeignKey("principals.id", ondelete="CASCADE"), primary_key=True
    ),
    Column("sort_order", Int64),  # null: what a sharee starts from
    Column("is_subscribed", SmallInteger),
    sqlite_with_rowid=False,
)

# What is large stands last: SQLite then reads the rest of a row without it.
cards = Table(
    "cards",
    metadata,
    account_key(),
    Column("id", Int64, primary_key=True),
    Column("address_book_id", Int64, nullable=False),
    Column("uri", String(255), nullable=False),
    Column("uid", String(255), nullable=False),  # as `cyrpy.data.keys` bounds it
    Column("etag", String(64), nullable=False),
    Column("size", Int64, nullable=False),  # octets of the vCard
    Column("version", String(8), nullable=False),  # of the vCard format: 3.0, 4.0
    Column("kind", String(64), nullable=False),  # individual, group, org …
    Column("created_at", Int64, nullable=False),
    Column("updated_at", Int64, nullable=False),
    *modseqs(),
    # What the card itself says of when; null: nothing, and then what stands above holds.
    Column("created", Int64),
    Column("updated", Int64),
    # What no vCard says, and only classic JMAP knows.
    Column("is_flagged", SmallInteger, nullable=False),
    Column("importance", Float, nullable=False),
    # Sort keys are octets: both databases order those alike.
    Column("sort_given", LargeBinary, nullable=False),
    Column("sort_surname", LargeBinary, nullable=False),
    Column("sort_surname2", LargeBinary, nullable=False),
    Column("sort_company", LargeBinary, nullable=False),
    Column("rendering", SmallInteger, nullable=False),  # version of what made `jscontact`
    Column("outline", LargeBinary),  # the vCard without long values; null: it has none
    Column("jscontact", LargeBinary),  # as JMAP shows it
    Column("vcard", LargeBinary, nullable=False),  # octets as last written
    UniqueConstraint("account_id", "address_book_id", "uri"),
    # In this order it finds a UID in one address book and in all of the account.
    UniqueConstraint("account_id", "uid", "address_book_id"),
    # Lists are read from it alone: all that they are filtered and sorted by.
    Index(
        "ix_cards_listed",
        "account_id",
        "address_book_id",
        "id",
        "kind",
        "created",
        "updated",
        "created_at",
        "updated_at",
        "is_flagged",
        "sort_given",
        "sort_surname",
        "sort_surname2",
        "sort_company",
    ),
)
