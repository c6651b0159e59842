"""What makes messages one conversation: base subject (RFC 5256 §2.1) and ids (RFC 8621 §3)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from typing import Final

MAX_REFERENCES: Final = 100  # the first and the newest; a thread is found by any of them

# "Re:", "Fwd:" and what other languages write for them, with "[list]" before or after; "Re[2]:".
_WORDS: Final = (
    "re|fwd?|aw|wg|sv|vs|vb|antw|antwort|doorst|tr|rv|enc|res|rif|inoltra|odp|pd|ynt|ilt|"
    "答复|回复|转发|転送|回覆|轉寄|ref|betreff"
)
_BLOB: Final = r"\[[^\[\]]*\]\s*"
_LEADER: Final = re.compile(
    rf"(?:{_BLOB})*(?:{_WORDS})\s*(?:\[[^\[\]]*\]|\(\d+\))?\s*[:\uff1a]\s*", re.IGNORECASE
)
_BLOB_FIRST: Final = re.compile(_BLOB)
_FORWARDED: Final = re.compile(r"\[fwd:(.*)\]", re.IGNORECASE | re.DOTALL)
_SPACE: Final = re.compile(r"\s+")
_MAX_SUBJECT: Final = 500  # characters


def base_subject(subject: str | None) -> str:
    """The subject without what replies and forwards add to it."""
    text = _SPACE.sub(" ", (subject or "")[:_MAX_SUBJECT]).strip()
    while True:
        text = _without_trailer(text)
        before = text
        text = _without_leaders(text)
        forwarded = _FORWARDED.fullmatch(text)
        if forwarded is not None:
            text = forwarded[1].strip()
        if text == before:
            return text


def _without_trailer(text: str) -> str:
    """Without "(fwd)" and white space at the end; looked at from there, not from the start."""
    text = text.rstrip()
    while text[-5:].lower() == "(fwd)":
        text = text[:-5].rstrip()
    return text


def _without_leaders(text: str) -> str:
    """Without "Re:" and the like, and a "[list]" that is not all there is."""
    while True:
        match = _LEADER.match(text) or _BLOB_FIRST.match(text)
        rest = text[match.end() :] if match is not None else ""
        is_blob = match is not None and match.re is _BLOB_FIRST
        if match is None or (is_blob and (not rest or match[0].lower().startswith("[fwd:"))):
            return text
        text = rest


def keys_of(message_ids: Iterable[str], subject: str | None) -> list[int]:
    """What the message is found by: two messages with a key in common are one conversation.

    Each key is of an id (Message-ID, In-Reply-To, References) together with the base subject, so
    that a reply with another subject begins another conversation (RFC 8621 §3).
    """
    own = _SPACE.sub("", base_subject(subject)).casefold()
    unique = list(dict.fromkeys(message_ids))
    if len(unique) > MAX_REFERENCES:
        unique = [*unique[:2], *unique[2 - MAX_REFERENCES :]]
    return list(dict.fromkeys(_key(id, own) for id in unique))


def _key(message_id: str, subject: str) -> int:
    text = f"{message_id}\0{subject}".encode("utf-8", "surrogatepass")
    digest = hashlib.blake2b(text, digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)
