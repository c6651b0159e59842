"""What an EmailSubmission is, and the capability that it belongs to (RFC 8621 §1.3.2, §7)."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import Field

from cyrpy_jmap.capability import Capability
from cyrpy_jmap.objects import Id, Immutable, JmapModel, JmapObject, ServerSet, Text, UTCDate

MAX_DELAY: Final = 512 * 86_400  # seconds that mail may wait to be sent
MAX_RECIPIENTS: Final = 1000
SUBMISSION: Final = Capability(
    "urn:ietf:params:jmap:submission",
    account={
        "maxDelayedSend": MAX_DELAY,
        "submissionExtensions": {
            "DSN": [],
            "FUTURERELEASE": [str(MAX_DELAY)],
            "DELIVERBY": [],
            "MT-PRIORITY": [],
            "REQUIRETLS": [],
        },
    },
)


class Address(JmapModel):
    """An address of the envelope, with parameters of its SMTP command."""

    email: Annotated[Text, Field(max_length=1000)]
    parameters: Annotated[dict[str, Text | None], Field(max_length=20)] | None = None


class Envelope(JmapModel):
    """How the message is handed over (RFC 5321)."""

    mail_from: Address
    rcpt_to: list[Address]


class EmailSubmission(JmapObject):
    """An email that is, or was, to be sent."""

    identity_id: Immutable[Id]
    email_id: Immutable[Id]
    thread_id: ServerSet[Id]
    envelope: Immutable[Envelope | None] = None
    send_at: ServerSet[UTCDate]
    undo_status: Literal["pending", "final", "canceled"] = "pending"
    delivery_status: ServerSet[dict[str, Any] | None]
    dsn_blob_ids: ServerSet[list[Id]]
    mdn_blob_ids: ServerSet[list[Id]]


FILTERS: Final[dict[str, Any]] = {
    "identityIds": list[str],
    "emailIds": list[str],
    "threadIds": list[str],
    "undoStatus": str,
    "before": UTCDate,
    "after": UTCDate,
}
# sentAt is what the standard calls the property sendAt where it is sorted by.
SORTS: Final[dict[str, dict[str, Any]]] = {
    "emailId": {},
    "threadId": {},
    "sentAt": {},
    "sendAt": {},
}
