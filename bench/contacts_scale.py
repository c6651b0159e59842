"""Contacts: `python -m bench.contacts_scale` prints what a text query costs in a large account.

One account has 1,000 contacts, another 100,000, and as many of either have the words that are
looked for. A third has a million contacts that all have them. A word, a phrase and the beginning
of a word are asked for by ContactCard/query. What PostgreSQL's own processes use counts.
"""

from __future__ import annotations

import argparse
import base64
import http.client
import os
import sqlite3
import statistics
import subprocess
import tempfile
from collections.abc import Callable
from itertools import repeat
from pathlib import Path
from typing import Any

import orjson

from bench.dav_workloads import card
from bench.jmap import CONTACTS
from bench.load import Wrong, drive_all
from bench.postgresql import Postgresql
from bench.servers import CORES, Server, cyrpy
from bench.start import CYRPY, ENV
from bench.workloads import jmap
from cyrpy.data.search import NUMBER_BITS
from cyrpy.data.tables import cards

SMALL, LARGE, OTHER = "small", "large", "other"
FEW, HITS, ROUNDS = 1000, 50, 5
FIRST = 1_000_000  # the number of the first card that is made here
CHUNK = 100_000
ASKED = {"word": "needle", "phrase": "quick needle", "beginning": "need*"}
COPIED = [c.name for c in cards.c if c.name not in {"id", "uri", "uid"}]
SERIES = "WITH RECURSIVE n(i) AS (SELECT {0} UNION ALL SELECT i + 1 FROM n WHERE i < {1}) "
OWN = ", ".join(COPIED)
THEIRS = ", ".join(f"t.{name}" for name in COPIED)
MADE = (
    f"INSERT INTO cards (id, uri, uid, {OWN}) "  # noqa: S608 - names of columns
    f"SELECT i, 'made-' || i || '.vcf', 'made-' || i, {THEIRS} FROM n CROSS JOIN cards t "
    "WHERE t.account_id = {2} AND t.uid = 'card-{3}'"
)
INDEXED = (
    "INSERT INTO search_documents (id, account_id, words) "
    "SELECT t.account_id * {4} + i, t.account_id, t.words FROM n CROSS JOIN search_documents t "
    "JOIN cards c ON c.account_id = t.account_id AND t.id = c.account_id * {4} + c.id "
    "WHERE c.account_id = {2} AND c.uid = 'card-{3}'"
)


