"""The capabilities of JMAP Tasks: one for the types, and one for each part that is supported.

(draft-ietf-jmap-tasks-06, "Addition to the Capabilities Object".) JSCalendar 2.0 has neither
translations nor time zones of one's own, so those two parts are not there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from cyrpy.data import addresses
from cyrpy.data.principals import PrincipalRow
from cyrpy_jmap.call import Call
from cyrpy_jmap.capability import Capability
from cyrpy_jmap.viewer import Account

URN: Final = "urn:ietf:params:jmap:tasks"
_SHARED_BY: Final = ("Calendar",)


def _account_part(account: Account) -> Mapping[str, Any]:
    return {
        "minDateTime": "1583-01-01T00:00:00",  # the first whole year of the Gregorian calendar
        "maxDateTime": "9999-12-31T23:59:59",
        "mayCreateTaskList": account.is_own,
    }


def _principal_part(call: Call, row: PrincipalRow) -> Mapping[str, Any]:
    """How the principal is given tasks (draft-ietf-jmap-tasks-06, "Principals and Sharing")."""
    account = call.viewer.find(row.wire_id)
    works = account is not None and TASKS.works_in(account)
    found = addresses.addresses_of(call.unit, row.id)
    return {
        "accountId": row.wire_id if works else None,
        "mayShareWith": row.id != call.viewer.own.id,
        "sendTo": {"imip": f"mailto:{found[0]}"} if found else None,
    }


TASKS: Final = Capability(
    URN, account=_account_part, shared_by=_SHARED_BY, principal=_principal_part
)
PARTS: Final = (
    Capability(
        f"{URN}:recurrences",
        account={"maxExpandedQueryDuration": "P1Y"},
        shared_by=_SHARED_BY,
    ),
    Capability(f"{URN}:assignees", account={"maxParticipantsPerTask": None}, shared_by=_SHARED_BY),
    Capability(f"{URN}:alerts", shared_by=_SHARED_BY),
)
