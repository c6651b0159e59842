"""Events in the classic dialect: as of 2016 (profiles A0, A), and as early JSCalendar (B, C)."""

from cyrpy_jmap.dialects.classic.events.calls import EARLY, LATER, listing

__all__ = ["EARLY", "LATER", "listing"]
