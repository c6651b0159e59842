"""Accounts whose mail lives on an IMAP server: where that is, how it stands, who sees to it.

One process at a time sees to an account: who claims it holds it for LEASE seconds, and longer with
`hold`, which every unit that it writes begins with. So what a process does that was held up for
too long is undone, not mixed with what another did meanwhile.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from sqlalchemy import bindparam, null, or_, select, update

from cyrpy.data.statement import Query, upsert
from cyrpy.data.tables import imap_accounts
from cyrpy.data.unit import Unit

LEASE: Final = 60  # seconds that a dead process keeps others from what it claimed
CHANNEL: Final = -2  # of the notifier: accounts came, went, or are to be looked at
EVERYTHING: Final = -1  # of pushed_modseq: compare all that there is


class ImapAccount(NamedTuple):
    """One account, in the order of the table's columns."""

    account_id: int
    url: str
    secret: bytes
    smtp_url: str | None
    smtp_secret: bytes | None
    pushed_modseq: int
    is_complete: int
    checked_at: int | None
    skipped: int
    error: str | None
    holder: str | None
    held_until: int | None


_a = imap_accounts.c
_this = _a.account_id == bindparam("key_account_id")
_is_free = or_(_a.holder.is_(None), _a.held_until <= bindparam("now"))
_is_mine = _a.holder == bindparam("by")
BY_ID: Query[ImapAccount] = Query(
    select(imap_accounts).where(_a.account_id == bindparam("account_id")), ImapAccount._make
)
ALL: Query[ImapAccount] = Query(select(imap_accounts).order_by(_a.account_id), ImapAccount._make)
ANY: Query[tuple[int]] = Query(select(_a.account_id).limit(bindparam("count")))
FREE: Query[tuple[int]] = Query(
    select(_a.account_id).where(_is_free).order_by(_a.account_id).limit(bindparam("count"))
)
PUT = Query[None](
    upsert(
        imap_accounts,
        ["account_id"],
        ["url", "secret", "smtp_url", "smtp_secret", "error", "holder", "held_until"],
    )
)
CLAIM = Query[None](
    update(imap_accounts)
    .where(_this, _is_free)
    .values(holder=bindparam("by"), held_until=bindparam("until"))
)
HOLD = Query[None](
    update(imap_accounts).where(_this, _is_mine).values(held_until=bindparam("until"))
)
LEAVE = Query[None](
    update(imap_accounts).where(_this, _is_mine).values(holder=null(), held_until=null())
)
PUSHED = Query[None](update(imap_accounts).where(_this).values(pushed_modseq=bindparam("modseq")))
WENT_WELL = Query[None](
    update(imap_accounts)
    .where(_this)
    .values(
        is_complete=1,
        error=null(),
        checked_at=bindparam("now"),
        skipped=bindparam("skipped"),
    )
)
FAILED = Query[None](update(imap_accounts).where(_this).values(error=bindparam("error")))


def get(unit: Unit, account_id: int) -> ImapAccount | None:
    """Where the mail of an account lives; None if it is here."""
    return unit.first(BY_ID, account_id=account_id)


def put(unit: Unit, row: ImapAccount) -> None:
    """Have the mail of an account live elsewhere, or change how it is reached.

    Who holds it holds it no more, as it knows the old way only.
    """
    unit.run(PUT, **row._asdict())
    unit.wake(CHANNEL)


def new(account_id: int, url: str, secret: bytes) -> ImapAccount:
    """One of which nothing is here yet."""
    return ImapAccount(
        account_id=account_id,
        url=url,
        secret=secret,
        smtp_url=None,
        smtp_secret=None,
        pushed_modseq=EVERYTHING,
        is_complete=0,
        checked_at=None,
        skipped=0,
        error=None,
        holder=None,
        held_until=None,
    )


def free(unit: Unit, count: int) -> list[int]:
    """Some that nobody holds."""
    return [number for (number,) in unit.all(FREE, now=unit.now, count=count)]


def claim(unit: Unit, holder: str, account_id: int) -> bool:
    """Hold one that nobody holds; False: somebody does."""
    held = {"now": unit.now, "by": holder, "until": unit.now + LEASE}
    return bool(unit.run(CLAIM, key_account_id=account_id, **held))


def hold(unit: Unit, holder: str, account_id: int) -> bool:
    """Hold it for longer; False: it is another's meanwhile, or gone."""
    until = unit.now + LEASE
    return bool(unit.run(HOLD, key_account_id=account_id, by=holder, until=until))


def has_smtp(unit: Unit, account_id: int) -> bool:
    """Whether mail of the account is sent over a server of its own."""
    row = get(unit, account_id)
    return row is not None and row.smtp_url is not None


def leave(unit: Unit, holder: str, account_id: int) -> None:
    """Let others have it."""
    if unit.run(LEAVE, key_account_id=account_id, by=holder):
        unit.wake(CHANNEL)


def set_pushed(unit: Unit, account_id: int, modseq: int) -> None:
    """Note that the server has what was changed here up to that modseq."""
    unit.run(PUSHED, key_account_id=account_id, modseq=modseq)


def went_well(unit: Unit, account_id: int, skipped: int) -> None:
    """Note that both sides are equal, but for what was too large."""
    unit.run(WENT_WELL, key_account_id=account_id, now=unit.now, skipped=skipped)


def failed(unit: Unit, account_id: int, error: str) -> None:
    """Note what went wrong."""
    unit.run(FAILED, key_account_id=account_id, error=error)
