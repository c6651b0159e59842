"""The ceiling of a JMAP /get: orjson, one raw statement and a join of what is stored.

It signs nobody in, judges no rights, checks no argument and takes no snapshot; its answer holds
the same records.
"""

from __future__ import annotations

import os
import sqlite3

import orjson

from bench.floor import Message, Receive, Send, lifespan

STATEMENTS = {
    "CalendarEvent/get": "SELECT jscalendar FROM calendar_objects WHERE account_id = ? "
    "AND id IN (SELECT value FROM json_each(?))",
    "ContactCard/get": "SELECT jscontact FROM cards WHERE account_id = ? "
    "AND id IN (SELECT value FROM json_each(?))",
}
ANSWER = (
    b'{"methodResponses":[["%b",{"accountId":"%b","state":"0","list":[%b],"notFound":[]},"%b"]],'
    b'"sessionState":"0"}'
)
_database = sqlite3.connect(os.environ["RAW_DATABASE"], isolation_level=None)
(_account,) = _database.execute("SELECT min(account_id) FROM calendars").fetchone()


def answer(body: bytes) -> bytes:
    """The response to a request with one call."""
    ((name, arguments, call_id),) = orjson.loads(body)["methodCalls"]
    numbers = orjson.dumps([int(id[1:]) for id in arguments["ids"]]).decode()
    rows = _database.execute(STATEMENTS[name], (_account, numbers)).fetchall()
    records = b",".join([json for (json,) in rows])
    account = arguments["accountId"].encode()
    return ANSWER % (name.encode(), account, records, call_id.encode())


async def app(scope: Message, receive: Receive, send: Send) -> None:
    """Read all, answer."""
    if scope["type"] == "lifespan":
        await lifespan(receive, send)
        return
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    content = answer(body)
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(content))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": content})