def ask(server: Server, user: str, method: str, url: str, body: str) -> tuple[int, bytes]:
    """One request as a user, whose password is the name."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port)
    kind = "application/json" if method == "POST" else "text/vcard"
    connection.request(method, url, body, {"Authorization": signed(user), "Content-Type": kind})
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    return answer.status, content


def signed(user: str) -> str:
    """The Authorization header."""
    return f"Basic {base64.b64encode(f'{user}:{user}'.encode()).decode()}"


def query(user: str, text: str) -> str:
    """The request."""
    arguments = {"accountId": f"{user}_40localhost", "filter": {"text": text}}
    return jmap(CONTACTS, "ContactCard/query", orjson.dumps(arguments).decode())


def templates(server: Server, user: str) -> None:
    """The two cards of which all others are copies; the second has what is looked for."""
    url = f"/dav/addressbooks/user/{user}@localhost/Default/"
    for number, note in enumerate(("Nothing to be found", "The quick needle of it")):
        text = card(number).replace(f"Contact number {number}", note)
        status, content = ask(server, user, "PUT", f"{url}{number}.vcf", text)
        if status != 201:
            raise Wrong(f"{user}: {status} {content[:200]!r}")


def fill(run: Callable[[str], Any], account: int, total: int, hits: int) -> None:
    """Copy the two cards of an account: so many in all, so many of these with the words."""
    for template, first, count in ((1, FIRST, hits), (0, FIRST + hits, total - hits)):
        for start in range(first, first + count, CHUNK):
            stop = min(start + CHUNK, first + count) - 1
            for statement in (MADE, INDEXED):
                text = SERIES + statement
                run(text.format(start, stop, account, template, 1 << NUMBER_BITS))


def filled(folder: Path, url: str, sizes: dict[str, tuple[int, int]]) -> None:
    """All accounts, by a connection of our own."""
    connection: Any
    if url:
        import psycopg  # noqa: PLC0415 - only where PostgreSQL is used

        connection = psycopg.connect(url, autocommit=True)
    else:
        connection = sqlite3.connect(folder / "cyrpy.db", isolation_level=None, timeout=60)
        connection.execute("PRAGMA synchronous = OFF")
    for user, (total, hits) in sizes.items():
        found = connection.execute(f"SELECT id FROM principals WHERE name = '{user}@localhost'")  # noqa: S608
        fill(connection.execute, found.fetchone()[0], total, hits)
    connection.execute("VACUUM ANALYZE" if url else "ANALYZE")
    connection.close()


def compare(server: Server, others: Callable[[], float]) -> None:
    """Measure in both accounts in turn, and print."""
    for name, text in ASKED.items():
        taken: dict[str, list[float]] = {SMALL: [], LARGE: []}
        for user in taken:
            _, content = ask(server, user, "POST", "/jmap/", query(user, text))
            found = orjson.loads(content)["methodResponses"][0][1].get("ids", content)
            assert len(found) == HITS + 1, found  # noqa: S101 - a benchmark of nothing
        for _ in range(ROUNDS):
            for user, costs in taken.items():
                body = query(user, text).encode()
                head = (
                    f"POST /jmap/ HTTP/1.1\r\nHost: localhost\r\nAuthorization: {signed(user)}\r\n"
                    f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
                )
                before = server.cpu() + others()
                done = drive_all(server.port, repeat(head.encode() + body), 200, 1, 0.7).requests
                costs.append((server.cpu() + others() - before) / done * 1e6)
        small, large = (statistics.median(costs) for costs in taken.values())
        print(f"{name:12} {small:10.0f} {large:10.0f} {large / small:6.2f}", flush=True)


def run(
    folder: Path, url: str, sizes: dict[str, tuple[int, int]], cpu: Callable[[], float]
) -> None:
    """Measure on one database."""
    with cyrpy(folder, f"database_url: {url}\n" if url else "") as server:
        for user in sizes:
            add = [*CYRPY, "user", "add", "-C", str(folder / "imapd.conf"), "--password-stdin"]
            subprocess.run(
                [*add, user], input=f"{user}\n".encode(), env=ENV, check=True, capture_output=True
            )
            templates(server, user)
        filled(folder, url, sizes)
        compare(server, cpu)


def main() -> None:
    """Measure on both databases."""
    parser = argparse.ArgumentParser(prog="python -m bench.contacts_scale", description=__doc__)
    parser.add_argument("--cards", type=int, default=100_000, help="of the large account")
    parser.add_argument("--others", type=int, default=1_000_000, help="of the third")
    parser.add_argument("--only", choices=["sqlite", "postgresql"])
    asked = parser.parse_args()
    os.sched_setaffinity(0, {CORES[-1]})
    sizes = {
        SMALL: (FEW, HITS),
        LARGE: (asked.cards, HITS),
        OTHER: (asked.others, asked.others),
    }
    for name in ("sqlite", "postgresql"):
        if asked.only not in {None, name}:
            continue
        print(f"{name:12} {FEW:>7,} µs {asked.cards:>7,} µs  ratio")
        with tempfile.TemporaryDirectory() as folder:
            if name == "sqlite":
                run(Path(folder), "", sizes, lambda: 0.0)
                continue
            with Postgresql.started() as postgresql:
                run(Path(folder), postgresql.url, sizes, postgresql.cpu)


if __name__ == "__main__":
    main()
