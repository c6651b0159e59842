"""What a sharee sets on an event for itself alone (JMAP Calendars, "Per-user properties").

It is a patch of the event's JSON that covers what is for all; the owner's own is the event itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from cyrpy.data import alerts, event_settings
from cyrpy.data.eventids import KIND, wire_ids
from cyrpy.data.unit import ChangeKind, Unit
from cyrpy.errors import Forbidden
from cyrpy.groupware.access import Actor, has
from cyrpy.groupware.events.read import Seen
from cyrpy.groupware.events.rights import PrivacyRefused

UPDATE_PRIVATE: Final = "5"


def personal(unit: Unit, account_id: int, actor: Actor, ids: Sequence[int]) -> dict[int, bytes]:
    """Number of an object -> JSON of what the user set on it for itself."""
    return event_settings.patches(unit, account_id, ids, actor.principal_id)


def set_personal(unit: Unit, seen: Seen, actor: Actor, patch: bytes) -> None:
    """Set all that the user has for itself on an event; `patch` is JSON, or empty for nothing.

    Raises:
        Forbidden: the user may not, or it owns the event's calendar; PrivacyRefused if the event
            is private.
    """
    row, view = seen
    if view.is_owner:
        raise Forbidden("what the owner sets is for all")
    if seen.is_veiled:
        raise PrivacyRefused("what is private is changed by whose calendar it is in, and no other")
    if not has(view.rights, UPDATE_PRIVATE):
        raise Forbidden("the user may not keep anything for itself on events of this calendar")
    event_settings.put(unit, row.account_id, row.id, actor.principal_id, patch)
    if alerts.has_alerts(patch):
        alerts.mark(unit, row.account_id, row.id)
    for id in wire_ids(row):
        unit.record(
            row.account_id,
            KIND,
            id,
            ChangeKind.UPDATED,
            container_id=row.calendar_id,
            name=row.uri,
            audience=actor.principal_id,
        )
