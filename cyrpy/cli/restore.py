"""`cyrpy restore`: destroyed mail is brought back."""

from __future__ import annotations

from typing import Annotated, Any

import orjson
import typer

from cyrpy.cli.context import AsJson, ConfigFile, Context, opened
from cyrpy.cli.output import moment, show_list
from cyrpy.data import ids, messages_deleted
from cyrpy.data.blobs import PREFIX
from cyrpy.data.messages import LETTER
from cyrpy.data.messages_deleted import DeletedRow
from cyrpy.errors import NotFound
from cyrpy.groupware import mail, mail_deleted
from cyrpy.groupware.principals import find

MOST = 10_000  # messages that are listed or brought back at once


def restore(
    user: Annotated[str, typer.Argument(metavar="USER", help="Whose mail it was.")],
    message_ids: Annotated[
        list[str] | None, typer.Argument(metavar="[ID]...", help="What to bring back.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Bring back all that can be.")] = False,
    as_json: AsJson = False,
    config: ConfigFile = None,
) -> None:
    """List a user's destroyed mail, or bring some of it back."""
    with opened(config) as context:
        with context.database.read() as unit:
            account_id = find(unit, context.userids, user).id
            rows = messages_deleted.all_of(unit, account_id, MOST)
        if not message_ids and not everything:
            columns = ("id", "destroyed", "from", "subject", "size")
            show_list([_record(row) for row in rows], columns, as_json=as_json)
            return
        wanted = rows if everything else [_named(rows, id) for id in message_ids or ()]
        for row in wanted:
            _bring_back(context, row)
        typer.echo(f"{len(wanted)} messages are back", err=True)


def _named(rows: list[DeletedRow], id: str) -> DeletedRow:
    for row in rows:
        if ids.encode(LETTER, row.id) == id:
            return row
    raise NotFound(f"no destroyed message {id[:80]!r} can be brought back")


def _bring_back(context: Context, row: DeletedRow) -> None:
    with context.database.read() as unit:
        octets = context.blobs.read(unit, [row.account_id], PREFIX + row.digest.hex())
    if octets is None:
        raise NotFound(f"the octets of {ids.encode(LETTER, row.id)} are gone")
    arrival = mail.prepare(octets, row.digest)
    context.database.write(lambda u: mail_deleted.restore(u, row, arrival), [row.account_id])


def _record(row: DeletedRow) -> dict[str, Any]:
    known = orjson.loads(row.properties)
    senders = known["from"] or [{}]
    return {
        "id": ids.encode(LETTER, row.id),
        "destroyed": moment(row.deleted_at),
        "from": senders[0].get("email") or "",
        "subject": known["subject"] or "",
        "size": row.size,
    }
