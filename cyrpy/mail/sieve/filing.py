"""Filing: what the plan for a recipient says is done, in the transaction of the delivery."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple, Protocol

from cyrpy.config import CoreSettings
from cyrpy.data import addresses, mail_usage, mailboxes, sieve, submissions
from cyrpy.data.blobs import Blobs
from cyrpy.data.mailboxes import MailboxRow
from cyrpy.data.unit import Unit
from cyrpy.errors import FormatError, OverQuota
from cyrpy.formats.sieve.actions import (
    Duplicate,
    FileInto,
    Keep,
    Redirect,
    Reject,
    Vacation,
)
from cyrpy.groupware import mail
from cyrpy.groupware.mail import MAX_KEYWORDS, Placing
from cyrpy.mail.envelope import is_address
from cyrpy.mail.recipients import mailbox_for, resolve
from cyrpy.mail.sieve import paths, redirecting, refusing
from cyrpy.mail.sieve.plans import Plan
from cyrpy.mail.vacation import Away, is_personal

_KEYWORDS: Final[Mapping[str, str | None]] = {
    "\\answered": "$answered",
    "\\deleted": None,  # which JMAP has not
    "\\draft": "$draft",
    "\\flagged": "$flagged",
    "\\seen": "$seen",
}
log = logging.getLogger("cyrpy.mail")


class Refusal(Exception):
    """The recipient does not take the message; the text says why, in the words of SMTP."""


class Services(Protocol):
    """What is needed of a Core."""

    @property
    def settings(self) -> CoreSettings:
        """The options."""

    @property
    def blobs(self) -> Blobs:
        """Where copies of answers go."""


class Filed(NamedTuple):
    """Where a message goes for one recipient; nowhere if it is discarded or sent on.

    Attributes:
        keywords: As JMAP has them.
        is_answered: Whether `vacation` was used: nothing else answers then.
    """

    mailboxes: list[MailboxRow]
    keywords: frozenset[str] = frozenset()
    is_answered: bool = False


class Filing:
    """The deliveries of one message to those with scripts."""

    def __init__(self, services: Services, sender: str, away: Away) -> None:
        self._settings = services.settings
        self._blobs = services.blobs
        self._sender = sender.strip("<>")
        self._away = away

    def act(self, unit: Unit, account_id: int, plan: Plan, detail: str, *, is_alone: bool) -> Filed:
        """Do all that is no filing, and say where the message goes.

        `is_alone`: the answer to the protocol is this recipient's own.

        Raises:
            Refusal: the recipient does not take it.
        """
        own = addresses.addresses_of(unit, account_id)
        self._remember(unit, account_id, plan.result.duplicates)
        keeps: list[Keep | FileInto] = []
        is_answered = False
        for action in plan.result.actions:
            if isinstance(action, Keep | FileInto):
                keeps.append(action)
            elif isinstance(action, Redirect):
                if not self._redirect(unit, account_id, plan, action, own):
                    keeps.append(Keep())
            elif isinstance(action, Reject):
                if not self._reject(unit, account_id, plan, action, own, is_alone=is_alone):
                    keeps.append(Keep())
            elif isinstance(action, Vacation):
                is_answered = True
                self._answer(unit, account_id, action)
        return self._filed(unit, account_id, keeps, detail)._replace(is_answered=is_answered)

    def _answer(self, unit: Unit, account_id: int, action: Vacation) -> None:
        try:
            sent = self._away.vacation(unit, account_id, action)
        except FormatError as exc:  # what the script says makes no message
            log.info("an answer of account %d cannot be sent: %s", account_id, exc)
            return
        if sent is not None and action.copy is not None:
            self._file_copy(unit, account_id, action.copy, sent)

    def _file_copy(self, unit: Unit, account_id: int, place: FileInto, octets: bytes) -> None:
        """File a copy of an answer (RFC 8580); none if there is no such mailbox, or no room."""
        row = _target(unit, account_id, place)
        if row is None:
            return
        arrival = mail.prepare(octets)
        try:
            mail_usage.require_room(unit, account_id, arrival.size, self._settings.mail_quota)
        except OverQuota:
            return
        self._blobs.store(unit, account_id, octets, mail.MEDIA_TYPE)
        placing = Placing(frozenset({row.id}), keywords_of(place.flags))
        mail.import_message(unit, account_id, arrival, placing)

    @staticmethod
    def _remember(unit: Unit, account_id: int, seen: Iterable[Duplicate]) -> None:
        """Remember ids; the time of one that is known runs on, unless told otherwise."""
        for one in seen:
            if one.is_last or not sieve.is_seen(unit, account_id, one.key):
                sieve.remember(unit, account_id, one.key, one.seconds)

    def _filed(
        self, unit: Unit, account_id: int, keeps: list[Keep | FileInto], detail: str
    ) -> Filed:
        found: dict[int, MailboxRow] = {}
        keywords: set[str] = set()
        for action in keeps:
            row = None
            if isinstance(action, FileInto):
                row = _target(unit, account_id, action)
                if row is None:
                    log.info("a Sieve script of account %d names no mailbox there is", account_id)
            row = row or mailbox_for(unit, account_id, detail)
            found[row.id] = row
            keywords |= keywords_of(action.flags)
        return Filed(list(found.values()), frozenset(sorted(keywords)[:MAX_KEYWORDS]))

    def _redirect(
        self, unit: Unit, account_id: int, plan: Plan, action: Redirect, own: list[str]
    ) -> bool:
        """Send it on; False if that cannot be, and it must be kept."""
        me = own[0] if own else ""
        if not me or redirecting.goes_in_circles(plan.octets, own):
            log.info("a redirection of account %d goes round in circles", account_id)
            return False
        here = resolve(unit, action.address, self._settings.defaultdomain)
        if (here is None and not self._settings.sends_mail) or not is_address(action.address):
            return False
        new = redirecting.submission(plan.octets, self._sender, action.address, me)
        return _queue(unit, account_id, new)

    def _reject(
        self,
        unit: Unit,
        account_id: int,
        plan: Plan,
        action: Reject,
        own: list[str],
        *,
        is_alone: bool,
    ) -> bool:
        """Refuse it; False if nobody can be told, and it must be kept.

        Raises:
            Refusal: the protocol is to say so.
        """
        text = refusing.said(action)
        if is_alone and text is not None:
            raise Refusal(text)
        can_tell = self._settings.sends_mail and own and is_personal(self._sender)
        if can_tell and not (is_alone and action.is_extended):
            people = self._sender, own[0]
            settings, octets = self._settings, plan.octets
            new = refusing.notification(settings, octets, people, action.reason, unit.now)
            return _queue(unit, account_id, new)
        if is_alone:
            raise Refusal(refusing.PLAIN)
        return False


def _queue(unit: Unit, account_id: int, new: submissions.NewSubmission) -> bool:
    try:
        submissions.add(unit, account_id, new)
    except OverQuota:  # too much waits to be sent
        return False
    return True


def _target(unit: Unit, account_id: int, action: FileInto) -> MailboxRow | None:
    """The mailbox that a script means (RFC 5228 §4.1, RFC 5490, RFC 8579, RFC 9042)."""
    if action.mailbox_id is not None:
        row = mailboxes.get(unit, account_id, action.mailbox_id)
        if row is not None:
            return row
    if action.special_use is not None:
        role = paths.role_of(action.special_use)
        row = None if role is None else mailboxes.by_role(unit, account_id, role)
        if row is not None:
            return row
    found = paths.Tree(mailboxes.all_of(unit, account_id)).find(action.mailbox)
    if found is None and action.creates:
        return paths.make(unit, account_id, action.mailbox)
    return found


def keywords_of(flags: Iterable[str]) -> frozenset[str]:
    """IMAP's flags as JMAP has them (RFC 8621 §4.1.1)."""
    found = (_KEYWORDS.get(one.lower(), one.lower()) for one in flags)
    return frozenset(one for one in found if one)
