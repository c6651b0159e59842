"""The reports of CardDAV, one to a file (RFC 6352 §8)."""

from __future__ import annotations

from cyrpy_carddav.reports import multiget, query

REPORTS = (*query.REPORTS, *multiget.REPORTS)
