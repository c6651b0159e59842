"""Three-way merging: what was agreed on, what the server says now, and what is here."""

from __future__ import annotations

from collections.abc import Set


def keywords(agreed: Set[str], there: Set[str], here: Set[str]) -> frozenset[str]:
    """The keywords that a message is to have: what changed there changes here.

    A keyword is there or not, so two changes of one since the agreement are the same change, and
    what was changed here alone stays.
    """
    return frozenset((here - (agreed - there)) | (there - agreed))


def storable(words: Set[str], accepted: Set[str] | None) -> frozenset[str]:
    """Those that a folder can store."""
    return frozenset(words if accepted is None else words & accepted)


def mailboxes_without(here: frozenset[int], gone: int, linked: Set[int]) -> frozenset[int]:
    """Where a message is to be that has vanished from a mailbox there; empty: nowhere.

    `linked` are the mailboxes in which the server has it still. Where it was taken out of the
    mailbox here, too, and both sides put it elsewhere, the server's word holds.
    """
    if gone in here:
        return here - {gone}
    return frozenset(linked) or here
