"""Quotas: how much an account holds, and may hold (RFC 9425)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, ClassVar, Final, Literal

from cyrpy.data import changes, mail_usage
from cyrpy.data.changes import Changes
from cyrpy.data.mail_usage import BOUNDS, MAIL, QUOTA
from cyrpy_jmap.call import Call
from cyrpy_jmap.capability import Capability
from cyrpy_jmap.datatype import DataType
from cyrpy_jmap.filters import Comparator, Filter, in_order, matches
from cyrpy_jmap.invocation import Json
from cyrpy_jmap.objects import JmapObject, ServerSet, UnsignedInt
from cyrpy_jmap.types.mailbox.model import MAIL as MAIL_CAPABILITY

CAPABILITY: Final = Capability("urn:ietf:params:jmap:quota")


class Quota(JmapObject):
    """One limit (§4.1)."""

    resource_type: ServerSet[Literal["count", "octets"]]
    used: ServerSet[UnsignedInt]
    hard_limit: ServerSet[UnsignedInt]
    warn_limit: ServerSet[UnsignedInt | None]
    soft_limit: ServerSet[UnsignedInt | None]
    scope: ServerSet[Literal["account", "domain", "global"]]
    name: ServerSet[str]
    description: ServerSet[str | None]
    types: ServerSet[list[str]]


class Quotas(DataType[Quota]):
    """Reads quotas; clients cannot write them, so there is no Quota/set."""

    name: ClassVar[str] = QUOTA
    capability = CAPABILITY
    model = Quota
    filters: ClassVar[Mapping[str, Any]] = {
        "name": str,
        "scope": str,
        "resourceType": str,
        "type": str,
    }
    sorts: ClassVar[Mapping[str, Mapping[str, Any]]] = {"name": {}, "used": {}}

    def load(self, call: Call, ids: Sequence[str] | None) -> Iterable[Json]:
        """The limit on mail, if there is one, for who knows of mail (§4.1)."""
        knows_mail = call.using is None or MAIL_CAPABILITY.urn in call.using
        held = mail_usage.usage(call.unit, call.account.id)
        bound = call.services.core.settings.mail_quota if held.bound is None else held.bound
        if bound and knows_mail and (ids is None or MAIL in ids):
            yield {
                "id": MAIL,
                "resourceType": "octets",
                "used": held.octets,
                "hardLimit": bound,
                "warnLimit": None,
                "softLimit": None,
                "scope": "account",
                "name": "Mail",
                "description": "The size of all messages in the account",
                "types": ["Email"],
            }

    def changes_since(self, call: Call, since: str, limit: int | None) -> Changes:
        """What is held is counted where there is no limit, too: then there is nothing to tell.

        Raises:
            CannotCalculateChanges: `since` is no state that can be started from.
        """
        found = super().changes_since(call, since, limit)
        there = {record["id"] for record in self.load(call, None)}
        return found._replace(
            created=[id for id in found.created if id in there],
            updated=[id for id in found.updated if id in there],
            destroyed=[*found.destroyed, *(id for id in found.updated if id not in there)],
        )

    def changes_extra(self, call: Call, found: Changes) -> Json:
        """Whether a limit itself changed (§4.3)."""
        moved = changes.state(call.unit, call.account.id, QUOTA, BOUNDS)
        only_used = bool(found.updated) and moved <= int(found.old.partition("-")[0])
        return {"updatedProperties": ["used"] if only_used else None}

    def search(
        self, call: Call, filter: Filter | None, sort: Sequence[Comparator]
    ) -> Sequence[str]:
        """All of them are looked at."""
        found = [record for record in self.load(call, None) if matches(filter, _holds(record))]
        return [one["id"] for one in in_order(found, sort, lambda one, by: one[by.property])]


def _holds(record: Json) -> Callable[[str, Any], bool]:
    def holds(name: str, value: Any) -> bool:  # noqa: ANN401 - any condition's value
        if name == "name":
            return value.casefold() in record["name"].casefold()
        if name == "type":
            return value in record["types"]
        return bool(record[name] == value)

    return holds
