"""Data types that the module `jmap` itself offers, a file each."""

from __future__ import annotations

from collections.abc import Iterable

from cyrpy_jmap.push.callback import PushCallbacks
from cyrpy_jmap.push.vapid import Vapid
from cyrpy_jmap.push.websocket import WEBSOCKET
from cyrpy_jmap.settings import JmapSettings
from cyrpy_jmap.types.blob import BlobType
from cyrpy_jmap.types.calendar import Calendars
from cyrpy_jmap.types.core_echo import CoreEcho
from cyrpy_jmap.types.push_subscription import PushSubscriptions

TYPES = (CoreEcho(), BlobType(), Calendars(), PushSubscriptions(), PushCallbacks())


def offers(settings: JmapSettings) -> Iterable[object]:
    """The types, for the engine, and what push adds to the Session object."""
    del settings
    vapid = Vapid()
    return (*TYPES, WEBSOCKET, vapid, vapid.capability)
