"""S/MIME: whether a message is signed, and whether that holds (RFC 8551, RFC 9219)."""

from cyrpy.formats.smime.status import Verdict, is_smime, verify
from cyrpy.formats.smime.trust import Trust

__all__ = ["Trust", "Verdict", "is_smime", "verify"]
