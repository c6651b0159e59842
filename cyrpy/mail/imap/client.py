"""What is asked of an IMAP server: folders, and the messages of the one that is open."""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from imapclient.exceptions import IMAPClientError  # type: ignore[import-untyped]
from imapclient.response_parser import parse_fetch_response  # type: ignore[import-untyped]

from cyrpy.mail.imap import flags
from cyrpy.mail.imap.connection import Connection, text_of
from cyrpy.mail.imap.paths import Listed, Naming
from cyrpy.mail.imap.uids import as_set, expanded

_MESSAGE_ID: Final = b"BODY[HEADER.FIELDS (MESSAGE-ID)]"
_META: Final = "(FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])"
_APPENDUID: Final = re.compile(rb"\[APPENDUID (\d+) (\d+)\]", re.IGNORECASE)
_COPYUID: Final = re.compile(rb"(\d+) ([\d:,]+) ([\d:,]+)")
_EARLIER: Final = re.compile(rb"(?:\(EARLIER\) )?([\d:,]+)", re.IGNORECASE)


class Selected(NamedTuple):
    """A folder as it was when it was opened."""

    uid_validity: int
    uid_next: int
    modseq: int  # 0: the server has no such thing
    emails: int
    accepted: frozenset[str] | None  # keywords that can be stored; None: any


class Flagged(NamedTuple):
    """A message's keywords as they are there."""

    uid: int
    keywords: frozenset[str]
    is_deleted: bool


class Meta(NamedTuple):
    """What the server says of a message."""

    uid: int
    keywords: frozenset[str]
    is_deleted: bool
    received_at: int  # unix seconds
    size: int  # octets
    message_id: bytes  # field Message-ID, folded as it is


