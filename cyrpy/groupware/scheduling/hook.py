"""The calls that those make who store calendar objects, and who receive mail."""

from __future__ import annotations

from cyrpy.data import principals
from cyrpy.data.unit import Unit
from cyrpy.formats.ical.component import Component
from cyrpy.groupware.scheduling import imip
from cyrpy.groupware.scheduling.address import MAILTO, mail_address
from cyrpy.groupware.scheduling.deliver import deliver, send
from cyrpy.groupware.scheduling.groups import expanded
from cyrpy.groupware.scheduling.itip import plan
from cyrpy.groupware.scheduling.model import PLAIN, How, Outcome, Store
from cyrpy.groupware.scheduling.people import addresses_of, principal_of
from cyrpy.groupware.scheduling.receive import receive


def on_change(
    unit: Unit,
    account_id: int,
    before: Component | None,
    after: Component | None,
    store: Store,
    how: How = PLAIN,
) -> Outcome:
    """Judge a change of the account's calendar object, and tell those whom it concerns.

    Args:
        unit: The one in which the change is made.
        account_id: Whose calendar it is in.
        before: What is stored; None if there is nothing yet.
        after: What is to be stored; None to remove it. It is not changed.
        store: Where other users' objects are.
        how: How it was asked for.

    Raises:
        SchedulingRefused: it may not be changed so (RFC 6638 §3.2.4).
    """
    own = addresses_of(unit, account_id)
    if after is not None and how.sends:
        after = expanded(unit, after, own)
    planned = plan(before, after, own, unit.now, how)
    is_scheduled = planned.role != "none" and planned.stored is not None
    if not planned.messages:
        return Outcome(planned.stored, is_scheduled)
    stored = deliver(unit, account_id, planned, store, how)
    return Outcome(stored, is_scheduled)


def receive_imip(  # noqa: PLR0913 - a mail's part, of whom and for whom
    unit: Unit,
    account_id: int,
    octets: bytes,
    sender: str,
    store: Store,
    *,
    method: str | None = None,
    how: How = PLAIN,
) -> str:
    """Take a scheduling message that came by mail (RFC 6047); its status (RFC 5546 §3.6).

    Args:
        unit: A writing one.
        account_id: Whom the mail was delivered to.
        octets: The text/calendar part, decoded.
        sender: Mail address whose mail it is; that this is true was made sure of.
        store: Where calendar objects are.
        method: That parameter of the part's Content-Type.
        how: Whether mail leaves this server.

    Raises:
        FormatError: it is no scheduling message.
        Forbidden: it speaks for somebody else than its sender.
    """
    receiver = unit.first(principals.BY_ID, id=account_id)
    own = addresses_of(unit, account_id)
    mine = next((a for a in sorted(own) if a.startswith(MAILTO)), "")
    message = imip.read(octets, method, sender, mine)
    if receiver is None or message.sender in own:
        return "3.7"
    status, answer = receive(unit, store, receiver, message)
    if answer is not None and principal_of(unit, answer.recipient) is None and how.mails:
        to, by = mail_address(answer.recipient), mail_address(answer.sender)
        if to is not None and by is not None:
            send(unit, account_id, answer, (by, to))
    return status
