"""What each test asks (RFC 5228 §5, and the RFCs of its extensions)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Final

from cyrpy.formats.mime import dates
from cyrpy.formats.sieve.actions import Duplicate
from cyrpy.formats.sieve.check import BROKEN
from cyrpy.formats.sieve.dateparts import PARTS, moved, part_of, zone_of
from cyrpy.formats.sieve.errors import SieveError, shown
from cyrpy.formats.sieve.flags import flags_in
from cyrpy.formats.sieve.language import EXTENSIONS
from cyrpy.formats.sieve.matching import COUNTED, Matcher
from cyrpy.formats.sieve.state import MAX_DUPLICATES, STEP_WORK, Scope
from cyrpy.formats.sieve.steps import Step
from cyrpy.formats.sieve.strings import variable_name
from cyrpy.formats.sieve.view import Field

DAY: Final = 86_400
KEPT: Final = 7 * DAY  # seconds that an id of `duplicate` is remembered, unless told otherwise
LONGEST: Final = 90 * DAY


def holds(scope: Scope, step: Step) -> bool:
    """Whether a test is true.

    Raises:
        SieveError: it cannot be said.
    """
    scope.state.spend(STEP_WORK, step)
    if step.name == BROKEN:
        raise SieveError(step.arguments["message"], step.place)
    return _TESTS[step.name](scope, step)


def _matcher(scope: Scope, step: Step) -> Matcher:
    return Matcher(scope, step, scope.texts(step.texts("keys"), step))


def fields_of(scope: Scope, step: Step, names: Iterable[str]) -> Iterator[Field]:
    """The header fields of those names; with `:index`, one of each (RFC 5260 §6)."""
    index: int | None = step.value("index")
    for name in names:
        found = scope.state.view.named(name.strip())
        scope.state.spend(STEP_WORK + len(found), step)
        if index is not None:
            at = len(found) - index if step.tag("last") else index - 1
            found = [found[at]] if 0 <= at < len(found) else []
        yield from found


def _header(scope: Scope, step: Step) -> bool:
    names = scope.texts(step.texts("headers"), step)
    values = map(scope.state.view.text, fields_of(scope, step, names))
    return _matcher(scope, step).matches(values)


def _exists(scope: Scope, step: Step) -> bool:
    names = scope.texts(step.texts("headers"), step)
    return all(scope.state.view.named(name.strip()) for name in names)


def _address(scope: Scope, step: Step) -> bool:
    names = scope.texts(step.texts("headers"), step)
    fields = fields_of(scope, step, names)
    found = (address for one in fields for address in scope.state.view.addresses(one))
    return _matcher(scope, step).matches(_parts(scope, step, found))


def _envelope(scope: Scope, step: Step) -> bool:
    world = scope.state.world
    known = {"from": world.sender, "to": world.recipient}
    names = (name.lower().strip() for name in scope.texts(step.texts("parts"), step))
    found = (known[name] for name in names if name in known)
    return _matcher(scope, step).matches(_parts(scope, step, found))


def _parts(scope: Scope, step: Step, addresses: Iterable[str]) -> Iterator[str]:
    """The part of each address that is asked for, of those that have it (RFC 5233 §4)."""
    part = step.tag("part", "all")
    for address in addresses:
        scope.state.spend(COUNTED, step)
        local, at, domain = address.rpartition("@")
        if not at:
            local, domain = address, ""
        user, plus, detail = local.partition("+")
        found = {
            "all": address,
            "localpart": local,
            "domain": domain if at or not address else None,
            "user": user,
            "detail": detail if plus else None,
        }[part]
        if found is not None:
            yield found


def _size(scope: Scope, step: Step) -> bool:
    size, limit = scope.state.view.size, step.arguments["limit"]
    return bool(size > limit if step.tag("over") == "over" else size < limit)


def _string(scope: Scope, step: Step) -> bool:
    values = scope.texts(step.texts("sources"), step)
    matcher = _matcher(scope, step)
    return matcher.matches([one for one in values if one] if matcher.is_count else values)


def _hasflag(scope: Scope, step: Step) -> bool:
    names = step.texts("variables")
    there = scope.state.flags
    if names:
        references = [variable_name(str(n), step.place, has_global=True) for n in names]
        values = [scope.get(one) for one in references]
        scope.state.spend(sum(map(len, values)), step)
        there = flags_in(values)
    keys = scope.texts(step.texts("keys"), step)
    if step.tag("match", "is") in {"is", "contains"}:
        keys = [word for key in keys for word in key.split()]
    return Matcher(scope, step, keys).matches(there)


def _body(scope: Scope, step: Step) -> bool:
    view = scope.state.view
    transform = step.tag("transform", "text")
    if transform == "raw":
        values: Sequence[str] = [view.raw]
    elif transform == "content":
        values = view.contents(scope.texts(step.value("transform"), step))
    else:
        values = view.texts
    return _matcher(scope, step).matches(values)


def _date(scope: Scope, step: Step) -> bool:
    name = scope.text(step.arguments["header"], step)
    found = (_moment(one) for one in fields_of(scope, step, [name]))
    return _of_dates(scope, step, [one for one in found if one is not None])


def _moment(field: Field) -> datetime | None:
    """The date of a field; of Received and its like, what follows the last semicolon."""
    return dates.read(field.octets.rpartition(b";")[2].strip())


def _currentdate(scope: Scope, step: Step) -> bool:
    return _of_dates(scope, step, [scope.state.world.now])


def _of_dates(scope: Scope, step: Step, moments: Iterable[datetime]) -> bool:
    part = scope.text(step.arguments["part"], step).lower()
    if part not in PARTS:
        raise SieveError(f"a date has no part {shown(part)}", step.place)
    if step.tag("zone") != "originalzone":
        zone = scope.state.world.zone
        if step.tag("zone") == "zone":
            given = scope.text(step.value("zone"), step)
            zone = zone_of(given)
            if zone is None:
                raise SieveError(
                    f":zone takes an offset such as +0100, not {shown(given)}", step.place
                )
        moments = [moved(one, zone) for one in moments]
    return _matcher(scope, step).matches(part_of(one, part) for one in moments)


def _mailboxexists(scope: Scope, step: Step) -> bool:
    has = scope.state.world.mailboxes.has
    return all(has(path) for path in scope.texts(step.texts("mailboxes"), step))


def _mailboxidexists(scope: Scope, step: Step) -> bool:
    has = scope.state.world.mailboxes.has_id
    return all(has(id) for id in scope.texts(step.texts("ids"), step))


def _specialuse_exists(scope: Scope, step: Step) -> bool:
    path = step.arguments.get("mailbox")
    path = None if path is None else scope.text(path, step)
    has = scope.state.world.mailboxes.has_use
    return all(has(use, path) for use in scope.texts(step.texts("uses"), step))


def _duplicate(scope: Scope, step: Step) -> bool:
    """Whether the id was seen lately; it is remembered once the script has ended (RFC 7352 §3)."""
    id = _id_of(scope, step)
    if not id:
        return False
    handle = step.value("handle")
    handle = "" if handle is None else scope.text(handle, step)
    seconds = min(KEPT if (given := step.value("seconds")) is None else given, LONGEST)
    key = sha256(f"{len(handle)} {handle} {id}".encode("utf-8", "replace")).digest()
    noted = Duplicate(key, seconds, bool(step.tag("last")))
    state = scope.state
    if noted not in state.duplicates:
        if len(state.duplicates) >= MAX_DUPLICATES:
            text = f"duplicate can be asked for at most {MAX_DUPLICATES} ids"
            raise SieveError(text, step.place)
        state.duplicates.append(noted)
    return state.world.is_known(key)


def _id_of(scope: Scope, step: Step) -> str:
    """What tells the message from others."""
    if step.tag("id") == "uniqueid":
        return scope.text(step.value("id"), step)
    given = step.value("id")
    name = "Message-ID" if given is None else scope.text(given, step)
    view = scope.state.view
    found = view.named(name.strip())
    return view.text(found[0]) if found else ""


def _environment(scope: Scope, step: Step) -> bool:
    name = scope.text(step.arguments["item"], step).lower()
    value = scope.state.world.items.get(name)
    return value is not None and _matcher(scope, step).matches([value])


def _ihave(scope: Scope, step: Step) -> bool:
    return all(name in EXTENSIONS for name in scope.texts(step.texts("capabilities"), step))


_TESTS: Final[Mapping[str, Callable[[Scope, Step], bool]]] = {
    "true": lambda scope, step: True,
    "false": lambda scope, step: False,
    "not": lambda scope, step: not holds(scope, step.tests[0]),
    "allof": lambda scope, step: all(holds(scope, one) for one in step.tests),
    "anyof": lambda scope, step: any(holds(scope, one) for one in step.tests),
    "exists": _exists,
    "header": _header,
    "address": _address,
    "envelope": _envelope,
    "size": _size,
    "string": _string,
    "hasflag": _hasflag,
    "body": _body,
    "date": _date,
    "currentdate": _currentdate,
    "mailboxexists": _mailboxexists,
    "mailboxidexists": _mailboxidexists,
    "specialuse_exists": _specialuse_exists,
    "duplicate": _duplicate,
    "environment": _environment,
    "ihave": _ihave,
}
