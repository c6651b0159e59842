"""Names of folders there, and of mailboxes here (RFC 3501 §5.1, RFC 2342, RFC 6154)."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import Final, NamedTuple

from cyrpy.groupware.mailboxes import MAX_NAME
from cyrpy.groupware.provision import ROLES

INBOX: Final = "INBOX"
_INSTEAD: Final = "_"  # of what a name cannot have
_ROLE_OF: Final = {
    "\\all": "all",
    "\\archive": "archive",
    "\\drafts": "drafts",
    "\\flagged": "flagged",
    "\\important": "important",
    "\\junk": "junk",
    "\\sent": "sent",
    "\\trash": "trash",
}
_CLOSED: Final = frozenset({"\\noselect", "\\nonexistent"})


class Listed(NamedTuple):
    """A folder as LIST shows it."""

    path: str
    attributes: frozenset[str]  # lower case

    @property
    def is_selectable(self) -> bool:
        """Whether there can be mail in it."""
        return not self.attributes & _CLOSED

    @property
    def role(self) -> str | None:
        """What it is for, as the server says (RFC 6154 §2)."""
        return next((_ROLE_OF[a] for a in sorted(self.attributes) if a in _ROLE_OF), None)


class Naming(NamedTuple):
    """How a server builds names: what stands between the parts, and before the user's own."""

    delimiter: str  # "": there are no folders in folders
    prefix: str = ""  # "INBOX." where all folders are in the inbox

    def parts(self, path: str) -> tuple[str, ...]:
        """The names of mailboxes from the top; the inbox is ("INBOX",)."""
        if path.upper() == INBOX:
            return (INBOX,)
        inside = path.removeprefix(self.prefix)
        names = inside.split(self.delimiter) if self.delimiter else [inside]
        if names[0].upper() == INBOX:
            names[0] = INBOX
        return tuple(name for name in names if name) or (path,)

    def join(self, names: Iterable[str]) -> str:
        """The path of a mailbox, whose names from the top are given; the inbox is INBOX.

        What a name cannot have there is replaced.
        """
        safe = [self._safe(name) for name in names]
        path = (self.delimiter or _INSTEAD).join(safe)
        if safe[0] == INBOX and not self.prefix.upper().startswith(INBOX):
            return path
        return path if path == INBOX else self.prefix + path.removeprefix(self.prefix)

    def _safe(self, name: str) -> str:
        if self.delimiter:
            name = name.replace(self.delimiter, _INSTEAD)
        name = "".join(_INSTEAD if c in '*%"\\' or ord(c) < 32 else c for c in name)
        return name if name.strip() else _INSTEAD


def mailbox_name(name: str) -> str:
    """A name that a mailbox here can have (RFC 8621 §2), as near to the folder's as can be."""
    normal = unicodedata.normalize("NFC", name)
    clean = "".join(
        _INSTEAD if unicodedata.category(c) in {"Cc", "Cs", "Zl", "Zp"} else c for c in normal
    )
    while len(clean.encode()) > MAX_NAME:
        clean = clean[:-1]
    return clean if clean.strip() else _INSTEAD


def role_of(listed: Listed, names: tuple[str, ...]) -> str | None:
    """What a folder is for: as the server says, else by its name at the top."""
    if names == (INBOX,):
        return "inbox"
    return listed.role or (ROLES.get(names[0].lower()) if len(names) == 1 else None)
