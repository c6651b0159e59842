"""S/MIME signature verification over HTTP, on both databases (RFC 9219)."""
