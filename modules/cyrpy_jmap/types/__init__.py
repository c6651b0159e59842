"""Data types that the module `jmap` itself offers, a file each."""

from __future__ import annotations

from collections.abc import Iterable

from cyrpy_jmap.settings import JmapSettings
from cyrpy_jmap.types.blob import BlobType
from cyrpy_jmap.types.calendar import Calendars
from cyrpy_jmap.types.core_echo import CoreEcho

TYPES = (CoreEcho(), BlobType(), Calendars())


def offers(settings: JmapSettings) -> Iterable[object]:
    """The types, for the engine."""
    del settings
    return TYPES
