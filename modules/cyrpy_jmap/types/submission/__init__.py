"""Identity, EmailSubmission and VacationResponse (RFC 8621 §6-8)."""

from cyrpy_jmap.types.submission.identity import Identities
from cyrpy_jmap.types.submission.type import EmailSubmissions
from cyrpy_jmap.types.submission.vacation import VacationResponses

__all__ = ["EmailSubmissions", "Identities", "VacationResponses"]
