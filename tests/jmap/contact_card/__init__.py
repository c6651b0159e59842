"""ContactCard (RFC 9610 §3), over the wire."""
