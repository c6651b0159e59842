"""Options `caldav_*` of imapd.conf."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from pydantic import Field

from cyrpy.config import Duration, Size
from cyrpy.dav.limits import ItemLimits

if TYPE_CHECKING:
    from cyrpy.dav.context import DavContext

DAY: Final = 24 * 3600


class CaldavSettings(ItemLimits):
    """How much one request to calendars may ask for, and what calendar objects may have."""

    max_attendees: int = Field(
        1000, ge=1, description="Attendees that one event may have (max-attendees-per-instance)."
    )
    historical_age: Duration = Field(
        7 * DAY,
        description="Time since its end after which changes of an event are told to nobody: "
        "neither invitations nor replies are sent.",
    )
    max_report_size: Size = Field(
        128 << 20,
        ge=1 << 20,
        description="Where the answer to a calendar-query ends; the client is told of the rest.",
    )
    max_attachment_size: Size = Field(
        20 << 20, ge=1024, description="Largest attachment that the server keeps for an event."
    )
    max_attachments_per_resource: int = Field(
        100, ge=1, description="Attachments that the server keeps for one event."
    )

    @property
    def upload_limit(self) -> int:
        """Octets of the largest body: an object's, or an attachment's."""
        return max(self.max_resource_size, self.max_attachment_size)


def options(ctx: DavContext) -> CaldavSettings:
    """The options of this module; their defaults where another's URL was asked for."""
    return ctx.limits if isinstance(ctx.limits, CaldavSettings) else _defaults()


@lru_cache(maxsize=1)
def _defaults() -> CaldavSettings:
    return CaldavSettings()
