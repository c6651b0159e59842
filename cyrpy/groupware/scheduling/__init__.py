"""Scheduling: what a change of a calendar object means to others (RFC 6638, RFC 5546, RFC 6047).

Whoever creates, changes or removes a calendar object on a user's behalf calls `on_change` inside
the writing unit, after it has judged rights and before it stores, and stores what comes back:

    outcome = on_change(unit, account_id, before, after, store, How(...))
    # outcome.stored: `after` itself where scheduling changed nothing in it (then octets and ETag
    # stay as they were sent), another tree where it did, None where `after` is None
    # outcome.is_scheduled: whether the resource has a Schedule-Tag (RFC 6638 §3.2.10)

It raises `SchedulingRefused` for what RFC 6638 §3.2.4 forbids; `precondition` is the name of the
CalDAV element that says so. Other users' objects are written through `store`.
"""

from cyrpy.groupware.scheduling.hook import on_change, receive_imip
from cyrpy.groupware.scheduling.model import (
    How,
    Message,
    Outcome,
    SchedulingRefused,
    Store,
    Stored,
)

__all__ = [
    "How",
    "Message",
    "Outcome",
    "SchedulingRefused",
    "Store",
    "Stored",
    "on_change",
    "receive_imip",
]
