"""Scheduling over CalDAV (RFC 6638)."""
