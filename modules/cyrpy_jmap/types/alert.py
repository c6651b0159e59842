"""Alert, of JSCalendar (RFC 8984 §4.5.2), as clients send it for the defaults of a calendar."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Discriminator, Field, Tag

from cyrpy_jmap.objects import JmapModel, UTCDate

_DURATION = re.compile(
    r"[+-]?P(?=\d|T\d)(?:\d{1,9}W)?(?:\d{1,9}D)?"
    r"(?:T(?=\d)(?:\d{1,9}H)?(?:\d{1,9}M)?(?:\d{1,9}(?:\.\d{1,9})?S)?)?",
    re.ASCII,
)


def _signed_duration(text: str) -> str:
    if _DURATION.fullmatch(text) is None:
        raise ValueError("must be a SignedDuration such as -PT15M (RFC 8984 §1.4.7)")
    return text


class OffsetTrigger(JmapModel):
    """So long before or after the start or end."""

    type: Literal["OffsetTrigger"] = Field("OffsetTrigger", alias="@type")
    offset: Annotated[str, AfterValidator(_signed_duration)]
    relative_to: Literal["start", "end"] = "start"


class AbsoluteTrigger(JmapModel):
    """At that moment."""

    type: Literal["AbsoluteTrigger"] = Field(alias="@type")
    when: UTCDate


def _kind(value: Any) -> str:  # noqa: ANN401 - any JSON value
    return "absolute" if isinstance(value, dict) and "when" in value else "offset"


Trigger = Annotated[
    Annotated[OffsetTrigger, Tag("offset")] | Annotated[AbsoluteTrigger, Tag("absolute")],
    Discriminator(_kind),
]


class Relation(JmapModel):
    """How one alert relates to another (RFC 8984 §1.4.10)."""

    type: Literal["Relation"] = Field("Relation", alias="@type")
    relation: dict[str, Literal[True]] = Field(default_factory=dict)


class Alert(JmapModel):
    """When and how to alert."""

    type: Literal["Alert"] = Field("Alert", alias="@type")
    trigger: Trigger
    acknowledged: UTCDate | None = None
    related_to: dict[str, Relation] | None = None
    action: Literal["display", "email"] = "display"
