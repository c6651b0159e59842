"""Rows of calendar objects, written with their lines of the log; rights are judged elsewhere."""

from __future__ import annotations

from typing import NamedTuple

from cyrpy.data import alerts, dav, event_settings, events, itemchanges, search
from cyrpy.data.eventids import KIND, place
from cyrpy.data.events import EventRow
from cyrpy.data.unit import Unit
from cyrpy.groupware.events.prepare import Prepared


class Spot(NamedTuple):
    """Where an object is stored."""

    account_id: int
    calendar_id: int
    uri: str


class Marks(NamedTuple):
    """What a row has beside the object itself."""

    is_scheduled: bool = False  # whether it has a Schedule-Tag
    keeps_tag: bool = False  # whether that stays as it was (RFC 6638 §3.2.10)
    is_draft: bool = False

    def tag(self, found: EventRow | None, modseq: int, etag: str) -> str | None:
        """The Schedule-Tag; no object has the same again after a change."""
        if not self.is_scheduled:
            return None
        if self.keeps_tag and found is not None and found.schedule_tag is not None:
            return found.schedule_tag
        return f"{modseq}-{etag[:12]}"


def write(
    unit: Unit, spot: Spot, found: EventRow | None, prepared: Prepared, marks: Marks
) -> EventRow:
    """A new object, or another content for `found`."""
    modseq = unit.modseq(spot.account_id)
    row = EventRow(
        **spot._asdict(),
        **prepared.columns(),
        id=unit.new_id(spot.account_id) if found is None else found.id,
        schedule_tag=marks.tag(found, modseq, prepared.etag),
        is_draft=int(marks.is_draft),
        created_at=unit.now if found is None else found.created_at,
        updated_at=unit.now,
        made_at=_made(unit, found, prepared),
        revised_at=unit.now if prepared.revised_at is None else prepared.revised_at,
        created_modseq=modseq if found is None else found.created_modseq,
        updated_modseq=modseq,
    )
    if found is None:
        events.insert(unit, row, prepared.octets, prepared.jscalendar)
    else:
        events.replace(unit, row, prepared.octets, prepared.jscalendar)
    if alerts.has_alerts(prepared.jscalendar):
        alerts.mark(unit, spot.account_id, row.id)
    elif found is not None:
        alerts.mark_known(unit, spot.account_id, row.id)
    search.put(unit, spot.account_id, row.id, prepared.document)
    itemchanges.record(unit, spot.account_id, KIND, found and place(found), place(row))
    return row


def _made(unit: Unit, found: EventRow | None, prepared: Prepared) -> int:
    if prepared.made_at is not None:
        return prepared.made_at
    return unit.now if found is None else found.made_at


def relocate(unit: Unit, row: EventRow, spot: Spot) -> EventRow:
    """The object under another name, or in another calendar of its account."""
    moved = row._replace(
        **spot._asdict(), updated_at=unit.now, updated_modseq=unit.modseq(row.account_id)
    )
    names = ("calendar_id", "uri", "updated_at", "updated_modseq")
    events.change(unit, row, {name: getattr(moved, name) for name in names})
    alerts.mark_known(unit, row.account_id, row.id)  # another calendar has other defaults
    itemchanges.record(unit, row.account_id, KIND, place(row), place(moved))
    return moved


def remove(unit: Unit, row: EventRow) -> None:
    """Delete an object with all that hangs on it."""
    events.remove(unit, row)
    search.remove(unit, row.account_id, row.id)
    event_settings.forget(unit, row.account_id, row.id)
    alerts.forget(unit, row.account_id, row.id)
    dav.forget(unit, dav.Key(row.account_id, KIND, row.id))
    itemchanges.record(unit, row.account_id, KIND, place(row), None)
