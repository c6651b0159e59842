"""What the types of this package share: no capability that a client could name, and states."""

from __future__ import annotations

from typing import Final

from cyrpy.data import changes
from cyrpy_jmap.call import Call
from cyrpy_jmap.capability import Capability
from cyrpy_jmap.types.mailbox.model import MAIL

UNNAMED: Final = Capability("", shared_by=MAIL.shared_by)


def state_of(call: Call, kind: str) -> str:
    """The state of what the change log knows as `kind`; inside a write, with what was done."""
    moved = call.unit.moved_to(call.account.id, kind)
    if moved is None:
        moved = changes.state(call.unit, call.account.id, kind)
    return str(moved)
