"""Running a script: pure, and bounded in what it does and in how long it takes.

What a script leads to is a list of actions, in the order in which it named them. Where it fails,
nothing of what it said counts, and the message is kept (RFC 5228 §2.10.6).
"""

from __future__ import annotations

from contextlib import suppress

from cyrpy.formats.mime.message import Message
from cyrpy.formats.sieve.actions import Action, Discard, FileInto, Keep, Redirect, Reject, Result
from cyrpy.formats.sieve.errors import SieveError
from cyrpy.formats.sieve.run_commands import Return, Stop, run_block
from cyrpy.formats.sieve.state import Scope, State
from cyrpy.formats.sieve.steps import Script
from cyrpy.formats.sieve.view import View
from cyrpy.formats.sieve.world import World


def run(script: Script, message: Message, world: World) -> Result:
    """What is to become of a message, for one recipient."""
    view = View(message)
    state = State(view, world)
    try:
        with suppress(Stop, Return):
            run_block(Scope(state, script.required), script.steps)
        actions = _settled(state)
    except SieveError as exc:
        return Result((Keep(is_implicit=True),), error=str(exc))
    edited = view.edited() if view.is_edited else None
    return Result(actions, tuple(state.duplicates), edited)


def _settled(state: State) -> tuple[Action, ...]:
    """The actions with the implicit keep, if nothing cancelled it (RFC 5228 §2.10.2).

    Raises:
        SieveError: a message is to be refused and to be delivered.
    """
    actions = list(state.actions)
    if any(isinstance(one, Reject) for one in actions):
        return tuple(one for one in actions if isinstance(one, Reject))
    filed = (Keep, FileInto, Redirect)
    if state.keeps and not any(isinstance(one, Keep) for one in actions):
        actions.append(Keep(tuple(state.flags), is_implicit=True))
    if any(isinstance(one, filed) for one in actions):  # discard only says: not for nothing else
        actions = [one for one in actions if not isinstance(one, Discard)]
    return tuple(actions)
