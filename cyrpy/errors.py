"""Domain errors, in terms of no protocol; each protocol translates them once, at its edge."""

from __future__ import annotations


class CyrpyError(Exception):
    """Anything that cyrpy itself reports; its text may be shown to the person who asked."""


class ConfigError(CyrpyError):
    """The configuration cannot be used; the text names file, line, option and remedy."""


class FormatError(CyrpyError):
    """Octets are not what their media type says (iCalendar, vCard, MIME, JSON …)."""


class NotFound(CyrpyError):
    """There is no such thing, or the one who asks may not know of it."""


class Forbidden(CyrpyError):
    """The one who asks may see the thing, but not do this with it."""


class AlreadyExists(CyrpyError):
    """A name or UID that must be unique is taken; `existing` says by which id."""

    def __init__(self, message: str, existing: str | None = None) -> None:
        super().__init__(message)
        self.existing = existing


class StateMismatch(CyrpyError):
    """What the one who asks believes to be the state is not the state."""


class CannotCalculateChanges(CyrpyError):
    """The change log cannot be followed from the state that was given."""


class OverQuota(CyrpyError):
    """The write would exceed a quota of the account."""


class StorageFull(CyrpyError):
    """The disk is full or failing; nothing of the write has happened."""


class Unavailable(CyrpyError):
    """A service that is needed cannot be reached now; trying again later may help."""
