"""Principals and share notifications (RFC 9670)."""
