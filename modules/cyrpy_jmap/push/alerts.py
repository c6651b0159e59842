"""CalendarAlert: alerts that were triggered, for clients that asked for the pseudo-type.

(JMAP Calendars, "Push events".) Nobody is told of them who did not name the type: null and `*`
stand for the types whose states change, and this one has none.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final, NamedTuple

from cyrpy.data import alerts
from cyrpy.data.alerts import TYPE, Triggered
from cyrpy.data.unit import Unit
from cyrpy_jmap.viewer import Viewer

AT_ONCE: Final = 100  # that a connection is told of between two looks
EVENT: Final = b"calendarAlert"  # what event sources call it


class Told(NamedTuple):
    """Alerts as clients are told of them, and the position that includes them."""

    values: list[dict[str, Any]]
    position: int


def is_wanted(types: Collection[str] | None) -> bool:
    """Whether a client that asked for these types is told of alerts."""
    return types is not None and TYPE in types


def now(unit: Unit, viewer: Viewer) -> int:
    """The position that includes all of a user's alerts."""
    return alerts.last(unit, viewer.identity.principal_id)


def after(unit: Unit, viewer: Viewer, position: int, most: int = AT_ONCE) -> Told:
    """At most so many of the user's alerts after a position, of the accounts that it still sees."""
    wire_ids = {account.id: account.wire_id for account in viewer.accounts.values()}
    values: list[dict[str, Any]] = []
    for one in alerts.after(unit, viewer.identity.principal_id, position, AT_ONCE):
        if len(values) == most:
            break
        position = one.id
        if one.account_id in wire_ids:
            values.append(_json(one, wire_ids[one.account_id]))
    return Told(values, position)


def _json(alert: Triggered, account_id: str) -> dict[str, Any]:
    return {
        "@type": TYPE,
        "accountId": account_id,
        "calendarEventId": alert.event_id,
        "uid": alert.uid,
        "recurrenceId": alert.recurrence_id,
        "alertId": alert.alert_id,
    }
