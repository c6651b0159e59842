"""Core/echo (RFC 8620 §4)."""

from __future__ import annotations

from cyrpy_jmap.call import Call, Method
from cyrpy_jmap.capability import CORE
from cyrpy_jmap.datatype import DataType
from cyrpy_jmap.invocation import Arguments
from cyrpy_jmap.objects import JmapObject


class CoreEcho(DataType[JmapObject]):
    """The core's one method; there are no records of it."""

    name = "Core"
    capability = CORE

    def methods(self) -> dict[str, Method]:
        """Nothing but echo, which needs no database."""
        return {"Core/echo": Method(echo, unit=False)}


def echo(call: Call, arguments: Arguments) -> Arguments:
    """Show that requests arrive."""
    del call
    return arguments
