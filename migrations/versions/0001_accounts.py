"""Principals, accounts, grants, the change log, blobs, and the containers of each kind."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

Int64 = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create them."""
    op.create_table(
        "blobs",
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("size", Int64, nullable=False),
        sa.Column("octets", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", Int64, nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_blobs")),
    )
    op.create_table(
        "domains",
        sa.Column("name", sa.String(length=253), nullable=False),
        sa.Column("created_at", Int64, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_domains")),
    )
    op.create_table(
        "principals",
        sa.Column("id", Int64, autoincrement=True, nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("wire_id", sa.String(length=255), nullable=False),
        sa.Column("type", sa.String(length=16), nullable=False),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("time_zone", sa.String(length=64), nullable=True),
        sa.Column("created_at", Int64, nullable=False),
        sa.Column("epoch", Int64, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_principals")),
        sa.UniqueConstraint("name", name=op.f("uq_principals_name")),
        sa.UniqueConstraint("wire_id", name=op.f("uq_principals_wire_id")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "secrets",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_secrets")),
    )
    op.create_table(
        "accounts",
        sa.Column("id", Int64, nullable=False),
        sa.Column("modseq", Int64, nullable=False),
        sa.Column("next_id", Int64, nullable=False),
        sa.Column("first_modseq", Int64, nullable=False),
        sa.Column("log_starts_after", Int64, nullable=False),
        sa.Column("default_calendar_id", Int64, nullable=True),
        sa.Column("default_address_book_id", Int64, nullable=True),
        sa.ForeignKeyConstraint(
            ["id"], ["principals.id"], name=op.f("fk_accounts_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
    )
    op.create_table(
        "addresses",
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("principal_id", Int64, nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["principal_id"],
            ["principals.id"],
            name=op.f("fk_addresses_principal_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("address", name=op.f("pk_addresses")),
    )
    op.create_index("ix_addresses_principal_id", "addresses", ["principal_id"], unique=False)
    op.create_table(
        "credentials",
        sa.Column("id", Int64, autoincrement=True, nullable=False),
        sa.Column("principal_id", Int64, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("secret", sa.String(length=255), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("modules", sa.Text(), nullable=True),
        sa.Column("created_at", Int64, nullable=False),
        sa.Column("expires_at", Int64, nullable=True),
        sa.ForeignKeyConstraint(
            ["principal_id"],
            ["principals.id"],
            name=op.f("fk_credentials_principal_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credentials")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_credentials_principal_id", "credentials", ["principal_id"], unique=False)
    op.create_index("ix_credentials_secret", "credentials", ["secret"], unique=False)
    op.create_table(
        "group_members",
        sa.Column("group_id", Int64, nullable=False),
        sa.Column("member_id", Int64, nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"],
            ["principals.id"],
            name=op.f("fk_group_members_group_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["member_id"],
            ["principals.id"],
            name=op.f("fk_group_members_member_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("group_id", "member_id", name=op.f("pk_group_members")),
    )
    op.create_index("ix_group_members_member_id", "group_members", ["member_id"], unique=False)
    op.create_table(
        "address_books",
        sa.Column("account_id", Int64, nullable=False),
        sa.Column("id", Int64, nullable=False),
        sa.Column("wire_id", sa.String(length=255), nullable=False),
        sa.Column("uri", sa.String(length=255), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("sort_order", Int64, nullable=False),
        sa.Column("is_subscribed", sa.SmallInteger(), nullable=False),
        sa.Column("created_modseq", Int64, nullable=False),
        sa.Column("updated_modseq", Int64, nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_address_books_account_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_address_books")),
        sa.UniqueConstraint("account_id", "uri", name=op.f("uq_address_books_account_id_uri")),
        sa.UniqueConstraint(
            "account_id", "wire_id", name=op.f("uq_address_books_account_id_wire_id")
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "blob_owners",
        sa.Column("account_id", Int64, nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("media_type", sa.String(length=255), nullable=False),
        sa.Column("created_at", Int64, nullable=False),
        sa.Column("expires_at", Int64, nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_blob_owners_account_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["digest"], ["blobs.digest"], name=op.f("fk_blob_owners_digest")),
        sa.PrimaryKeyConstraint("account_id", "digest", name=op.f("pk_blob_owners")),
    )
    op.create_index("ix_blob_owners_digest", "blob_owners", ["digest"], unique=False)
    op.create_index("ix_blob_owners_expires_at", "blob_owners", ["expires_at"], unique=False)
    op.create_table(
        "calendar_objects",
        sa.Column("account_id", Int64, nullable=False),
        sa.Column("id", Int64, nullable=False),
        sa.Column("calendar_id", Int64, nullable=False),
        sa.Column("uri", sa.String(length=255), nullable=False),
        sa.Column("uid", sa.Text(), nullable=False),
        sa.Column("etag", sa.String(length=64), nullable=False),
        sa.Column("icalendar", sa.LargeBinary(), nullable=False),
        sa.Column("created_modseq", Int64, nullable=False),
        sa.Column("updated_modseq", Int64, nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_calendar_objects_account_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_calendar_objects")),
        sa.UniqueConstraint(
            "account_id",
            "calendar_id",
            "uri",
            name=op.f("uq_calendar_objects_account_id_calendar_id_uri"),
        ),
    )
    op.create_index(
        "ix_calendar_objects_account_id_uid",
        "calendar_objects",
        ["account_id", "uid"],
        unique=False,
    )
    op.create_table(
        "calendar_settings",
        sa.Column("account_id", Int64, nullable=False),
        sa.Column("calendar_id", Int64, nullable=False),
        sa.Column("principal_id", Int64, nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("color", sa.Text(), nullable=True),
        sa.Column("sort_order", Int64, nullable=True),
        sa.Column("is_visible", sa.SmallInteger(), nullable=True),
        sa.Column("is_subscribed", sa.SmallInteger(), nullable=True),
        sa.Column("include_in_availability", sa.String(length=16), nullable=True),
        sa.Column("time_zone", sa.String(length=64), nullable=True),
        sa.Column("alerts_with_time", sa.Text(), nullable=True),
        sa.Column("alerts_without_time", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_calendar_settings_account_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["principal_id"],
            ["principals.id"],
            name=op.f("fk_calendar_settings_principal_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "account_id", "calendar_id", "principal_id", name=op.f("pk_calendar_settings")
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "calendars",
        sa.Column("account_id", Int64, nullable=False),
        sa.Column("id", Int64, nullable=False),
        sa.Column("wire_id", sa.String(length=255), nullable=False),
        sa.Column("uri", sa.String(length=255), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("color", sa.Text(), nullable=True),
        sa.Column("sort_order", Int64, nullable=False),
        sa.Column("is_visible", sa.SmallInteger(), nullable=False),
        sa.Column("is_subscribed", sa.SmallInteger(), nullable=False),
        sa.Column("include_in_availability", sa.String(length=16), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=True),
        sa.Column("alerts_with_time", sa.Text(), nullable=True),
        sa.Column("alerts_without_time", sa.Text(), nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("components", sa.Text(), nullable=False),
        sa.Column("created_modseq", Int64, nullable=False),
        sa.Column("updated_modseq", Int64, nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_calendars_account_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_calendars")),
        sa.UniqueConstraint("account_id", "uri", name=op.f("uq_calendars_account_id_uri")),
        sa.UniqueConstraint("account_id", "wire_id", name=op.f("uq_calendars_account_id_wire_id")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "cards",
        sa.Column("account_id", Int64, nullable=False),
        sa.Column("id", Int64, nullable=False),
        sa.Column("address_book_id", Int64, nullable=False),
        sa.Column("uri", sa.String(length=255), nullable=False),
        sa.Column("uid", sa.Text(), nullable=False),
        sa.Column("etag", sa.String(length=64), nullable=False),
        sa.Column("vcard", sa.LargeBinary(), nullable=False),
        sa.Column("created_modseq", Int64, nullable=False),
        sa.Column("updated_modseq", Int64, nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_cards_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_cards")),
        sa.UniqueConstraint(
            "account_id",
            "address_book_id",
            "uri",
            name=op.f("uq_cards_account_id_address_book_id_uri"),
        ),
    )
    op.create_index("ix_cards_account_id_uid", "cards", ["account_id", "uid"], unique=False)
    op.create_table(
        "changes",
        sa.Column("account_id", Int64, nullable=False),
        sa.Column("type", sa.String(length=32), nullable=False),
        sa.Column("modseq", Int64, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("container_id", Int64, nullable=False),
        sa.Column("object_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.SmallInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("audience", Int64, nullable=True),
        sa.Column("created_at", Int64, nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_changes_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint(
            "account_id", "type", "modseq", "position", name=op.f("pk_changes")
        ),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_changes_created_at", "changes", ["created_at"], unique=False)
    op.create_table(
        "grants",
        sa.Column("account_id", Int64, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("container_id", Int64, nullable=False),
        sa.Column("principal_id", Int64, nullable=False),
        sa.Column("rights", sa.String(length=32), nullable=False),
        sa.Column("created_modseq", Int64, nullable=False),
        sa.Column("updated_modseq", Int64, nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_grants_account_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["principal_id"],
            ["principals.id"],
            name=op.f("fk_grants_principal_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "account_id", "kind", "container_id", "principal_id", name=op.f("pk_grants")
        ),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_grants_principal_id", "grants", ["principal_id", "account_id"], unique=False
    )
    op.create_table(
        "mailboxes",
        sa.Column("account_id", Int64, nullable=False),
        sa.Column("id", Int64, nullable=False),
        sa.Column("wire_id", sa.String(length=255), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("parent_id", Int64, nullable=True),
        sa.Column("role", sa.String(length=32), nullable=True),
        sa.Column("sort_order", Int64, nullable=False),
        sa.Column("is_subscribed", sa.SmallInteger(), nullable=False),
        sa.Column("total_emails", sa.Integer(), nullable=False),
        sa.Column("unread_emails", sa.Integer(), nullable=False),
        sa.Column("total_threads", sa.Integer(), nullable=False),
        sa.Column("unread_threads", sa.Integer(), nullable=False),
        sa.Column("created_modseq", Int64, nullable=False),
        sa.Column("updated_modseq", Int64, nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_mailboxes_account_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_mailboxes")),
        sa.UniqueConstraint("account_id", "role", name=op.f("uq_mailboxes_account_id_role")),
        sa.UniqueConstraint("account_id", "wire_id", name=op.f("uq_mailboxes_account_id_wire_id")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_mailboxes_account_id_parent_id", "mailboxes", ["account_id", "parent_id"], unique=False
    )
    op.create_table(
        "retired_ids",
        sa.Column("account_id", Int64, nullable=False),
        sa.Column("type", sa.String(length=32), nullable=False),
        sa.Column("wire_id", sa.String(length=255), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_retired_ids_account_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", "type", "wire_id", name=op.f("pk_retired_ids")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "states",
        sa.Column("account_id", Int64, nullable=False),
        sa.Column("type", sa.String(length=32), nullable=False),
        sa.Column("container_id", Int64, nullable=False),
        sa.Column("modseq", Int64, nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_states_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", "type", "container_id", name=op.f("pk_states")),
        sqlite_with_rowid=False,
    )
