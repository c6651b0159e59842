"""Cards: what CardDAV, JMAP and imports do with them alike.

`prepare` parses and judges before the writer's lock; `put`, `move`, `copy` and `delete` decide
inside it. `read` finds what the one who asks may see.
"""

from cyrpy.data.cards import CardRow
from cyrpy.groupware.cards.errors import NotAllowed, Refused, UidConflict
from cyrpy.groupware.cards.prepare import LEFT_OUT, Prepared, prepare
from cyrpy.groupware.cards.read import card_changes_since, find, of_ids, of_names, viewer
from cyrpy.groupware.cards.rendering import rendered
from cyrpy.groupware.cards.store import SUFFIX, copy, delete, free_name, mark, move, put, put_by_uid

__all__ = [
    "LEFT_OUT",
    "SUFFIX",
    "CardRow",
    "NotAllowed",
    "Prepared",
    "Refused",
    "UidConflict",
    "card_changes_since",
    "copy",
    "delete",
    "find",
    "free_name",
    "mark",
    "move",
    "of_ids",
    "of_names",
    "prepare",
    "put",
    "put_by_uid",
    "rendered",
    "viewer",
]
