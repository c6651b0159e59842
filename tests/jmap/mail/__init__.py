"""JMAP Mail (RFC 8621)."""
