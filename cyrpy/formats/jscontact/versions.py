"""Versions of JSContact: 1.0 is taken, 2.0 is what is stored and shown (RFC 9982 §3)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

CURRENT = "2.0"


def upgraded(card: Mapping[str, Any]) -> dict[str, Any]:
    """A valid Card of any version known here as one of 2.0: every 1.0 is one already."""
    return {**card, "version": CURRENT}
