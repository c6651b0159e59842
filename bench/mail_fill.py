"""Fills mailboxes of any size, by statements that make the rows inside the database."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path
from typing import Any, Final, NamedTuple

from cyrpy.data import search
from cyrpy.formats.mime.message import RENDERING, Message
from cyrpy.groupware.mail_index import document_of

CHUNK: Final = 50_000
HITS: Final = 50  # messages of an account that have the rare word
COMMON, RARE, LONELY = "haystack", "needle", "solitaire"
FIRST: Final = 1_000_000  # the number of the first message; those of deliveries are lower
_NAME: Final = re.compile(r"(?<!:):(\w+)")

TEMPLATE = (
    "From: Ada Lovelace <ada@example.com>\r\nTo: Bench <bench@localhost>\r\n"
    "Subject: A report on engines\r\nMessage-ID: <filled@example.com>\r\n"
    "Date: Mon, 01 Jun 2026 10:00:00 +0000\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
    "What was to be said of it was said: {word} in the garden of the analytical engine.\r\n"
)


class Account(NamedTuple):
    """Where messages are put."""

    id: int
    mailbox_id: int


class Filler:
    """One database, of either kind; `words` are those of all messages and of HITS of them."""

    def __init__(self, file: Path | None, url: str = "") -> None:
        self._is_sqlite = file is not None
        self._connection: Any
        if file is not None:
            self._connection = sqlite3.connect(file, isolation_level=None, timeout=60)
            self._connection.execute("PRAGMA cache_size = -400000")
            self._connection.execute("PRAGMA synchronous = OFF")
        else:
            import psycopg  # noqa: PLC0415 - only where PostgreSQL is used

            self._connection = psycopg.connect(url, autocommit=True)

    def close(self) -> None:
        """Hang up; PostgreSQL gets its statistics, as its autovacuum would make them."""
        if not self._is_sqlite:
            self._connection.execute("VACUUM ANALYZE")
        self._connection.close()

    def account(self, name: str) -> Account:
        """A user's inbox."""
        (row,) = (
            row
            for *row, full in self._connection.execute(
                "SELECT m.account_id, m.id, p.name FROM mailboxes m "
                "JOIN principals p ON p.id = m.account_id WHERE m.role = 'inbox'"
            ).fetchall()
            if full == f"{name}@localhost"
        )
        return Account(*row)

    def fill(self, account: Account, total: int, common: str, rare: str) -> None:
        """Put so many messages there."""
        bound = self._bound(account, total, common, rare)
        for first in range(0, total, CHUNK):
            last = min(first + CHUNK, total) - 1
            self._run("BEGIN", {})
            for statement in STATEMENTS:
                self._run(statement, {**bound, "first": first, "last": last})
            self._run("COMMIT", {})
        for statement in COUNTS:
            self._run(statement, {**bound, "first": 0, "last": 0})

    def _bound(self, account: Account, total: int, common: str, rare: str) -> dict[str, Any]:
        message = Message(TEMPLATE.format(word=common).encode())
        return {
            "account_id": account.id,
            "mailbox_id": account.mailbox_id,
            "base": FIRST,
            "total": total,
            "every": max(total // HITS, 1),
            "mailboxes": str(account.mailbox_id),
            "rendering": RENDERING,
            "properties": message.rendered(),
            "structure": message.structure(),
            "words": self._words(account.id, common),
            "rare": self._words(account.id, f"{common} {rare}"),
            "shift": search.NUMBER_BITS,
        }

    def _words(self, account_id: int, word: str) -> str:
        document = document_of(Message(TEMPLATE.format(word=word).encode()))
        return search.stored("sqlite" if self._is_sqlite else "postgresql", account_id, document)

    def _run(self, statement: str, bound: dict[str, Any]) -> None:
        sql = statement.format(**(SQLITE if self._is_sqlite else POSTGRESQL))
        names = set(_NAME.findall(sql))
        given = {name: bound[name] for name in names}
        if not self._is_sqlite:
            sql = _NAME.sub(r"%(\1)s", sql.replace("%", "%%"))
        self._connection.execute(sql, given)


# i * 2654435761 % 2^32 is a number like any other, which no two have in common.
SQLITE: Final = {
    "series": "WITH RECURSIVE n(i) AS "
    "(SELECT :first UNION ALL SELECT i + 1 FROM n WHERE i < :last)",
    "digest": "CAST(printf('%010d%022d', i * 2654435761 % 4294967296, :account_id) AS BLOB)",
    "subject": "printf('report %010d', i * 2654435761 % 4294967296)",
    "cast": "",
    "octets": "x'20'",
}
POSTGRESQL: Final = {
    "series": "WITH n(i) AS (SELECT generate_series(:first ::bigint, :last ::bigint))",
    "digest": "convert_to(lpad((i * 2654435761 % 4294967296)::text, 10, '0') || "
    "lpad((:account_id ::bigint)::text, 22, '0'), 'UTF8')",
    "subject": "'report ' || lpad((i * 2654435761 % 4294967296)::text, 10, '0')",
    "cast": "::tsvector",
    "octets": "'\\x20'::bytea",
}
STATEMENTS: Final = (
    "INSERT INTO blobs {series} SELECT {digest}, 1000, {octets}, 0 FROM n",
    "INSERT INTO blob_owners (account_id, digest, media_type, created_at) {series} "
    "SELECT :account_id, {digest}, 'message/rfc822', 0 FROM n",
    "INSERT INTO messages (account_id, id, thread_id, digest, size, received_at, mailboxes, "
    "keywords, sent_at, from_key, to_key, subject_key, has_attachment, rendering, properties, "
    "structure, created_modseq, updated_modseq) {series} SELECT :account_id, :base + i, :base + i, "
    "{digest}, 1000 + i % 977, 1600000000 + i * 60, :mailboxes, "
    "CASE WHEN i % 10 = 0 THEN '' ELSE '$seen' END, 1600000000 + i * 60, 'ada@example.com', "
    "'bench@localhost', {subject}, 0, :rendering, :properties, :structure, 1, 1 FROM n",
    "INSERT INTO message_mailboxes (account_id, mailbox_id, received_at, message_id, thread_id) "
    "{series} SELECT :account_id, :mailbox_id, 1600000000 + i * 60, :base + i, :base + i FROM n",
    "INSERT INTO message_keywords (account_id, keyword, message_id, thread_id) {series} "
    "SELECT :account_id, CASE WHEN i % 10 = 0 THEN '(unseen)' ELSE '$seen' END, :base + i, "
    ":base + i FROM n",
    "INSERT INTO threads (account_id, id, emails, unread, unread_in_trash, created_modseq, "
    "updated_modseq) {series} SELECT :account_id, :base + i, 1, "
    "CASE WHEN i % 10 = 0 THEN 1 ELSE 0 END, 0, 1, 1 FROM n",
    "INSERT INTO thread_mailboxes (account_id, thread_id, mailbox_id, emails) {series} "
    "SELECT :account_id, :base + i, :mailbox_id, 1 FROM n",
    "INSERT INTO thread_keys (account_id, hash, thread_id) {series} "
    "SELECT :account_id, i * 2654435761 % 4294967296 * 1000003 + i % 1000003, :base + i FROM n",
    "INSERT INTO search_documents (id, account_id, words) {series} SELECT :account_id * "
    "274877906944 + :base + i, :account_id, CASE WHEN i % :every = 0 THEN :rare {cast} "
    "ELSE :words {cast} END FROM n",
)
COUNTS: Final = (
    "UPDATE mailboxes SET total_emails = :total, total_threads = :total, "
    "unread_emails = :total / 10, unread_threads = :total / 10 "
    "WHERE account_id = :account_id AND id = :mailbox_id",
    "DELETE FROM mail_usage WHERE account_id = :account_id",
    "INSERT INTO mail_usage (account_id, emails, octets) SELECT :account_id, count(*), sum(size) "
    "FROM messages WHERE account_id = :account_id",
    "UPDATE accounts SET next_id = :base + :total + 1 WHERE id = :account_id",
)
