"""Synchronization of homes: one state made of the states of several accounts.

A state is that of the home's own account, then `:account=state` of each that shares something:
`184:7=33:9=12-3`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from cyrpy.data import changes as log
from cyrpy.data.changes import TOLD, Viewer, changes_since
from cyrpy.dav.resource import Delta
from cyrpy.dav.sync import NOTHING_YET
from cyrpy.dav.urls import encode
from cyrpy.errors import CannotCalculateChanges

if TYPE_CHECKING:
    from cyrpy.dav.context import DavContext
    from cyrpy.dav.homes import Home

MAX_ACCOUNTS: Final = 2000  # in one token; each is looked at
_STATE: Final = re.compile(r"(\d+(?:-\d+)?)((?::\d{1,18}=\d+(?:-\d+)?)*)", re.ASCII)

States = dict[int, str]  # account -> state


class Part(NamedTuple):
    """What changed of one account: names of what is there, and of what is not any more."""

    changed: list[str]
    gone: list[str]
    state: str
    more: bool = False


def state(home: Home[Any], ctx: DavContext) -> str:
    """The state of a home."""
    return _written(home, _states(home, ctx))


def _states(home: Home[Any], ctx: DavContext) -> States:
    accounts = sorted({account for account, _ in home.sharers(ctx)})
    kind = home.container.kind
    return {id: str(log.state(ctx.unit, id, kind)) for id in (home.row.id, *accounts)}


def _written(home: Home[Any], states: States) -> str:
    others = "".join(f":{id}={value}" for id, value in states.items() if id != home.row.id)
    return states[home.row.id] + others


def _read(home: Home[Any], text: str) -> States:
    match = _STATE.fullmatch(text)
    if match is None:
        raise CannotCalculateChanges("the sync token has a state that this collection never had")
    own, others = match.groups()
    states = {home.row.id: own}
    for part in others.split(":")[1:]:
        account, _, value = part.partition("=")
        states[int(account)] = value
    if len(states) > MAX_ACCOUNTS:
        raise CannotCalculateChanges(f"a sync token names at most {MAX_ACCOUNTS} accounts")
    return states


def accounts_in(home: Home[Any], text: str) -> frozenset[int]:
    """The accounts whose states a state is made of.

    Raises:
        CannotCalculateChanges: it is none.
    """
    return frozenset(_read(home, text))


def changes(home: Home[Any], ctx: DavContext, since: str, limit: int | None) -> Delta:
    """What changed in all accounts, one after the other, at most `limit` collections.

    (What one account newly shares is reported as a whole, be it more than `limit`.)

    Raises:
        CannotCalculateChanges: the log of one does not go back so far.
    """
    before, now = _read(home, since), _states(home, ctx)
    reached = dict(now)
    changed: dict[str, None] = {}
    gone: dict[str, None] = {}
    more = False
    for account in (*now, *(id for id in before if id not in now)):
        old = before.get(account, NOTHING_YET)
        if old == now.get(account):
            continue
        left = None if limit is None else limit - len(changed) - len(gone)
        if left is not None and left <= 0:
            reached[account], more = old, True
            continue
        if account not in now and old != NOTHING_YET:
            _check_was_seen(ctx, account, home.container.kind)
        part = _part(home, ctx, account, old, left)
        changed |= dict.fromkeys(part.changed)
        gone |= dict.fromkeys(part.gone)
        if account in now or part.more:
            reached[account] = part.state
        more = more or part.more
    members = [home.member(name, ctx) for name in changed]
    return Delta(
        _written(home, reached),
        [member for member in members if member is not None],
        [f"{home.url}{encode(name)}/" for name in gone if name not in home.views(ctx)],
        more,
    )


def _check_was_seen(ctx: DavContext, account: int, kind: str) -> None:
    """Make sure that an account which shares nothing any more has told so in its log.

    Else a token that was made up would tell by its error how far another's log goes.
    """
    if ctx.unit.value(TOLD, account_id=account, type=kind, principal_id=ctx.user_id) is None:
        raise CannotCalculateChanges(
            "the change log does not go back to this sync token; synchronize from the start"
        )


def _part(home: Home[Any], ctx: DavContext, account: int, since: str, limit: int | None) -> Part:
    """What changed in one account; all that is there, where the home had nothing of it."""
    kind = home.container.kind
    names = {
        view.row.wire_id: name
        for name, view in home.views(ctx).items()
        if view.row.account_id == account
    }
    if since == NOTHING_YET:
        return Part(list(names.values()), [], str(log.state(ctx.unit, account, kind)))
    viewer = None
    if account != ctx.user_id:
        viewer = Viewer(ctx.actor.principals, names.__contains__)
    prefix = _prefix(home, ctx, account)
    try:
        found = changes_since(ctx.unit, account, kind, since, viewer=viewer, limit=limit)
    except CannotCalculateChanges as exc:  # which tells of states in another's account
        raise CannotCalculateChanges(
            "the change log does not go back to this sync token; synchronize from the start"
        ) from exc
    once = (f"{prefix}{name}" for name in found.all_names)
    return Part(
        [names[id] for id in (*found.created, *found.updated) if id in names],
        [name for name in once if name not in home.views(ctx)],
        found.new,
        found.more,
    )


def _prefix(home: Home[Any], ctx: DavContext, account: int) -> str:
    """What the names of another's collections begin with."""
    if account == home.row.id:
        return ""
    row = ctx.principal_row(account)
    if row is None:
        raise CannotCalculateChanges("someone who shared with this user is gone")
    return f"{row.name}."
