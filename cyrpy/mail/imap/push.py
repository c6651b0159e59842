"""From here to the server: what the change log says was changed, done there (see `plan`)."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from cyrpy.data import ids, imap_accounts, imap_folders, imap_links, imap_pushes, messages
from cyrpy.data.blobs import PREFIX
from cyrpy.data.imap_folders import FolderRow
from cyrpy.data.imap_links import Link
from cyrpy.data.imap_pushes import Push
from cyrpy.data.messages import MessageRow, joined
from cyrpy.data.unit import Unit
from cyrpy.mail.imap import apply, plan
from cyrpy.mail.imap.client import Client
from cyrpy.mail.imap.desk import Desk
from cyrpy.mail.imap.errors import Refused
from cyrpy.mail.imap.plan import Append, Copy, Expunge, Move, Place, Step, Store, Wanted

PAGE: Final = 500  # lines of the log that are looked at together
SOME: Final = 100  # messages that are planned together
ROUNDS: Final = 3  # of plans for one message: what is appended is copied then
_NEWLINE: Final = re.compile(rb"\r\n|\r|\n")


class State(NamedTuple):
    """What plans are made of, from one snapshot."""

    rows: Mapping[bytes, MessageRow]
    links: Mapping[bytes, list[Link]]
    folders: Mapping[int, FolderRow]

    @property
    def places(self) -> dict[int, Place]:
        """The folders that can be written to."""
        return {
            one.id: Place(one.id, one.mailbox_id, _accepted(one))
            for one in self.folders.values()
            if one.is_open and one.uid_validity
        }

    def steps(self, digest: bytes) -> list[Step]:
        """The plan for one message."""
        row = self.rows.get(digest)
        wanted = Wanted(digest)
        if row is not None:
            wanted = Wanted(digest, row.mailbox_ids, row.keyword_set)
        return plan.steps(wanted, self.links[digest], self.places)


class MessagePush:
    """Carries out plans; the server has been read just before."""

    def __init__(self, desk: Desk, client: Client) -> None:
        self._desk = desk
        self._client = client
        self.refused: list[str] = []
        self.is_unsure = False  # UIDs are to be found by reading the folders again

    def run(self) -> bool:
        """Do what is to be done; whether that was anything."""
        done = False
        for digests in self._changed():
            done = self._some(digests) or done
            if self.is_unsure:
                return True
        account_id = self._desk.account_id
        seen: set[bytes] = set()
        while not self.is_unsure:
            waiting = self._desk.read(lambda unit: imap_pushes.due(unit, account_id, SOME))
            fresh = [digest for digest in waiting if digest not in seen]
            if not fresh:
                break
            seen.update(fresh)
            done = self._some(fresh) or done
        return done

    def _changed(self) -> Iterator[list[bytes]]:
        """Messages that were changed here, and then note that they are done."""
        account_id = self._desk.account_id
        while True:
            since, until, last = self._desk.read(self._span)
            if since == until:
                return
            if since == imap_accounts.EVERYTHING:
                yield from self._everything()
            else:
                ids_ = self._desk.read(
                    lambda unit: imap_pushes.changed(unit, account_id, since, until)  # noqa: B023
                )
                for at in range(0, len(ids_), SOME):
                    some = ids_[at : at + SOME]
                    yield self._desk.write(lambda unit: _digests(unit, account_id, some))  # noqa: B023
            self._desk.write(lambda unit: imap_accounts.set_pushed(unit, account_id, until))  # noqa: B023
            if until == last:
                return

    def _span(self, unit: Unit) -> tuple[int, int, int]:
        """The next part of the log: after which modseq, up to which; and where it ends now."""
        account_id = self._desk.account_id
        row = imap_accounts.get(unit, account_id)
        now, starts_after = imap_pushes.log_of(unit, account_id)
        since = imap_accounts.EVERYTHING if row is None else row.pushed_modseq
        if since < starts_after:
            return imap_accounts.EVERYTHING, now, now  # the log says not all of it any more
        end = imap_pushes.page_end(unit, account_id, since, PAGE)
        return since, now if end is None else end, now

    def _everything(self) -> Iterator[list[bytes]]:
        """All messages, and all that is there of others."""
        account_id = self._desk.account_id
        after = -1
        while rows := self._desk.read(
            lambda unit: imap_pushes.messages_after(unit, account_id, after, SOME)  # noqa: B023
        ):
            after = rows[-1][0]
            yield [digest for _, digest in rows]
        orphans = self._desk.read(lambda unit: imap_links.orphans(unit, account_id))
        for at in range(0, len(orphans), SOME):
            yield orphans[at : at + SOME]

    def _state(self, digests: Sequence[bytes]) -> State:
        account_id = self._desk.account_id

        def find(unit: Unit) -> State:
            rows = imap_pushes.messages_of(unit, account_id, digests)
            return State(
                {row.digest: row for row in rows},
                imap_links.of_digests(unit, account_id, digests),
                {one.id: one for one in imap_folders.all_of(unit, account_id)},
            )

        return self._desk.read(find)

    def _some(self, digests: Sequence[bytes]) -> bool:
        """Plan for some messages, and do it; whether anything was to be done."""
        left = list(dict.fromkeys(digests))
        done = False
        for _ in range(ROUNDS):
            state = self._state(left)
            steps = {digest: state.steps(digest) for digest in left}
            settled = [digest for digest, some in steps.items() if not some]
            if settled:
                self._desk.write(lambda unit, some=settled: self._settle(unit, some))  # type: ignore[misc]
            left = [digest for digest in left if steps[digest]]
            if not left or self.is_unsure:
                break
            done = True
            failed = self._do(state, [step for some in steps.values() for step in some])
            left = [digest for digest in left if digest not in failed]
        return done

    def _settle(self, unit: Unit, digests: Iterable[bytes]) -> None:
        for digest in digests:
            imap_pushes.done(unit, self._desk.account_id, digest)

    def _do(self, state: State, steps: Sequence[Step]) -> set[bytes]:
        """Carry out steps, those alike together; the messages with which it did not go well."""
        failed: set[bytes] = set()
        for alike in _grouped(steps):
            group = [step for step in alike if _digest(step) not in failed]
            if not group:
                continue
            try:
                self._group(state, group)
            except Refused as exc:
                failed |= self._refuse(group, str(exc))
        return failed

    def _refuse(self, group: Sequence[Step], error: str) -> set[bytes]:
        digests = {_digest(step) for step in group}
        self.refused.append(error)

        def work(unit: Unit) -> None:
            for digest in digests:
                imap_pushes.refuse(unit, self._desk.account_id, digest, error)

        self._desk.write(work)
        return digests

    def _group(self, state: State, group: Sequence[Step]) -> None:
        first = group[0]
        if isinstance(first, Append):
            for step in group:
                assert isinstance(step, Append)  # noqa: S101 - narrows the type
                self._append(state, step)
            return
        links = [step.link for step in group if not isinstance(step, Append)]
        self._client.ensure_selected(state.folders[first.link.folder_id].path or "")
        uids = [link.uid for link in links]
        if isinstance(first, Store):
            self._client.store(uids, first.add, first.remove)
            agreed = {s.link: s.agreed for s in group if isinstance(s, Store)}
            self._desk.write(lambda unit: _agree(unit, agreed))
        elif isinstance(first, Expunge):
            self._client.expunge(uids)
            self._desk.write(lambda unit: _unlink(unit, links))
        else:
            self._transfer(state, first, links)

    def _transfer(self, state: State, step: Copy | Move, links: Sequence[Link]) -> None:
        """Copy or move, and link what the server says came of it.

        Where it does not say, the links stay until the folders were read again.
        """
        path = state.folders[step.to].path or ""
        is_move = isinstance(step, Move)
        carry = self._client.move if is_move else self._client.copy
        new = carry([link.uid for link in links], path)
        known = [link for link in links if link.uid in new]
        self.is_unsure = self.is_unsure or len(known) < len(links)

        def work(unit: Unit) -> None:
            for link in known:
                row = messages.by_digest(unit, link.account_id, link.digest)
                number = 0 if row is None else row.id
                there = link._replace(folder_id=step.to, uid=new[link.uid], message_id=number)
                current = imap_links.of_uids(unit, link.account_id, link.folder_id, [link.uid])
                words = current[link.uid].keywords if link.uid in current else link.keywords
                imap_links.put(unit, there._replace(keywords=words))
                if is_move:
                    imap_links.remove(unit, link)

        self._desk.write(work)

    def _append(self, state: State, step: Append) -> None:
        """Give the server a message; that it may have it is noted before."""
        row, folder = state.rows[step.digest], state.folders[step.to]
        octets = self._octets(row)
        if octets is None:
            return
        octets = _NEWLINE.sub(b"\r\n", octets).replace(b"\0", b"")  # RFC 3501 §4.3
        accepted = _accepted(folder)
        words = row.keyword_set if accepted is None else row.keyword_set & accepted
        wire_digest = hashlib.sha256(octets).digest()
        self._desk.write(lambda unit: _intend(unit, row, wire_digest, joined(words)))
        uid = self._client.append(folder.path or "", octets, words, row.received_at)
        if uid is None:
            self.is_unsure = True
            return
        self._client.ensure_selected(folder.path or "")
        metas = self._client.metas([uid])
        identity = apply.identity_of(metas[0]) if metas else None
        link = Link(row.account_id, folder.id, uid, row.id, row.digest, joined(words), identity)

        def work(unit: Unit) -> None:
            imap_links.put(unit, link)
            if messages.by_digest(unit, row.account_id, row.digest) is not None:
                imap_pushes.done(unit, row.account_id, row.digest)

        self._desk.write(work)

    def _octets(self, row: MessageRow) -> bytes | None:
        blob_id = PREFIX + row.digest.hex()
        return self._desk.read(lambda unit: self._desk.blobs.read(unit, [row.account_id], blob_id))


def _accepted(folder: FolderRow) -> frozenset[str] | None:
    return None if folder.keywords is None else frozenset(folder.keywords.split())


def _digest(step: Step) -> bytes:
    return step.digest if isinstance(step, Append) else step.link.digest


def _grouped(steps: Sequence[Step]) -> list[list[Step]]:
    """Steps that one command does, in the order in which they are to be done."""
    groups: dict[tuple[object, ...], list[Step]] = defaultdict(list)
    order = {Store: 0, Copy: 1, Move: 2, Append: 3, Expunge: 4}
    for step in sorted(steps, key=lambda step: order[type(step)]):
        groups[_kind(step)].append(step)
    return list(groups.values())


def _kind(step: Step) -> tuple[object, ...]:
    match step:
        case Store():
            return (Store, step.link.folder_id, step.add, step.remove)
        case Append():
            return (Append, step.digest, step.to)
        case Expunge():
            return (Expunge, step.link.folder_id)
        case _:
            return (type(step), step.link.folder_id, step.to)


def _digests(unit: Unit, account_id: int, wire_ids: Sequence[str]) -> list[bytes]:
    """The messages that have, or had, those ids.

    A message that joined another thread has another id, by which its links are found from now on.
    """
    numbers = [n for n in (ids.decode(messages.LETTER, id) for id in wire_ids) if n is not None]
    rows = unit.all(messages.OF_IDS, account_id=account_id, ids=numbers) if numbers else []
    links = imap_links.of_messages(unit, account_id, numbers)
    for link in links:
        row = messages.by_digest(unit, account_id, link.digest)
        if row is not None and row.id != link.message_id:
            imap_links.put(unit, link._replace(message_id=row.id))
    return [*(row.digest for row in rows), *(link.digest for link in links)]


def _agree(unit: Unit, agreed: Mapping[Link, frozenset[str]]) -> None:
    for link, words in agreed.items():
        imap_links.set_keywords(unit, link, joined(words))


def _unlink(unit: Unit, links: Iterable[Link]) -> None:
    for link in links:
        imap_links.remove(unit, link)


def _intend(unit: Unit, row: MessageRow, wire_digest: bytes, words: str) -> None:
    """Note that the server is about to be given a message."""
    found = imap_pushes.get(unit, row.account_id, row.digest)
    push = found or Push(row.account_id, row.digest, None, None, 0, unit.now, None)
    imap_pushes.put(unit, push._replace(wire_digest=wire_digest, keywords=words))
