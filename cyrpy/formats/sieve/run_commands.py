"""What each command does (RFC 5228 §3-4, and the RFCs of its extensions)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from cyrpy.formats.sieve.actions import Discard, FileInto, Keep, Redirect, Reject, Vacation
from cyrpy.formats.sieve.check import BROKEN, script_of
from cyrpy.formats.sieve.errors import SieveError, shown
from cyrpy.formats.sieve.flags import flags_in, with_flags, without_flags
from cyrpy.formats.sieve.matching import Matcher
from cyrpy.formats.sieve.rules import HEADER_NAME, address_of, is_mailbox
from cyrpy.formats.sieve.run_conditions import DAY, LONGEST, fields_of, holds
from cyrpy.formats.sieve.state import MAX_DEPTH, MAX_VALUE, STEP_WORK, Scope
from cyrpy.formats.sieve.steps import Step
from cyrpy.formats.sieve.strings import Text, source_of, variable_name
from cyrpy.formats.sieve.view import Field

DAYS: Final = 7  # of `vacation`, unless told otherwise (RFC 5230 §4.1)
SHORTEST: Final = 60  # seconds between two answers to one sender
MAX_INCLUDED: Final = 10  # scripts inside each other
MAX_INCLUDES: Final = 50  # in one run
MAX_FIELD: Final = 4000  # characters of a header field that is added
MAX_ADDED: Final = 50  # header fields
_LINES: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f\u2028\u2029]+")
_KEPT: Final = frozenset({"received", "auto-submitted"})  # which no script removes (RFC 5293 §4)
_CASES: Final[Mapping[str, Callable[[str], str]]] = {
    "lower": lambda text: text.lower() if text.isascii() else _ascii_only(text, str.lower),
    "upper": lambda text: text.upper() if text.isascii() else _ascii_only(text, str.upper),
    "lowerfirst": lambda text: _ascii_only(text[:1], str.lower) + text[1:],
    "upperfirst": lambda text: _ascii_only(text[:1], str.upper) + text[1:],
}


class Stop(Exception):
    """The command `stop`: the run ends well."""


class Return(Exception):
    """The command `return`: this script ends, that which includes it goes on (RFC 6609 §3.3)."""


def _ascii_only(text: str, change: Callable[[str], str]) -> str:
    return "".join(change(one) if one.isascii() else one for one in text)


def run_block(scope: Scope, steps: Iterable[Step]) -> None:
    """Run commands one after the other.

    Raises:
        SieveError: one of them cannot be run.
        Stop: the script is to end.
        Return: the script that is included is to end.
    """
    state = scope.state
    state.depth += 1
    for step in steps:
        state.spend(STEP_WORK, step)
        if state.depth > MAX_DEPTH:
            raise SieveError(f"blocks are nested more than {MAX_DEPTH} deep", step.place)
        _COMMANDS[step.name](scope, step)
    state.depth -= 1


def _if(scope: Scope, step: Step) -> None:
    for test, block in step.branches:
        if test is None or holds(scope, test):
            run_block(scope, block)
            return


def _stop(scope: Scope, step: Step) -> None:
    raise Stop


def _return(scope: Scope, step: Step) -> None:
    raise Return


def _error(scope: Scope, step: Step) -> None:
    raise SieveError(scope.text(step.arguments["message"], step)[:1000], step.place)


def _broken(scope: Scope, step: Step) -> None:
    raise SieveError(step.arguments["message"], step.place)


def _flags(scope: Scope, step: Step) -> tuple[str, ...]:
    """The flags of a message that is filed: those that are named, else those that were set."""
    named = step.value("flags")
    if named is None:
        return tuple(scope.state.flags)
    return tuple(flags_in(scope.texts(named, step)))


def _keep(scope: Scope, step: Step) -> None:
    state = scope.state
    flags = _flags(scope, step)
    there = next((one for one in state.actions if isinstance(one, Keep)), None)
    if there is not None:  # the message is kept once, with the flags of all
        state.actions.remove(there)
        flags = tuple(with_flags(there.flags, flags))
    state.act(Keep(flags), step)
    state.keeps = False


def _discard(scope: Scope, step: Step) -> None:
    scope.state.act(Discard(), step)
    scope.state.keeps = False


def _redirect(scope: Scope, step: Step) -> None:
    given = scope.text(step.arguments["address"], step)
    address = address_of(given)
    if address is None:
        raise SieveError(f"{shown(given)} is no mail address", step.place)
    scope.state.act(Redirect(address), step)
    scope.state.keeps &= bool(step.tag("copy"))


def _fileinto(scope: Scope, step: Step) -> None:
    made = _place(scope, step, step.arguments["mailbox"], _flags(scope, step))
    actions = scope.state.actions
    for position, one in enumerate(actions):
        if isinstance(one, FileInto) and one._replace(flags=()) == made._replace(flags=()):
            actions[position] = one._replace(flags=tuple(with_flags(one.flags, made.flags)))
            break
    else:
        scope.state.act(made, step)
    scope.state.keeps &= bool(step.tag("copy"))


def _place(scope: Scope, step: Step, mailbox: Text, flags: tuple[str, ...]) -> FileInto:
    """The mailbox that a command names, with the tags that say which is meant."""
    path = scope.text(mailbox, step)
    if not is_mailbox(path):
        raise SieveError(f"{shown(path)} cannot be the name of a mailbox", step.place)
    return FileInto(
        path,
        flags,
        bool(step.tag("create")),
        _optional(scope, step, "mailboxid"),
        _optional(scope, step, "specialuse"),
    )


def _optional(scope: Scope, step: Step, group: str) -> str | None:
    value: Text | None = step.value(group)
    return None if value is None else scope.text(value, step)


def _reject(scope: Scope, step: Step) -> None:
    """Refuse, which goes with no other action but discard (RFC 5429 §2)."""
    state = scope.state
    if any(not isinstance(one, Discard) for one in state.actions):
        raise SieveError(f"{step.name} cannot be used with another action", step.place)
    reason = scope.text(step.arguments["reason"], step).strip()
    state.act(Reject(reason, is_extended=step.name == "ereject"), step)
    state.keeps = False


def _vacation(scope: Scope, step: Step) -> None:
    if any(isinstance(one, Vacation) for one in scope.state.actions):
        raise SieveError("vacation can be used once for a message", step.place)
    reason: Text = step.arguments["reason"]
    addresses = step.value("addresses") or ()
    made = Vacation(
        scope.text(reason, step),
        _interval(step),
        _handle(scope, step, reason),
        _optional(scope, step, "subject"),
        _optional(scope, step, "from"),
        tuple(address_of(one) or one for one in scope.texts(addresses, step)),
        bool(step.tag("mime")),
        _copy(scope, step),
    )
    scope.state.act(made, step)


def _copy(scope: Scope, step: Step) -> FileInto | None:
    """Where a copy of an answer goes; with flags only if they are named (RFC 8580 §3.1)."""
    mailbox: Text | None = step.value("fcc")
    if mailbox is None:
        return None
    flags = () if step.value("flags") is None else _flags(scope, step)
    return _place(scope, step, mailbox, flags)


def _interval(step: Step) -> int:
    """Seconds between two answers (RFC 5230 §4.1, RFC 6131 §2)."""
    given: int | None = step.value("days")
    if given is None:
        return DAYS * DAY
    seconds = given if step.tag("days") == "seconds" else max(1, given) * DAY
    return max(SHORTEST, min(seconds, LONGEST))


def _handle(scope: Scope, step: Step, reason: Text) -> str:
    """What tells this answer from others: as written, so that no variable makes a new one."""
    given = step.value("handle")
    if given is not None:
        return "h " + scope.text(given, step)
    parts = [reason, step.value("subject") or "", step.value("from") or ""]
    return "a " + "\n".join(map(source_of, parts)) + ("\nmime" if step.tag("mime") else "")


def _set(scope: Scope, step: Step) -> None:
    value = scope.text(step.arguments["value"], step)
    for group in ("case", "first"):
        if tag := step.tag(group):
            value = _CASES[tag](value[:MAX_VALUE])
    if step.tag("quote"):
        value = re.sub(r"([\\*?])", r"\\\1", value)
    if step.tag("length"):
        value = str(len(value))
    scope.put(_variable(scope, step, step.arguments["name"]), value, step.place)


def _variable(scope: Scope, step: Step, name: str) -> Any:  # noqa: ANN401 - a Reference
    return variable_name(name, step.place, has_global="include" in scope.required)


def _change_flags(
    change: Callable[[list[str], list[str]], list[str]],
) -> Callable[[Scope, Step], None]:
    def command(scope: Scope, step: Step) -> None:
        given = flags_in(scope.texts(step.texts("flags"), step))
        name = step.arguments.get("variable")
        if name is None:
            scope.state.flags = change(scope.state.flags, given)
            return
        variable = _variable(scope, step, name)
        value = scope.get(variable)
        scope.state.spend(len(value), step)
        there = flags_in([value])
        scope.put(variable, " ".join(change(there, given)), step.place)

    return command


def _include(scope: Scope, step: Step) -> None:
    """Run another script, whose variables are its own (RFC 6609 §3.2)."""
    state = scope.state
    key = step.tag("location") == "global", str(step.arguments["script"])
    if step.tag("once") and key in state.done:
        return
    state.includes += 1
    if key in state.included:
        raise SieveError(f"the script {shown(key[1])} includes itself", step.place)
    if len(state.included) >= MAX_INCLUDED or state.includes > MAX_INCLUDES:
        raise SieveError("scripts are included too often", step.place)
    octets = state.world.script(*key)
    if octets is None:
        if step.tag("optional"):
            return
        raise SieveError(f"there is no script {shown(key[1])}", step.place)
    state.done.add(key)
    try:
        script = script_of(octets)
    except SieveError as exc:
        raise SieveError(f"the script {shown(key[1])}: {exc}", step.place) from exc
    state.included.append(key)
    depth = state.depth
    try:
        run_block(Scope(state, script.required), script.steps)
    except Return:
        state.depth = depth
    state.included.pop()


def _global(scope: Scope, step: Step) -> None:
    for name in step.texts("names"):
        found = variable_name(str(name), step.place, has_global=True)
        scope.imported.add(found.name)


def _addheader(scope: Scope, step: Step) -> None:
    view = scope.state.view
    name = scope.text(step.arguments["name"], step)
    value = _LINES.sub(" ", scope.text(step.arguments["value"], step)).strip()[:MAX_FIELD]
    if HEADER_NAME.fullmatch(name) is None:
        raise SieveError(f"{shown(name)} cannot be the name of a header field", step.place)
    if sum(one.at is None for one in view.fields) >= MAX_ADDED:
        raise SieveError(f"at most {MAX_ADDED} header fields can be added", step.place)
    scope.state.spend(len(view.fields), step)
    view.add(name, value, is_last=bool(step.tag("last")))


def _deleteheader(scope: Scope, step: Step) -> None:
    name = scope.text(step.arguments["name"], step)
    if name.lower() in _KEPT:
        return
    scope.state.spend(4 * len(scope.state.view.fields), step)
    found = list(fields_of(scope, step, [name]))
    patterns = step.texts("patterns")
    if patterns:
        matcher = Matcher(scope, step, scope.texts(patterns, step))
        found = _matching(scope, matcher, found)
    scope.state.view.remove(found)


def _matching(scope: Scope, matcher: Matcher, found: list[Field]) -> list[Field]:
    text = scope.state.view.text
    if matcher.is_count:
        return found if matcher.matches(map(text, found)) else []
    return [one for one in found if matcher.matches([text(one)])]


_COMMANDS: Final[Mapping[str, Callable[[Scope, Step], None]]] = {
    BROKEN: _broken,
    "if": _if,
    "stop": _stop,
    "keep": _keep,
    "discard": _discard,
    "redirect": _redirect,
    "fileinto": _fileinto,
    "reject": _reject,
    "ereject": _reject,
    "vacation": _vacation,
    "set": _set,
    "setflag": _change_flags(lambda there, given: given),
    "addflag": _change_flags(with_flags),
    "removeflag": _change_flags(without_flags),
    "include": _include,
    "return": _return,
    "global": _global,
    "addheader": _addheader,
    "deleteheader": _deleteheader,
    "error": _error,
}
