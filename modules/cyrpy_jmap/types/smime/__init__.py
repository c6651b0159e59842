"""S/MIME signature verification as a part of Email (RFC 9219)."""

from cyrpy_jmap.types.smime.emails import SMIME_VERIFY, SmimeEmails
from cyrpy_jmap.types.smime.judging import Judge

__all__ = ["SMIME_VERIFY", "Judge", "SmimeEmails"]
