"""Reports of CalDAV (RFC 4791 §7)."""