class Client(Connection):
    """A connection over which folders and messages are read and changed."""

    _selected: str | None = None

    # Folders.

    def naming(self) -> Naming:
        """How the names of folders are built (RFC 2342)."""
        with self.translated("NAMESPACE"):
            if self.has("NAMESPACE"):
                personal = self._imap.namespace().personal
                if personal:
                    prefix, delimiter = personal[0]
                    return Naming(text_of(delimiter or ""), text_of(prefix or ""))
            found = self._imap.list_folders("", "")
            return Naming(text_of(found[0][1] or "") if found else "")

    def folders(self) -> tuple[list[Listed], frozenset[str]]:
        """All folders, and the paths of those that the user is subscribed to."""
        with self.translated("LIST"):
            listed = [
                Listed(str(path), frozenset(text_of(one).lower() for one in attributes))
                for attributes, _, path in self._imap.list_folders()
            ]
            subscribed = frozenset(str(path) for _, _, path in self._imap.list_sub_folders())
        return list({one.path: one for one in listed}.values()), subscribed

    def status(self, path: str) -> Selected:
        """How a folder stands, without opening it."""
        wanted = ["MESSAGES", "UIDNEXT", "UIDVALIDITY"]
        if self.has_condstore:
            wanted.append("HIGHESTMODSEQ")
        with self.translated(f"STATUS {path}"):
            found = self._imap.folder_status(path, wanted)
            return Selected(
                found[b"UIDVALIDITY"],
                found[b"UIDNEXT"],
                found.get(b"HIGHESTMODSEQ", 0),
                found[b"MESSAGES"],
                None,
            )

    def select(self, path: str, *, read_only: bool = False) -> Selected:
        """Open a folder, for writing, too, unless it is said otherwise."""
        self._selected = None
        with self.translated(f"SELECT {path}"):
            found = self._imap.select_folder(path, readonly=read_only)
            permanent = found.get(b"PERMANENTFLAGS")
            self._selected = None if read_only else path
            return Selected(
                found.get(b"UIDVALIDITY", 0),
                found.get(b"UIDNEXT", 0),
                found.get(b"HIGHESTMODSEQ", 0) if self.has_condstore else 0,
                found.get(b"EXISTS", 0),
                None if permanent is None else flags.storable(map(text_of, permanent)),
            )

    def ensure_selected(self, path: str) -> None:
        """Open a folder unless it is open."""
        if self._selected != path:
            self.select(path)

    def unselect(self) -> None:
        """Have no folder open; IDLE and DELETE go better then."""
        self._selected = None

    def create(self, path: str, *, is_subscribed: bool) -> None:
        """Make a folder."""
        with self.translated(f"CREATE {path}"):
            self._imap.create_folder(path)
        self.subscribe(path, is_subscribed=is_subscribed)

    def rename(self, path: str, new: str) -> None:
        """Give a folder, and all in it, another name."""
        self._leave()
        with self.translated(f"RENAME {path}"):
            self._imap.rename_folder(path, new)

    def delete(self, path: str) -> None:
        """Delete a folder with all mail in it."""
        self._leave()
        with self.translated(f"DELETE {path}"):
            self._imap.delete_folder(path)
        self.subscribe(path, is_subscribed=False)

    def _leave(self) -> None:
        """Have the inbox open, as some servers end the connection where the open one goes."""
        self.ensure_selected("INBOX")

    def subscribe(self, path: str, *, is_subscribed: bool) -> None:
        """Have a folder among the subscribed ones, or not."""
        with self.translated(f"SUBSCRIBE {path}"):
            if is_subscribed:
                self._imap.subscribe_folder(path)
            else:
                self._imap.unsubscribe_folder(path)

    # Messages of the folder that is open.

    def changed_since(self, modseq: int, uid_next: int) -> tuple[list[Flagged], list[int]]:
        """What has other flags since, or is new, and what has gone, if QRESYNC says so."""
        modifiers = f"(CHANGEDSINCE {modseq}{' VANISHED' if self.has_qresync else ''})"
        with self.translated("FETCH CHANGEDSINCE"):
            self._take("VANISHED")
            found = self._fetch("1:*", "(FLAGS)", modifiers)
            gone: list[int] = []
            for text in self._take("VANISHED"):
                match = _EARLIER.fullmatch(text.strip())
                if match is not None:
                    gone += expanded(match[1])
            found |= self._fetch(f"{uid_next}:*", "(FLAGS)")  # whatever their modseqs are
            rows = [_flagged(uid, data) for uid, data in found.items() if b"FLAGS" in data]
            return sorted(rows), gone

    def position_after(self, emails: int, uid: int) -> int:
        """The number of the first message behind that UID, from 1 on."""
        low, high = 1, emails + 1
        while uid and low < high:
            middle = (low + high) // 2
            with self.translated("FETCH UID"):
                found = self._fetch(str(middle), "(UID)", by_uid=False)
                there = int(found[middle][b"UID"])
            low, high = (low, middle) if there > uid else (middle + 1, high)
        return low

    def listing(self, emails: int, window: int, first: int = 1) -> Iterator[list[Flagged]]:
        """All messages by ascending UID from number `first` on, so many at once.

        Nothing else may be asked of the server meanwhile: while it answers only this, no message
        changes its number (RFC 3501 §7.4.1).
        """
        for start in range(first, emails + 1, window):
            last = min(start + window - 1, emails)
            with self.translated("FETCH FLAGS"):
                found = self._fetch(f"{start}:{last}", "(UID FLAGS)", by_uid=False)
                rows = [_flagged(int(data[b"UID"]), data) for data in found.values()]
            yield sorted(rows)

    def metas(self, uids: Sequence[int]) -> list[Meta]:
        """What the server says of those that are still there, in their order."""
        if not uids:
            return []
        with self.translated("FETCH"):
            found = self._fetch(as_set(uids), _META)
            return [_meta(uid, found[uid]) for uid in uids if b"RFC822.SIZE" in found.get(uid, {})]

    def octets(self, uids: Sequence[int]) -> dict[int, bytes]:
        """The messages that are still there."""
        if not uids:
            return {}
        with self.translated("FETCH BODY"):
            found = self._fetch(as_set(uids), "(BODY.PEEK[])")
            return {uid: data[b"BODY[]"] for uid, data in found.items() if data.get(b"BODY[]")}

    def store(self, uids: Sequence[int], add: frozenset[str], remove: frozenset[str]) -> None:
        """Change the flags of messages."""
        with self.translated("STORE"):
            if add:
                self._imap.add_flags(as_set(uids), flags.flags_of(add), silent=True)
            if remove:
                self._imap.remove_flags(as_set(uids), flags.flags_of(remove), silent=True)

    def copy(self, uids: Sequence[int], path: str) -> dict[int, int]:
        """Copy messages; the new UIDs by the old ones, where the server tells (RFC 4315)."""
        with self.translated(f"COPY to {path}"):
            self._take("COPYUID")
            self._imap.copy(as_set(uids), path)
            return _pairs(self._take("COPYUID"))

    def move(self, uids: Sequence[int], path: str) -> dict[int, int]:
        """Move messages (RFC 6851), or do what comes nearest; as `copy`."""
        if self.has_move:
            with self.translated(f"MOVE to {path}"):
                self._take("COPYUID")
                self._imap.move(as_set(uids), path)
                return _pairs(self._take("COPYUID"))
        new = self.copy(uids, path)
        self.expunge(uids)
        return new

    def expunge(self, uids: Sequence[int]) -> None:
        """Remove messages; others that are marked as deleted stay, if that can be done."""
        with self.translated("EXPUNGE"):
            self._imap.delete_messages(as_set(uids), silent=True)
            if self.has_uidplus:
                self._imap.uid_expunge(as_set(uids))
            elif set(self._imap.search("DELETED")) <= set(uids):
                self._imap.expunge()

    def append(
        self, path: str, octets: bytes, keywords: frozenset[str], received_at: int
    ) -> int | None:
        """Put a message into a folder; its UID, if the server tells (RFC 4315)."""
        moment = datetime.fromtimestamp(received_at, UTC)
        with self.translated(f"APPEND to {path}"):
            answer = self._imap.append(path, octets, flags.flags_of(keywords), moment)
            match = _APPENDUID.search(answer if isinstance(answer, bytes) else b"")
            return None if match is None else int(match[2])

    def _fetch(
        self, messages: str, what: str, modifiers: str | None = None, *, by_uid: bool = True
    ) -> dict[int, dict[bytes, Any]]:
        """What the server says of a set of messages, which imapclient takes one by one only."""
        inner = self._imap._imap
        words = [*(["UID"] if by_uid else []), "FETCH", messages, what]
        tag = inner._command(*words, *([modifiers] if modifiers else []))
        kind, data = inner._command_complete("FETCH", tag)
        if kind != "OK":
            raise IMAPClientError(data[0])
        _, found = inner._untagged_response(kind, data, "FETCH")
        answers: dict[int, dict[bytes, Any]] = parse_fetch_response(found, False, by_uid)
        return answers

    def _take(self, name: str) -> list[bytes]:
        """Untagged answers and response codes of that name, which are then forgotten."""
        _, found = self._imap._imap.response(name)
        return [one for one in found or () if isinstance(one, bytes)]

    # Waiting.

    def idle(self, known: tuple[int, int, int]) -> socket.socket | None:
        """Have the server tell of changes in the inbox (RFC 2177); the socket says when.

        None: it has changed since its UIDNEXT, modseq and number of messages were those.
        """
        there = self.select("INBOX", read_only=True)
        if known != (there.uid_next, there.modseq, there.emails):
            return None
        with self.translated("IDLE"):
            self._imap.idle()
            found: socket.socket = self._imap.socket()
            if not self._has_read_more(found):
                return found
        self.idle_done()
        return None

    def _has_read_more(self, connected: socket.socket) -> bool:
        """Whether the server has said something that the socket shows no more."""
        inner = self._imap._imap
        file = (
            getattr(inner, "_file", None) or inner.file
        )  # by its name since Python 3.14, or before
        seconds = connected.gettimeout()
        connected.settimeout(0)
        try:
            return bool(file.peek(1))
        except (BlockingIOError, ssl.SSLWantReadError):
            return False
        finally:
            connected.settimeout(seconds)

    def idle_done(self) -> None:
        """Go on."""
        with self.translated("IDLE"):
            self._imap.idle_done()


def _flagged(uid: int, data: dict[bytes, Any]) -> Flagged:
    words = [text_of(flag) for flag in data.get(b"FLAGS", ())]
    return Flagged(uid, flags.keywords_of(words), flags.is_deleted(words))


def _meta(uid: int, data: dict[bytes, Any]) -> Meta:
    flagged = _flagged(uid, data)
    moment = data.get(b"INTERNALDATE")
    return Meta(
        uid,
        flagged.keywords,
        flagged.is_deleted,
        int(moment.timestamp()) if isinstance(moment, datetime) else 0,
        int(data[b"RFC822.SIZE"]),
        (data.get(_MESSAGE_ID) or b"").partition(b":")[2].strip(),
    )


def _pairs(answers: list[bytes]) -> dict[int, int]:
    """New UIDs by old ones, of the code COPYUID."""
    found: dict[int, int] = {}
    for text in answers:
        match = _COPYUID.search(text)
        if match is not None:
            found |= dict(zip(expanded(match[2]), expanded(match[3]), strict=False))
    return found
