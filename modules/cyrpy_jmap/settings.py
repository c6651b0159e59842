"""Options `jmap_*` of imapd.conf; the names and defaults are Cyrus's."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from cyrpy.config import ON_OFF, Kilobytes, ModuleSettings, Switch
from cyrpy_jmap.limits import Limits


class JmapSettings(ModuleSettings):
    """The limits of the core capability (RFC 8620 §2), and how long uploads are kept."""

    max_size_upload: Kilobytes = Field(
        default=1 << 30, ge=1, description="Largest file that may be uploaded."
    )
    max_concurrent_upload: int = Field(
        default=5, ge=1, description="Uploads that one user may have running."
    )
    max_size_request: Kilobytes = Field(
        default=10 << 20, ge=1, description="Largest request to the API."
    )
    max_concurrent_requests: int = Field(
        default=5, ge=1, description="API requests that one user may have running."
    )
    max_calls_in_request: int = Field(
        default=50, ge=1, description="Method calls in one API request."
    )
    max_objects_in_get: int = Field(
        default=4096, ge=1, description="Objects that one /get may ask for."
    )
    max_objects_in_set: int = Field(
        default=4096,
        ge=1,
        description="Objects that one /set may create, update and destroy together.",
    )
    max_concurrent_push: int = Field(
        default=20,
        ge=1,
        description=("Event streams and WebSockets that one user may hold open in each worker."),
    )
    upload_quota: Kilobytes = Field(
        default=2 << 30,
        ge=1,
        description=(
            "Uploads that nothing refers to yet, together, for each user; beyond it the oldest go."
        ),
    )

    jscalendar_1: Switch = Field(
        default=False,
        description=(
            "Whether events that clients send may be spelled as in JSCalendar 1.0 (RFC 8984): "
            "recurrenceRules, replyTo, sendTo. Answers are always of version 2.0."
        ),
    )
    sieve: Switch = Field(
        default=True,
        description=(
            "Whether users may store and activate Sieve scripts (RFC 9661). Those that are active "
            "are run for new mail in any case; an administrator has cyrpy sieve."
        ),
    )
    tasks: Switch = Field(
        default=False,
        description=(
            "Whether the VTODOs of calendars are offered as JMAP Tasks "
            "(draft-ietf-jmap-tasks-06, which is no standard yet)."
        ),
    )
    smime: Switch = Field(
        default=False,
        description=(
            "Whether the S/MIME signatures of mail are verified (RFC 9219). Whether a certificate "
            "was revoked is not looked up."
        ),
    )
    smime_trust: Path | None = Field(
        default=None,
        description=(
            "File of the certificates, in PEM, of those who may vouch for the signers of mail; "
            "without it no signature is trusted."
        ),
    )
    classic_profile: Annotated[Literal["off", "A0", "A", "B", "C"], ON_OFF] = Field(
        default="A",
        description=(
            "Which of the drafts before the RFCs requests that are arrays are read by: A0 until "
            "June 2016, A until August 2016 (Cyrus 3.0 beta), B until April 2017, C until "
            "November 2017; off for none."
        ),
    )

    def limits(self) -> Limits:
        """The limits as the engine takes them."""
        return Limits(
            max_size_upload=self.max_size_upload,
            max_concurrent_upload=self.max_concurrent_upload,
            max_size_request=self.max_size_request,
            max_concurrent_requests=self.max_concurrent_requests,
            max_calls_in_request=self.max_calls_in_request,
            max_objects_in_get=self.max_objects_in_get,
            max_objects_in_set=self.max_objects_in_set,
            upload_quota=self.upload_quota,
        )
