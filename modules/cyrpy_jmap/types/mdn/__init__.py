"""MDN/send and MDN/parse (RFC 9007)."""

from cyrpy_jmap.types.mdn.type import MDNs

__all__ = ["MDNs"]
