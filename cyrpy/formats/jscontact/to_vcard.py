"""JSContact to vCard (RFC 9555 §3): what has changed is written, all other lines stay as they are.

What vCard has no property for is said by JSPROP, so that reading what was written gives the Card
that was wanted.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from typing import Any

import orjson

from cyrpy.errors import FormatError
from cyrpy.formats import textvalue
from cyrpy.formats.contentline import Line, encode_param_value
from cyrpy.formats.ical.component import Component
from cyrpy.formats.jscontact import from_vcard, patches
from cyrpy.formats.jscontact.patches import Json
from cyrpy.formats.jscontact.reading import Reading, Unit
from cyrpy.formats.jscontact.units import IDS, comparable, normal, props, same_props, units
from cyrpy.formats.jscontact.writing import Writing, base_of, is_localizable
from cyrpy.formats.vcard.values import V3, V4, full_name, version
from cyrpy.formats.vcard.versions import to_version

_UNSAID = ("@type", "version", "vCardProps", "uid")


def apply(old: Component | None, card: Mapping[str, Any], version: str | None = None) -> Component:
    """The vCard of a Card.

    Args:
        old: What is stored, None for a new one. It is returned itself if the Card says nothing
            else.
        card: A valid Card, with `uri` where JMAP may have `blobId`.
        version: "3.0" or "4.0"; None for that of `old`, or 4.0.

    Raises:
        FormatError: The Card cannot be written, or `old` has more lines than are read.
    """
    wanted = normal(card)
    base = _base(old, version)
    reading = from_vcard.read(base)
    known = normal(reading.card)
    if known == wanted and old is not None:
        return base
    writing = Writing(reading, wanted, is_v4=_is_v4(base))
    result, intended = _written(reading, known, wanted, writing)
    again = _keep_keys(result, intended)
    _say_the_rest(result, again, wanted)
    return result


def _base(old: Component | None, wanted: str | None) -> Component:
    if old is None:
        return Component("VCARD", [Line.of("VERSION", wanted or V4)])
    if wanted is not None:
        return to_version(old, wanted)
    return old if version(old) in (V3, V4) else to_version(old, V4)


def _is_v4(card: Component) -> bool:
    return version(card) == V4


def _written(
    reading: Reading, known: Mapping[str, Any], wanted: Mapping[str, Any], writing: Writing
) -> tuple[Component, list[tuple[Unit, ...]]]:
    """The new card, and for each of its lines what it is meant to say."""
    before = {**units(known), **props(known)}
    after = {**units(wanted), **same_props(known, wanted)}
    changed = {unit for unit in before | after if before.get(unit) != after.get(unit)}
    _depend(changed, after, writing)
    _spread(changed, reading.owners)
    lines: list[Line] = []
    intended: list[tuple[Unit, ...]] = []
    done: set[Unit] = set()

    def write(chosen: Iterable[Unit]) -> None:
        for unit in chosen:
            if unit in after and unit not in done:
                done.add(unit)
                made = writing.lines(unit, after[unit])
                lines.extend(made)
                intended.extend([(unit,)] * len(made))

    for index, owners in enumerate(reading.owners):
        if changed.isdisjoint(owners):
            lines.append(_kept(reading, index))
            intended.append(owners)
        else:
            write(owners)
    write(unit for unit in after if unit in changed)
    result = reading.vcard.copy()
    result.properties = lines
    _complete(result, intended)
    return result, intended


def _kept(reading: Reading, index: int) -> Line:
    """A line as it was, unless it would swallow the next: a soft line break that leads nowhere."""
    line = reading.vcard.properties[index]
    is_open = line.value.endswith("=") and "QUOTED" in line.param_text.upper()
    return reading.lines[index] if is_open else line


def _depend(changed: set[Unit], after: Mapping[Unit, Json], writing: Writing) -> None:
    """What has to be written anew because something else is: groups, ALTIDs, positions."""
    for unit in [unit for unit in changed if unit[0] == "titles" and unit in after]:
        holder = ("organizations", after[unit].get("organizationId", ""))
        if holder in after and not any(line.group for line in writing.was.get(holder, ())):
            changed.add(holder)
            writing.group_of(holder[1])
    for unit in after:
        if unit[0] != "localizations":
            continue
        base = base_of(unit)
        if base in changed:
            changed.add(unit)
        if not writing.is_v4 or unit not in changed or not is_localizable(base):
            continue
        if base in after and writing.altid(base) is None:
            writing.altids[base] = base[-1] if len(base) > 1 else "1"
            changed.add(base)


def _spread(changed: set[Unit], owners: list[tuple[Unit, ...]]) -> None:
    """All that one line says is written anew with it."""
    shared: dict[Unit, list[tuple[Unit, ...]]] = {}
    for said in owners:
        if len(said) > 1:
            for unit in said:
                shared.setdefault(unit, []).append(said)
    waiting = deque(unit for unit in changed if unit in shared)
    while waiting:
        for said in shared.pop(waiting.popleft(), ()):
            for unit in said:
                changed.add(unit)
                if unit in shared:
                    waiting.append(unit)


def _complete(card: Component, intended: list[tuple[Unit, ...]]) -> None:
    """FN, and N in 3.0, which must be there whatever a Card says (RFC 9555 §3.1)."""
    is_v4 = _is_v4(card)
    names = {line.name for line in card.properties}
    if "FN" not in names:
        text = "" if is_v4 else textvalue.escape(full_name(card))
        params = {"DERIVED": "TRUE"} if text else None
        card.properties.append(Line.of("FN", text, params))
        intended.append((("name",),))
    if "N" not in names and not is_v4:
        card.properties.append(Line.of("N", ";;;;"))
        intended.append((("name",),))


def _keep_keys(card: Component, intended: list[tuple[Unit, ...]]) -> Reading:
    """Write PROP-ID where a key would not come back (RFC 9553 §1.4.1: keys are preserved).

    New lines that would not be read as what they are meant to say are left out.
    """
    again = from_vcard.read(card, jsprops=False)
    name = "PROP-ID" if _is_v4(card) else "X-PROP-ID"
    lines: list[Line] = []
    seen: set[Unit] = set()
    for line, meant, found in zip(card.properties, intended, again.owners, strict=True):
        unit = meant[0] if len(meant) == 1 else ()
        first = found[0] if found else ()
        if unit and first and line.raw is None and first[0] == "vCardProps" != unit[0]:
            continue
        is_first = bool(unit) and unit not in seen
        seen.add(unit)
        if is_first and _has_key(unit) and first and first != unit and first[0] == unit[0]:
            params = {name: (unit[-1],), **_without_keys(line)}
            lines.append(Line.of(line.name, line.value, params, line.group))
        else:
            lines.append(line)
    if lines == card.properties:
        return again
    card.properties = lines
    return from_vcard.read(card, jsprops=False)


def _has_key(unit: Unit) -> bool:
    return (len(unit) == 2 and unit[0] in IDS) or (len(unit) == 3 and unit[0] == "speakToAs")


def _without_keys(line: Line) -> dict[str, tuple[str, ...]]:
    return {k: v for k, v in line.params.items() if k not in ("PROP-ID", "X-PROP-ID")}


def _say_the_rest(card: Component, again: Reading, wanted: Mapping[str, Any]) -> None:
    """JSPROP for what the other lines do not say, null for what they say too much."""
    said = normal(again.card)
    patch = patches.diff(
        {key: value for key, value in comparable(said).items() if key not in _UNSAID},
        {key: value for key, value in comparable(wanted).items() if key not in _UNSAID},
    )
    kept = []
    for line, owners in zip(card.properties, again.owners, strict=True):
        if owners and owners[0][0] == "JSPROP":
            pointer = owners[0][1]
            if pointer not in patch or orjson.loads(line.text) != patch[pointer]:
                continue
            del patch[pointer]
        kept.append(line)
    card.properties = kept + [_jsprop(pointer, value) for pointer, value in patch.items()]


def _jsprop(pointer: str, value: Json) -> Line:
    encoded = encode_param_value(pointer).strip('"')
    try:
        text = orjson.dumps(value).decode()
    except orjson.JSONEncodeError as exc:
        raise FormatError(f"{pointer[:80]}: not a JSON value: {exc}") from exc
    return Line("JSPROP", f'JSPTR="{encoded}"', textvalue.escape(text))
