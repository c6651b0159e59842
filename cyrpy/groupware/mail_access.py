"""Mail as one user may see and change it: its own, and what is shared with it (RFC 8621 §2, §4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cyrpy.data import access, ids, mail_unread, mailboxes, messages
from cyrpy.data.messages import KIND, SEEN, MessageRow
from cyrpy.data.unit import ChangeKind, Unit
from cyrpy.errors import Forbidden, NotFound
from cyrpy.groupware import mail
from cyrpy.groupware.access import Actor, has
from cyrpy.groupware.mail import Arrival, Imported, Placing
from cyrpy.groupware.sharing import shows

READ = "lr"
ADD = "i"
REMOVE = "te"
SET_SEEN = "s"
SET_KEYWORDS = "w"


@dataclass(frozen=True, slots=True)
class MailAccess:
    """What one user sees of an account's mail; `letters` of the mailboxes are None for the owner.

    The $seen of a sharee is its own; all other keywords are everybody's.
    """

    account_id: int
    principal_id: int
    letters: Mapping[int, str] | None

    @classmethod
    def of(cls, unit: Unit, account_id: int, actor: Actor) -> MailAccess:
        """As it is now."""
        if account_id == actor.principal_id:
            return cls(account_id, actor.principal_id, None)
        granted = access.granted_to(unit, account_id, mailboxes.KIND, actor.principals)
        return cls(
            account_id,
            actor.principal_id,
            {number: letters for number, letters in granted.items() if shows(letters)},
        )

    def sees(self, row: MessageRow) -> bool:
        """Whether the message is in a mailbox that the user may read."""
        return self.letters is None or any(
            has(self.letters.get(number, ""), READ) for number in row.mailbox_ids
        )

    def mailbox_ids(self, row: MessageRow) -> frozenset[int]:
        """The mailboxes that the message is in, as far as the user may know of them."""
        return row.mailbox_ids if self.letters is None else row.mailbox_ids & self.letters.keys()

    def keywords(self, unit: Unit, rows: Iterable[MessageRow]) -> dict[int, frozenset[str]]:
        """Keywords by the numbers of messages, as the user has them."""
        found = {row.id: row.keyword_set for row in rows}
        if self.letters is None:
            return found
        seen = messages.seen_among(unit, self.account_id, self.principal_id, found)
        return {
            number: words | {SEEN} if number in seen else words - {SEEN}
            for number, words in found.items()
        }

    def unread(self, unit: Unit, mailbox_id: int) -> tuple[int, int]:
        """Emails and threads of a mailbox that a sharee has not read."""
        return mail_unread.counts(unit, self.account_id, mailbox_id, self.principal_id)

    def import_message(
        self, unit: Unit, arrival: Arrival, placing: Placing, *, delivered: bool = False
    ) -> Imported:
        """Put a message into mailboxes, as `mail.import_message`.

        Raises:
            Forbidden: the user may not add mail to one of them.
        """
        self._require(placing.mailboxes, ADD, "adding mail to this mailbox is not allowed")
        if self.letters is None:
            return mail.import_message(unit, self.account_id, arrival, placing, delivered=delivered)
        theirs = placing._replace(keywords=placing.keywords - {SEEN})
        found = mail.import_message(unit, self.account_id, arrival, theirs, delivered=delivered)
        if SEEN in placing.keywords:
            self._mark_seen(unit, found.row, seen=True)
        return found

    def update(
        self,
        unit: Unit,
        row: MessageRow,
        *,
        mailbox_ids: frozenset[int] | None = None,
        keywords: frozenset[str] | None = None,
    ) -> MessageRow:
        """File or mark a message, with the mailboxes and keywords that the user knows of.

        Raises:
            Forbidden: the user may not.
            NotFound: there is no such mailbox, or none that the user may see.
        """
        if mailbox_ids is not None:
            known = self.mailbox_ids(row)
            self._require(mailbox_ids - known, ADD, "adding mail to this mailbox is not allowed")
            self._require(known - mailbox_ids, REMOVE, "removing mail from it is not allowed")
            mailbox_ids = mailbox_ids | (row.mailbox_ids - known)
        if keywords is not None:
            keywords = self._judged(unit, row, keywords)
        return mail.update(unit, row, mailbox_ids=mailbox_ids, keywords=keywords)

    def _judged(self, unit: Unit, row: MessageRow, keywords: frozenset[str]) -> frozenset[str]:
        """The keywords for all, with what is the user's own set apart."""
        if self.letters is None:
            return keywords
        own = self.keywords(unit, [row])[row.id]
        if (SEEN in own) != (SEEN in keywords):
            self._require(row.mailbox_ids, SET_SEEN, "marking mail as read is not allowed here")
            self._mark_seen(unit, row, seen=SEEN in keywords)
        common = (keywords - {SEEN}) | (row.keyword_set & {SEEN})
        if common != row.keyword_set:
            self._require(row.mailbox_ids, SET_KEYWORDS, "setting keywords is not allowed here")
        return common

    def _mark_seen(self, unit: Unit, row: MessageRow, *, seen: bool) -> None:
        messages.mark_seen(unit, row, self.principal_id, seen=seen)
        self._tell(unit, KIND, row.wire_id)
        for number in sorted(self.mailbox_ids(row)):
            self._tell(unit, mailboxes.KIND, ids.encode(mailboxes.LETTER, number))

    def _tell(self, unit: Unit, type: str, id: str) -> None:
        """Log what changed for this user alone."""
        unit.record(self.account_id, type, id, ChangeKind.UPDATED, audience=self.principal_id)

    def destroy(self, unit: Unit, row: MessageRow) -> None:
        """Take a message out of all mailboxes that the user may know of, for good if of all.

        Raises:
            Forbidden: the user may not remove mail from one of them.
        """
        known = self.mailbox_ids(row)
        self._require(known, REMOVE, "removing mail from this mailbox is not allowed")
        left = row.mailbox_ids - known
        if left:
            mail.update(unit, row, mailbox_ids=left)
        else:
            mail.destroy(unit, row)

    def _require(self, numbers: Iterable[int], needed: str, text: str) -> None:
        if self.letters is None:
            return
        for number in sorted(numbers):
            letters = self.letters.get(number)
            if letters is None:
                wire_id = ids.encode(mailboxes.LETTER, number)
                raise NotFound(f"there is no mailbox {wire_id!r} in this account")
            if not has(letters, needed):
                raise Forbidden(text)
