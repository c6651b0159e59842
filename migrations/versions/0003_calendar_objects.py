"""Calendar objects: their times, privacy and renderings, and what each sharee set on them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

Int64 = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the table of calendar objects anew: none could be stored before."""
    op.drop_table("calendar_objects")
    op.create_table(
        "calendar_objects",
        sa.Column("account_id", Int64, nullable=False),
        sa.Column("id", Int64, nullable=False),
        sa.Column("calendar_id", Int64, nullable=False),
        sa.Column("uri", sa.String(length=255), nullable=False),
        sa.Column("uid", sa.String(length=255), nullable=False),
        sa.Column("component", sa.String(length=64), nullable=False),
        sa.Column("etag", sa.String(length=64), nullable=False),
        sa.Column("schedule_tag", sa.String(length=64), nullable=True),
        sa.Column("size", Int64, nullable=False),
        sa.Column("privacy", sa.SmallInteger(), nullable=False),
        sa.Column("has_organizer", sa.SmallInteger(), nullable=False),
        sa.Column("is_draft", sa.SmallInteger(), nullable=False),
        sa.Column("starts_at", Int64, nullable=False),
        sa.Column("ends_at", Int64, nullable=False),
        sa.Column("is_long", sa.SmallInteger(), nullable=False),
        sa.Column("is_plain", sa.SmallInteger(), nullable=False),
        sa.Column("phase", sa.SmallInteger(), nullable=False),
        sa.Column("created_at", Int64, nullable=False),
        sa.Column("updated_at", Int64, nullable=False),
        sa.Column("begins_at", Int64, nullable=False),
        sa.Column("made_at", Int64, nullable=False),
        sa.Column("revised_at", Int64, nullable=False),
        sa.Column("created_modseq", Int64, nullable=False),
        sa.Column("updated_modseq", Int64, nullable=False),
        sa.Column("instances", sa.Text(), nullable=True),
        sa.Column("rendering", sa.SmallInteger(), nullable=False),
        sa.Column("jscalendar", sa.LargeBinary(), nullable=True),
        sa.Column("icalendar", sa.LargeBinary(), nullable=False),
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
        sa.UniqueConstraint(
            "account_id",
            "uid",
            "calendar_id",
            name=op.f("uq_calendar_objects_account_id_uid_calendar_id"),
        ),
    )
    _create_indexes()
    op.create_table(
        "calendar_object_settings",
        sa.Column("account_id", Int64, nullable=False),
        sa.Column("object_id", Int64, nullable=False),
        sa.Column("principal_id", Int64, nullable=False),
        sa.Column("patch", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_calendar_object_settings_account_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["principal_id"],
            ["principals.id"],
            name=op.f("fk_calendar_object_settings_principal_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "account_id", "object_id", "principal_id", name=op.f("pk_calendar_object_settings")
        ),
        sqlite_with_rowid=False,
    )
    _create_attachments()


def _create_attachments() -> None:
    op.create_table(
        "calendar_attachments",
        sa.Column("account_id", Int64, nullable=False),
        sa.Column("managed_id", sa.String(length=64), nullable=False),
        sa.Column("uid", sa.String(length=255), nullable=False),
        sa.Column("blob_id", sa.String(length=80), nullable=False),
        sa.Column("media_type", sa.String(length=255), nullable=False),
        sa.Column("filename", sa.Text(), nullable=True),
        sa.Column("size", Int64, nullable=False),
        sa.Column("created_at", Int64, nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_calendar_attachments_account_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "account_id", "managed_id", "uid", name=op.f("pk_calendar_attachments")
        ),
        sqlite_with_rowid=False,
    )
    for column in ("uid", "blob_id"):
        op.create_index(
            f"ix_calendar_attachments_account_id_{column}",
            "calendar_attachments",
            ["account_id", column],
        )


def _create_indexes() -> None:
    op.create_index(
        "ix_calendar_objects_account_id_calendar_id_id",
        "calendar_objects",
        ["account_id", "calendar_id", "id"],
    )
    op.create_index(
        "ix_calendar_objects_alone",
        "calendar_objects",
        ["account_id", "calendar_id", "id"],
        sqlite_where=sa.text("instances IS NOT NULL"),
        postgresql_where=sa.text("instances IS NOT NULL"),
    )
    op.create_index(
        "ix_calendar_objects_short",
        "calendar_objects",
        ["account_id", "calendar_id", "starts_at", "ends_at", "id", "is_long"],
        sqlite_where=sa.text("is_long = 0"),
        postgresql_where=sa.text("is_long = 0"),
    )
    op.create_index(
        "ix_calendar_objects_long",
        "calendar_objects",
        ["account_id", "calendar_id", "ends_at", "starts_at", "id", "is_long"],
        sqlite_where=sa.text("is_long = 1"),
        postgresql_where=sa.text("is_long = 1"),
    )
    op.create_index(
        "ix_calendar_objects_phase",
        "calendar_objects",
        ["account_id", "calendar_id", "phase", "starts_at", "ends_at", "id", "is_long"],
        sqlite_where=sa.text("is_long = 2"),
        postgresql_where=sa.text("is_long = 2"),
    )
