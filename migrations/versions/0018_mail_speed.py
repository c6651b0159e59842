"""What is unread, in the index of keywords."""

from __future__ import annotations

from alembic import op

revision = "0018"
down_revision = "0017"

UNSEEN = (
    "INSERT INTO message_keywords (account_id, keyword, message_id, thread_id) "
    "SELECT account_id, '(unseen)', id, thread_id FROM messages WHERE NOT EXISTS ("
    "SELECT 1 FROM message_keywords k WHERE k.account_id = messages.account_id "
    "AND k.keyword = '$seen' AND k.message_id = messages.id)"
)


def upgrade() -> None:
    """Mark what has no $seen."""
    op.execute(UNSEEN)
