"""Principal: users, groups, rooms and resources, with whom things can be shared (RFC 9670 §3)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Annotated, Any, ClassVar, Final, Literal
from zoneinfo import available_timezones

from pydantic import AfterValidator, Field

from cyrpy.data import addresses, changes, principals
from cyrpy.data.principals import PrincipalRow
from cyrpy.errors import CannotCalculateChanges, Forbidden, NotFound
from cyrpy.formats.words import folded
from cyrpy.groupware import mail_identities
from cyrpy.groupware.proxies import owner_and_mode
from cyrpy_jmap.call import Call
from cyrpy_jmap.capability import Capability
from cyrpy_jmap.datatype import DataType
from cyrpy_jmap.filters import Comparator, Filter, in_order, matches
from cyrpy_jmap.invocation import Json
from cyrpy_jmap.objects import Id, JmapObject, Name, ServerSet, Text
from cyrpy_jmap.viewer import Account

MAX_DESCRIPTION: Final = 255  # characters
SETTABLE: Final[Mapping[str, str]] = {
    "name": "display_name",
    "description": "description",
    "timeZone": "time_zone",
}
Type = Literal["individual", "group", "resource", "location", "other"]


def _account_part(account: Account) -> Mapping[str, Any]:
    return {"currentUserPrincipalId": account.wire_id if account.is_own else None}


def _owner_part(account: Account) -> Mapping[str, Any]:
    return {"accountIdForPrincipal": account.viewer_id, "principalId": account.wire_id}


PRINCIPALS: Final = Capability("urn:ietf:params:jmap:principals", account=_account_part)
OWNER: Final = Capability(
    "urn:ietf:params:jmap:principals:owner",
    account=_owner_part,
    everywhere=True,
    in_session=False,
)


def _zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError(f"{name[:80]!r} is not in the IANA Time Zone Database")
    return name


class Principal(JmapObject):
    """One entity of the directory."""

    type: ServerSet[Type]
    name: Name
    description: Annotated[Text, Field(max_length=MAX_DESCRIPTION)] | None = None
    email: ServerSet[str | None]
    time_zone: Annotated[str, AfterValidator(_zone)] | None = None
    capabilities: ServerSet[dict[str, Any]]
    accounts: ServerSet[dict[Id, Any] | None]


class Principals(DataType[Principal]):
    """The directory of the server, which every user sees; users change only themselves."""

    name: ClassVar[str] = "Principal"
    capability = PRINCIPALS
    model = Principal
    filters: ClassVar[Mapping[str, Any]] = {
        "accountIds": list[str],
        "email": str,
        "name": str,
        "text": str,
        "type": str,
        "timeZone": str,
        "calendarAddress": str,
    }
    sorts: ClassVar[Mapping[str, Mapping[str, Any]]] = {"name": {}, "type": {}, "email": {}}
    slow = True

    def load(self, call: Call, ids: Sequence[str] | None) -> Iterable[Json]:
        """All principals, or those of these ids."""
        if ids is None:
            rows = call.unit.all(principals.ALL)
        else:
            found = (call.unit.first(principals.BY_WIRE_ID, wire_id=id) for id in ids)
            rows = [row for row in found if row is not None]
        for row in rows:
            if owner_and_mode(row) is None:  # delegates' groups are a detail of their owner's
                yield self._json(call, row)

    def state(self, call: Call) -> str:
        """Of the directory as a whole."""
        return str(principals.revision(call.unit))

    def changes_since(self, call: Call, since: str, limit: int | None) -> changes.Changes:
        """The directory keeps no log: nothing, or it cannot be told (RFC 9670 §3.2)."""
        del limit
        if since != self.state(call):
            raise CannotCalculateChanges("what changed in the directory is not kept; fetch it anew")
        return changes.Changes(since, since, [], [], [], [], {}, more=False)

    def can_calculate(self, call: Call, filter: Filter | None, sort: Sequence[Comparator]) -> bool:
        """Neither of queries."""
        del call, filter, sort
        return False

    def search(
        self, call: Call, filter: Filter | None, sort: Sequence[Comparator]
    ) -> Sequence[str]:
        """By what is shown of them."""
        found = [record for record in self.load(call, None) if matches(filter, _holds(record))]
        ordered = in_order(found, sort, lambda record, by: folded(record[by.property] or ""))
        return [record["id"] for record in ordered]

    def update(self, call: Call, id: str, current: Json, patched: Json) -> Json | None:
        """Name, description and time zone of oneself."""
        if id != call.viewer.primary_account:
            raise Forbidden("users change only the principal that they are")
        row = call.unit.first(principals.BY_WIRE_ID, wire_id=id)
        if row is None:
            raise NotFound(f"there is no principal {id!r}")
        values = {
            column: patched[name]
            for name, column in SETTABLE.items()
            if patched[name] != current.get(name)
        }
        if values:
            principals.change(call.unit, row.id, values)
        if "display_name" in values:
            mail_identities.name_changed(call.unit, row.id)
        return None

    def _json(self, call: Call, row: PrincipalRow) -> Json:
        email = addresses.addresses_of(call.unit, row.id)[:1]
        account = call.viewer.find(row.wire_id)
        return {
            "id": row.wire_id,
            "type": row.type,
            "name": row.display_name,
            "description": row.description,
            "email": email[0] if email else None,
            "timeZone": row.time_zone,
            "capabilities": {
                capability.urn: part
                for capability in _capabilities(call)
                if (part := capability.principal(call, row)) is not None
            },
            "accounts": None if account is None else {row.wire_id: _account(call, account)},
        }


def _capabilities(call: Call) -> Iterable[Any]:
    """Those that say something of principals, each once."""
    offered = call.services.core.offered(DataType)
    found = {type.capability.urn: type.capability for type in offered}
    return [capability for capability in found.values() if capability.principal is not None]


def _account(call: Call, account: Account) -> Json:
    """The Account object, as in the Session (RFC 8620 §2)."""
    offered = {
        type.capability.urn: type.capability for type in call.services.core.offered(DataType)
    }
    return {
        "name": account.name,
        "isPersonal": account.is_own,
        "isReadOnly": account.is_read_only,
        "accountCapabilities": {
            urn: capability.account_part(account)
            for urn, capability in offered.items()
            if capability.works_in(account)
        },
    }


def _holds(record: Json) -> Callable[[str, Any], bool]:
    def holds(name: str, value: Any) -> bool:  # noqa: ANN401 - any condition's value
        if name == "accountIds":
            return any(id in (record["accounts"] or {}) for id in value)
        if name in {"type", "timeZone"}:
            return bool(record[name] == value)
        if name == "calendarAddress":
            return bool(value.lower() == f"mailto:{(record['email'] or '').lower()}")
        looked = ("name", "email", "description") if name == "text" else (name,)
        return any(folded(value) in folded(record[member] or "") for member in looked)

    return holds
