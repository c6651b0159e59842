"""Backup/restoreMail: users bring back mail that they destroyed, as Cyrus lets them.

No standard has this. Capability, arguments and answer are those of Cyrus 3.x: all that was
destroyed within `undoPeriod` comes back, marked with the keyword $restored; of drafts only the last
version, and none that was sent. What is older than the option undelete_days is gone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar, Final, NamedTuple

from cyrpy.data import mail_usage, messages_deleted
from cyrpy.data.blobs import PREFIX
from cyrpy.data.messages import DRAFT
from cyrpy.data.messages_deleted import DeletedRow
from cyrpy.errors import FormatError
from cyrpy.formats.timespan import parse_duration
from cyrpy.groupware import mail, mail_deleted
from cyrpy.groupware.mail import Arrival
from cyrpy_jmap.arguments import MethodArguments, check
from cyrpy_jmap.call import Call, Method
from cyrpy_jmap.capability import Capability
from cyrpy_jmap.datatype import DataType
from cyrpy_jmap.errors import MethodError
from cyrpy_jmap.invocation import Arguments
from cyrpy_jmap.objects import JmapObject

BACKUP: Final = Capability("https://cyrusimap.org/ns/jmap/backup")
RESTORED: Final = "$restored"
MOST: Final = 10_000  # messages in one call
BATCH: Final = 50  # messages in one transaction


class RestoreArguments(MethodArguments):
    """The arguments of Backup/restoreMail."""

    account_id: str
    undo_period: str
    perform_dry_run: bool = False
    verbose_logging: bool = False  # Cyrus has it; the log says what was done anyway
    restore_drafts: bool = True
    restore_non_drafts: bool = True


class Counts(NamedTuple):
    """How many came back."""

    drafts: int = 0
    others: int = 0


class Backups(DataType[JmapObject]):
    """What was destroyed; it has no records of its own."""

    name: ClassVar[str] = "Backup"
    capability = BACKUP
    model = JmapObject
    logged = False

    def methods(self) -> dict[str, Method]:
        """Only mail is kept."""
        return {"Backup/restoreMail": Method(restore_mail, writes=True)}


def restore_mail(call: Call, arguments: Arguments) -> Arguments:
    """Answer a Backup/restoreMail.

    Raises:
        MethodError: `invalidArguments`, `forbidden`, and those of `Call.enter`.
        OverQuota: there is no room; what was brought back until then is there.
    """
    args = check(RestoreArguments, arguments)
    call.enter(args.account_id, BACKUP, writes=True)
    if not call.account.is_own:
        raise MethodError("forbidden", "only its owner brings back mail of an account")
    moment = int(call.services.core.clock()) - _seconds(args.undo_period)
    rows = messages_deleted.since(call.unit, call.account.id, moment, MOST)
    wanted = list(_wanted(rows, args))
    counts = Counts()
    for at in range(0, len(wanted), BATCH):
        counts = _batch(call, wanted[at : at + BATCH], counts, is_dry=args.perform_dry_run)
    response: Arguments = {
        "accountId": call.account.wire_id,
        "numDraftsRestored": counts.drafts,
        "numNonDraftsRestored": counts.others,
    }
    return response | ({"performDryRun": True} if args.perform_dry_run else {})


def _seconds(period: str) -> int:
    """How long it is.

    Raises:
        MethodError: `invalidArguments`, if it is no duration, or goes backwards.
    """
    try:
        found = parse_duration(period)
    except FormatError as exc:
        raise MethodError(
            "invalidArguments", f"undoPeriod: {exc}", arguments=["undoPeriod"]
        ) from exc
    if found.is_negative:
        raise MethodError("invalidArguments", "undoPeriod: is negative", arguments=["undoPeriod"])
    return int(found.delta.total_seconds())


def _is_draft(row: DeletedRow) -> bool:
    return DRAFT in row.keywords.split()


def _wanted(rows: Sequence[DeletedRow], args: RestoreArguments) -> Iterator[DeletedRow]:
    """Those that the arguments ask for; of drafts with one id the one that was destroyed last."""
    known: set[str] = set()
    for row in rows:
        if not _is_draft(row):
            if args.restore_non_drafts:
                yield row
            continue
        own = mail_deleted.message_ids(row.properties)
        if args.restore_drafts and known.isdisjoint(own):
            yield row
        known |= own


def _batch(call: Call, rows: Sequence[DeletedRow], counts: Counts, *, is_dry: bool) -> Counts:
    """Bring some back, or only see which could be."""
    ready: list[tuple[DeletedRow, Arrival]] = []
    for row in rows:
        blob_id = PREFIX + row.digest.hex()
        octets = call.services.blobs.read(call.unit, [row.account_id], blob_id)
        if octets is None:
            continue
        arrival = mail.prepare(octets, row.digest)
        if not _is_draft(row) or not mail_deleted.is_superseded(
            call.unit, row.account_id, row, arrival
        ):
            ready.append((row, arrival))
    if ready and not is_dry:
        call.write(lambda inner: _restore(inner, ready))
    drafts = sum(1 for row, _ in ready if _is_draft(row))
    return Counts(counts.drafts + drafts, counts.others + len(ready) - drafts)


def _restore(call: Call, ready: Sequence[tuple[DeletedRow, Arrival]]) -> None:
    unit, quota = call.unit, call.services.core.settings.mail_quota
    for row, arrival in ready:
        if messages_deleted.get(unit, row.account_id, row.id) is None:
            continue  # somebody else was quicker
        mail_usage.require_room(unit, row.account_id, row.size, quota)
        mail_deleted.restore(unit, row, arrival, frozenset({RESTORED}))
