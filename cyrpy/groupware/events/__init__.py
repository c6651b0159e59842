"""Calendar objects: what CalDAV, JMAP, scheduling and imports do with them alike.

`prepare` parses and judges before the writer's lock; `put`, `move`, `copy` and `delete` decide
inside it. `read` finds what the one who asks may see.
"""

from cyrpy.data.events import EventRow, Stored
from cyrpy.groupware.events.conflicts import free_name
from cyrpy.groupware.events.errors import (
    InvalidObject,
    LimitExceeded,
    NameTaken,
    Refused,
    ScheduledTwice,
    UidConflict,
)
from cyrpy.groupware.events.imports import Imported, objects_in, put_all
from cyrpy.groupware.events.personal import personal, set_personal
from cyrpy.groupware.events.prepare import LIMITS, Limits, Prepared, prepare
from cyrpy.groupware.events.read import (
    Seen,
    calendar_changes_since,
    event_changes_since,
    find,
    in_range,
    members,
    octets_of,
    of_ids,
    of_names,
    stored_members,
    with_uids,
)
from cyrpy.groupware.events.rendering import rendered
from cyrpy.groupware.events.rights import NotAllowed, PrivacyRefused
from cyrpy.groupware.events.store import (
    USUAL,
    Target,
    Way,
    Written,
    call_off,
    copy,
    delete,
    move,
    put,
    put_by_uid,
)
from cyrpy.groupware.events.veil import veiled

__all__ = [
    "LIMITS",
    "USUAL",
    "EventRow",
    "Imported",
    "InvalidObject",
    "LimitExceeded",
    "Limits",
    "NameTaken",
    "NotAllowed",
    "Prepared",
    "PrivacyRefused",
    "Refused",
    "ScheduledTwice",
    "Seen",
    "Stored",
    "Target",
    "UidConflict",
    "Way",
    "Written",
    "calendar_changes_since",
    "call_off",
    "copy",
    "delete",
    "event_changes_since",
    "find",
    "free_name",
    "in_range",
    "members",
    "move",
    "objects_in",
    "octets_of",
    "of_ids",
    "of_names",
    "personal",
    "prepare",
    "put",
    "put_all",
    "put_by_uid",
    "rendered",
    "set_personal",
    "stored_members",
    "veiled",
    "with_uids",
]
