"""Push: how clients hear of changes (RFC 8620 §7, RFC 8887, RFC 8030)."""
