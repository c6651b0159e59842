"""A vCard to octets; what was not changed is written as it was read."""

from __future__ import annotations

from cyrpy.formats.ical.write import write, write_utf8

__all__ = ["write", "write_utf8"]
