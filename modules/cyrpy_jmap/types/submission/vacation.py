"""VacationResponse as a data type (RFC 8621 §8)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated, ClassVar, Final

from pydantic import Field

from cyrpy.data import vacation as data
from cyrpy.data.vacation import VacationRow
from cyrpy_jmap.call import Call
from cyrpy_jmap.capability import Capability
from cyrpy_jmap.datatype import DataType
from cyrpy_jmap.invocation import Json
from cyrpy_jmap.objects import JmapObject, Text, UTCDate

VACATION: Final = Capability("urn:ietf:params:jmap:vacationresponse")
ID: Final = "singleton"
MAX_BODY: Final = 256 * 1024  # characters
Body = Annotated[Text, Field(max_length=MAX_BODY)]


class VacationResponse(JmapObject):
    """What is answered to mail that comes while its owner is away."""

    is_enabled: bool = False
    from_date: UTCDate | None = None
    to_date: UTCDate | None = None
    subject: Annotated[Text, Field(max_length=1000)] | None = None
    text_body: Body | None = None
    html_body: Body | None = None


class VacationResponses(DataType[VacationResponse]):
    """The one of the user."""

    name: ClassVar[str] = data.KIND
    capability = VACATION
    model = VacationResponse
    singleton = True

    def load(self, call: Call, ids: Sequence[str] | None) -> Iterable[Json]:
        """It is always there."""
        if ids is None or ID in ids:
            row = data.get(call.unit, call.account.id)
            yield {
                "id": ID,
                "isEnabled": bool(row.is_enabled),
                "fromDate": row.from_date,
                "toDate": row.to_date,
                "subject": row.subject,
                "textBody": row.text_body,
                "htmlBody": row.html_body,
            }

    def update(self, call: Call, id: str, current: Json, patched: Json) -> Json | None:
        """All of it; whoever was told before is told again."""
        if patched != current:
            row = VacationRow(
                call.account.id,
                int(patched["isEnabled"]),
                patched["fromDate"],
                patched["toDate"],
                patched["subject"],
                patched["textBody"],
                patched["htmlBody"],
            )
            data.put(call.unit, row, id)
        return None
