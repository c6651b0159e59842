"""Links between processes through PostgreSQL: LISTEN and NOTIFY on a connection of their own.

A NOTIFY inside the writing transactions would make all their commits queue for one lock of the
server; here it comes after them, for many at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from cyrpy.data.relay import LinkBroken

if TYPE_CHECKING:
    import psycopg

CHANNEL: Final = "cyrpy_moved"
MESSAGE_LIMIT: Final = 7_900  # octets; PostgreSQL takes less than 8,000
CONNECT_SECONDS: Final = 10
NOTIFY: Final = "SELECT pg_notify(%s, %s)"


class PostgresqlLink:
    """One connection, which hears what the others say; its own messages come back too."""

    limit = MESSAGE_LIMIT
    must_retry = False

    def __init__(self, url: str, *, listens: bool) -> None:
        import psycopg  # noqa: PLC0415 - only where PostgreSQL is used

        self._failed = psycopg.Error
        self._listens = listens
        self._heard: list[bytes] = []
        try:
            self._connection = psycopg.connect(
                url, autocommit=True, connect_timeout=CONNECT_SECONDS
            )
            self._own = self._connection.info.backend_pid
            self._connection.add_notify_handler(self._on_notify)
            if listens:
                self._connection.execute(f"LISTEN {CHANNEL}")
        except psycopg.Error as exc:
            raise LinkBroken("the database server cannot be reached") from exc

    def _on_notify(self, notify: psycopg.Notify) -> None:
        """Called for what comes while a statement runs."""
        if notify.pid != self._own:
            self._heard.append(notify.payload.encode())

    def fileno(self) -> int | None:
        """The connection's socket."""
        return self._connection.fileno() if self._listens else None

    def send(self, messages: Sequence[bytes]) -> None:
        """Send to everyone who listens."""
        try:
            with self._connection.cursor() as cursor:
                cursor.executemany(NOTIFY, [(CHANNEL, message.decode()) for message in messages])
        except self._failed as exc:
            raise LinkBroken("the database server closed the connection") from exc

    def retry(self) -> None:
        """Nothing to do: the server drops nothing."""

    def receive(self) -> list[bytes]:
        """What has come."""
        try:
            self._connection.pgconn.consume_input()
            while (notify := self._connection.pgconn.notifies()) is not None:
                if notify.be_pid != self._own:
                    self._heard.append(notify.extra)
        except self._failed as exc:
            raise LinkBroken("the database server closed the connection") from exc
        heard, self._heard = self._heard, []
        return heard

    def close(self) -> None:
        """Hang up."""
        self._connection.close()
