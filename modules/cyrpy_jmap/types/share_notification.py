"""ShareNotification: what became of the user's rights on others' data (RFC 9670 §5)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, ClassVar, Final

from cyrpy.data import addresses, ids, principals, share_notifications
from cyrpy.data.share_notifications import KIND, LETTER, ShareNotificationRow
from cyrpy.errors import Forbidden, NotFound
from cyrpy.groupware.access import CALENDAR_RIGHTS, to_rights
from cyrpy.groupware.contacts import ADDRESS_BOOK_RIGHTS
from cyrpy_jmap.call import Call
from cyrpy_jmap.datatype import DataType
from cyrpy_jmap.filters import Comparator, Filter, in_order, matches
from cyrpy_jmap.invocation import Json
from cyrpy_jmap.objects import Id, JmapModel, JmapObject, ServerSet, UTCDate, seconds_of
from cyrpy_jmap.types.principal import PRINCIPALS

# Type of what is shared -> its rights by name.
RIGHTS: Final[Mapping[str, Mapping[str, str]]] = {
    "Calendar": CALENDAR_RIGHTS,
    "AddressBook": ADDRESS_BOOK_RIGHTS,
}
_DATE: Final = "%Y-%m-%dT%H:%M:%SZ"


class Person(JmapModel):
    """Who changed something."""

    name: str
    email: str | None
    principal_id: Id | None


class ShareNotification(JmapObject):
    """One change of rights."""

    created: ServerSet[UTCDate]
    changed_by: ServerSet[Person]
    object_type: ServerSet[str]
    object_account_id: ServerSet[Id]
    object_id: ServerSet[Id]
    name: ServerSet[str]
    old_rights: ServerSet[dict[str, bool] | None]
    new_rights: ServerSet[dict[str, bool] | None]


class ShareNotifications(DataType[ShareNotification]):
    """The user's own; to dismiss one is to destroy it."""

    name: ClassVar[str] = KIND
    capability = PRINCIPALS
    model = ShareNotification
    filters: ClassVar[Mapping[str, Any]] = {
        "after": UTCDate | None,
        "before": UTCDate | None,
        "objectType": str,
        "objectAccountId": str,
    }
    sorts: ClassVar[Mapping[str, Mapping[str, Any]]] = {"created": {}}
    stable: ClassVar[frozenset[str]] = frozenset({*filters, *sorts})

    def load(self, call: Call, wanted: Sequence[str] | None) -> Iterable[Json]:
        """All, or those of these ids, the oldest first."""
        for row in self._rows(call, wanted):
            yield _json(call, row)

    def _rows(self, call: Call, wanted: Sequence[str] | None) -> list[ShareNotificationRow]:
        account_id = call.account.id
        if wanted is None:
            return call.unit.all(share_notifications.ALL, account_id=account_id)
        numbers = [n for n in (ids.decode(LETTER, id) for id in wanted) if n is not None]
        return call.unit.all(share_notifications.BY_IDS, account_id=account_id, ids=numbers)

    def search(
        self, call: Call, filter: Filter | None, sort: Sequence[Comparator]
    ) -> Sequence[str]:
        """By their times, and what they are about."""
        found = [row for row in self._rows(call, None) if matches(filter, _holds(call, row))]
        ordered = in_order(found, sort, lambda row, _: row.created_at)
        return [row.wire_id for row in ordered]

    def create(self, call: Call, checked: Json) -> Json:
        """Only the server makes them."""
        del call, checked
        raise Forbidden("only the server makes share notifications")

    def update(self, call: Call, id: str, current: Json, patched: Json) -> Json | None:
        """They do not change."""
        del call, id, current, patched
        raise Forbidden("a share notification can only be destroyed")

    def destroy(self, call: Call, id: str) -> None:
        """Dismiss it."""
        number = ids.decode(LETTER, id)
        removed = number is not None and share_notifications.remove(
            call.unit, call.account.id, number
        )
        if not removed:
            raise NotFound(f"there is no share notification {id!r}")


def _holds(call: Call, row: ShareNotificationRow) -> Callable[[str, Any], bool]:
    def holds(name: str, value: Any) -> bool:  # noqa: ANN401 - any condition's value
        if name == "after":
            return value is None or row.created_at >= seconds_of(value)
        if name == "before":
            return value is None or row.created_at < seconds_of(value)
        if name == "objectType":
            return bool(row.object_type == value)
        return bool(_account(call, row.object_account_id) == value)

    return holds


def _account(call: Call, id: int) -> str | None:
    row = call.unit.first(principals.BY_ID, id=id)
    return None if row is None else row.wire_id


def _json(call: Call, row: ShareNotificationRow) -> Json:
    by = None if row.changed_by is None else call.unit.first(principals.BY_ID, id=row.changed_by)
    email = addresses.addresses_of(call.unit, by.id)[:1] if by is not None else []
    return {
        "id": row.wire_id,
        "created": datetime.fromtimestamp(row.created_at, UTC).strftime(_DATE),
        "changedBy": {
            "name": "the administrator" if by is None else by.display_name,
            "email": email[0] if email else None,
            "principalId": None if by is None else by.wire_id,
        },
        "objectType": row.object_type,
        "objectAccountId": _account(call, row.object_account_id) or "",
        "objectId": row.object_id,
        "name": row.name,
        "oldRights": _rights(row.object_type, row.old_rights),
        "newRights": _rights(row.object_type, row.new_rights),
    }


@lru_cache(maxsize=1024)
def _rights(type: str, letters: str) -> Json | None:
    """The `myRights` that letters are; None where there were none."""
    return to_rights(letters, RIGHTS.get(type, {})) if letters else None
