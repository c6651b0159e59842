"""How much mail an account holds and may hold; it changes in the transaction of the messages."""

from __future__ import annotations

from typing import Final, NamedTuple

from sqlalchemy import bindparam, select, update

from cyrpy.data.statement import Query, insert_all
from cyrpy.data.tables import mail_usage
from cyrpy.data.unit import ChangeKind, Unit
from cyrpy.errors import OverQuota

QUOTA: Final = "Quota"  # in the change log
MAIL: Final = "mail"  # id of the quota on it
BOUNDS: Final = 1  # container whose state moves where the limit itself changes


class Usage(NamedTuple):
    """What an account holds."""

    emails: int
    octets: int
    bound: int | None  # octets it may hold; None: as the option says


_of_account = mail_usage.c.account_id == bindparam("key_account_id")
GET: Query[Usage] = Query(
    select(mail_usage.c.emails, mail_usage.c.octets, mail_usage.c.bound).where(_of_account),
    Usage._make,
)
INSERT = Query[None](insert_all(mail_usage))
ADD = Query[None](
    update(mail_usage)
    .where(_of_account)
    .values(
        emails=mail_usage.c.emails + bindparam("emails"),
        octets=mail_usage.c.octets + bindparam("octets"),
    )
)
SET_BOUND = Query[None](update(mail_usage).where(_of_account).values(bound=bindparam("bound")))


def usage(unit: Unit, account_id: int) -> Usage:
    """What the account holds."""
    return unit.first(GET, key_account_id=account_id) or Usage(0, 0, None)


def add(unit: Unit, account_id: int, emails: int, octets: int) -> None:
    """Count messages that came, or with negative numbers went."""
    if not unit.run(ADD, key_account_id=account_id, emails=emails, octets=octets):
        unit.run(INSERT, account_id=account_id, emails=emails, octets=octets, bound=None)
    unit.touch(account_id, QUOTA, MAIL)


def set_bound(unit: Unit, account_id: int, bound: int | None) -> None:
    """Give an account a limit of its own, 0 for none at all; None takes it back."""
    add(unit, account_id, 0, 0)
    unit.run(SET_BOUND, key_account_id=account_id, bound=bound)
    unit.record(account_id, QUOTA, MAIL, ChangeKind.UPDATED, container_id=BOUNDS)


def require_room(unit: Unit, account_id: int, size: int, default: int | None) -> None:
    """Make sure that a message of so many octets may come in; `default` is the option's limit.

    Raises:
        OverQuota: it may not.
    """
    held = usage(unit, account_id)
    bound = default if held.bound is None else held.bound
    if bound and held.octets + size > bound:
        raise OverQuota(
            f"the mail of this account may be {bound} octets, and it holds {held.octets}"
        )
