"""The parts of a Card as lines, in the version and the manner of the vCard they go into."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from cyrpy.errors import FormatError
from cyrpy.formats import textvalue
from cyrpy.formats.contentline import Line, Params, parse_line
from cyrpy.formats.jscontact import addresses, names, occasions, patches
from cyrpy.formats.jscontact.patches import Json
from cyrpy.formats.jscontact.reading import Reading, Unit, label_text, values_of
from cyrpy.formats.jscontact.units import IDS, root
from cyrpy.formats.jscontact.writers import LOCALIZED, spoken
from cyrpy.formats.vcard import dates, jcard
from cyrpy.formats.vcard.downgrade import line_to_v3
from cyrpy.formats.vcard.values import is_uri

_TIMES = {"updated": "REV", "created": "CREATED"}
_TEXTS = {"prodId": "PRODID", "language": "LANGUAGE"}
_KEPT_PARAMS = ("ALTID", "LANGUAGE")
_PHONETIC = re.compile(r".*/(?:phoneticSystem|phoneticScript|components/\d+/phonetic)")


class Writing:
    """Lines being made for the parts of `card` that have changed.

    Attributes:
        card: The whole Card that is wanted.
        is_v4: The version of the lines.
        was: The lines of the old vCard by the part they say.
        altids: ALTIDs to be set, by part.
    """

    def __init__(self, reading: Reading, card: Mapping[str, Any], *, is_v4: bool) -> None:
        self.card = card
        self.is_v4 = is_v4
        self.was: dict[Unit, list[Line]] = {}
        self.altids: dict[Unit, str] = {}
        for index, owners in enumerate(reading.owners):
            for unit in owners:
                self.was.setdefault(unit, []).append(reading.lines[index])
        self._groups = set(reading.groups)
        self._held: dict[str, str] = {}
        self._number = 0

    def lines(self, unit: Unit, value: Json) -> list[Line]:
        """The lines that say a part; none if vCard has nothing for it."""
        name = unit[0]
        if name == "vCardProps":
            line = jcard.to_property(value)
            return [] if line.name in ("BEGIN", "END", "VERSION") else [line]
        if name == "localizations":
            return self._localized(unit[1], tuple(patches.tokens(unit[2])), value)
        if len(unit) == 1:
            return self._down(unit, self._whole(name, value))
        if name == "speakToAs":
            return self._speak(unit, value)
        return self._entry(unit, value)

    def group_of(self, organization: str) -> str:
        """The group of the titles in an organization, and of it."""
        if organization not in self._held:
            old = self._old_group(("organizations", organization))
            self._held[organization] = old or self._new_group()
        return self._held[organization]

    def _whole(self, name: str, value: Json) -> list[Line]:
        if name == "name":
            lines = names.write(value, is_v4=self.is_v4)
            return [self._with_altid(("name",), line) for line in lines]
        if name == "keywords":
            words = [word for word, is_set in value.items() if is_set]
            return [Line.of("CATEGORIES", textvalue.escape_list(words))]
        if name == "uid":
            return [Line.of("UID", value if is_uri(value) else textvalue.escape(value))]
        if name == "kind":
            return self._kind(value)
        return self._plain(name, value)

    def _plain(self, name: str, value: str) -> list[Line]:
        if name in _TEXTS:
            return [Line.of(_TEXTS[name], textvalue.escape(value))]
        when = dates.parse(value)
        if when is None:
            return []
        return [Line.of(_TIMES[name], when.basic() if self.is_v4 else when.extended())]

    def _kind(self, value: str) -> list[Line]:
        if ":" in value:
            return []
        if value == "org" and not self.is_v4:
            return [Line.of("X-ABSHOWAS", "COMPANY")]
        return [Line.of("KIND", value)]

    def _speak(self, unit: Unit, value: Json) -> list[Line]:
        if len(unit) == 2:
            return [] if ":" in value else [Line.of("GRAMGENDER", value)]
        return self._finish(unit, value, self._spoken(("pronouns", unit[2]), value))

    def _entry(self, unit: Unit, value: Json) -> list[Line]:
        name = unit[0]
        if name == "addresses":
            lines = self._address(unit, value)
        elif name == "anniversaries":
            lines = occasions.write(value, is_v4=self.is_v4)
        else:
            lines = self._spoken(unit, value)
        return self._finish(unit, value, lines)

    def _spoken(self, unit: Unit, value: Json) -> list[Line]:
        made = spoken(unit[0], unit[1], value, self.is_v4)
        return [] if made is None else [Line.of(made.name, made.value, made.params)]

    def _address(self, unit: Unit, value: Mapping[str, Json]) -> list[Line]:
        """GEO, TZ and X-ABADR stay properties where they were."""
        before = {line.name for line in self.was.get(unit, ())}
        rest = dict(value)
        lines = []
        for name, key in (("GEO", "coordinates"), ("TZ", "timeZone")):
            if name in before and key in rest:
                text = rest.pop(key)
                lines.append(Line.of(name, text if name == "GEO" else textvalue.escape(text)))
        if "X-ABADR" in before and "countryCode" in rest and not self.is_v4:
            lines.append(Line.of("X-ABADR", rest.pop("countryCode").lower()))
        if not before or before & {"ADR", "LABEL"} or rest.keys() & {"components", "full"}:
            altid = self.altid(unit) or unit[-1]
            lines = addresses.write(rest, is_v4=self.is_v4, altid=altid) + lines
        return lines

    def _finish(self, unit: Unit, value: Json, lines: list[Line]) -> list[Line]:
        """The key, the group and the label."""
        if not lines:
            return []
        group = self._group(unit, value)
        first = lines[0]
        if self.is_v4 and (unit[0] in IDS or unit[0] == "speakToAs"):
            params = {"PROP-ID": (unit[-1],), **first.params}
            lines[0] = Line.of(first.name, first.value, params)
        lines = [self._with_altid(unit, line) for line in lines]
        if group:
            lines = [_grouped(line, group) for line in lines]
        lines = self._down(unit, lines)
        label = value.get("label") if isinstance(value, dict) else None
        if label is not None:
            lines.append(parse_line(f"{group}.X-ABLabel:{self._label(unit, label)}"))
        return lines

    def _down(self, unit: Unit, lines: list[Line]) -> list[Line]:
        """The lines in 3.0, if that is what is written; names stay what they were."""
        if self.is_v4:
            return lines
        before = {line.name for line in self.was.get(unit, ())}
        made = []
        for line in lines:
            for lower in [line] if line.name == "N" else line_to_v3(line):
                is_same = lower.name != line.name and line.name in before
                made.append(lower if not is_same or lower.name in before else _named(lower, line))
        return made

    def _group(self, unit: Unit, value: Json) -> str | None:
        if unit[0] == "organizations":
            titles = self.card.get("titles", {}).values()
            if any(title.get("organizationId") == unit[1] for title in titles):
                return self.group_of(unit[1])
        if not isinstance(value, dict):
            return None
        holder = value.get("organizationId")
        if holder and unit[0] == "titles" and holder in self.card.get("organizations", {}):
            return self.group_of(holder)
        given = value.get("vCardParams", {}).get("group")
        old = self._old_group(unit)
        if old or isinstance(given, str):
            return old or given
        return self._new_group() if "label" in value else None

    def _old_group(self, unit: Unit) -> str | None:
        return next((line.group for line in self.was.get(unit, ()) if line.group), None)

    def _new_group(self) -> str:
        while True:
            self._number += 1
            group = f"item{self._number}"
            if group not in self._groups:
                self._groups.add(group)
                return group

    def _label(self, unit: Unit, label: str) -> str:
        for line in self.was.get(unit, ()):
            if line.name == "X-ABLABEL" and label_text(line.text) == label:
                return line.value
        return textvalue.escape(label)

    def _with_altid(self, unit: Unit, line: Line) -> Line:
        """ALTID and LANGUAGE as they were, unless the Card says them."""
        kept: Params = {}
        for old in self.was.get(unit, ()):
            if old.name == line.name and "PHONETIC" not in old.params:
                kept = {name: old.params[name] for name in _KEPT_PARAMS if name in old.params}
                break
        language = kept.get("LANGUAGE")
        if language and language[0].lower() != str(self.card.get("language", "")).lower():
            del kept["LANGUAGE"]
        if unit in self.altids:
            kept["ALTID"] = (self.altids[unit],)
        if not kept or "PHONETIC" in line.params:
            return line
        return Line.of(line.name, line.value, {**kept, **line.params}, line.group)

    def altid(self, unit: Unit) -> str | None:
        """The ALTID of the lines that say a part."""
        if unit in self.altids:
            return self.altids[unit]
        for line in self.was.get(unit, ()):
            given = line.param("ALTID")
            if given:
                return given
        return None

    def _localized(self, language: str, unit: Unit, patch: Mapping[str, Json]) -> list[Line]:
        """A part in another language, as 4.0 can say it; else the rest is left to JSPROP."""
        if not self.is_v4 or not is_localizable(unit):
            return []
        try:
            value = values_of(patches.apply({**self.card}, patch), unit)
        except FormatError:
            return []
        if value is None:
            return []
        is_phonetic = all(_PHONETIC.fullmatch(path) for path in patch)
        lines = self._alternative(unit, value, patch, is_phonetic=is_phonetic)
        altid = self.altid(unit)
        made = []
        for line in lines:
            params = {k: v for k, v in line.params.items() if k not in ("PREF", "DERIVED", "TYPE")}
            if altid is not None and line.name != "GRAMGENDER":
                params["ALTID"] = (altid,)
            params["LANGUAGE"] = (language,)
            made.append(Line.of(line.name, line.value, params))
        return made

    def _alternative(
        self, unit: Unit, value: Json, patch: Mapping[str, Json], *, is_phonetic: bool
    ) -> list[Line]:
        name = unit[0]
        if name == "name":
            lines = names.write(value, is_v4=True)
            wanted = "N" if is_phonetic or f"{name}/full" not in patch else "FN"
            both = not is_phonetic and wanted == "FN" and len(patch) > 1
            lines = [line for line in lines if both or line.name == wanted or name in patch]
        elif name == "addresses":
            lines = addresses.write(value, is_v4=True)
        elif name == "speakToAs":
            return self._speak_in(unit, value)
        else:
            return self._spoken(unit, value)
        return [line for line in lines if ("PHONETIC" in line.params) == is_phonetic]

    def _speak_in(self, unit: Unit, value: Json) -> list[Line]:
        if len(unit) == 2:
            return [Line.of("GRAMGENDER", value)]
        return self._spoken(("pronouns", unit[2]), value)


def is_localizable(unit: Sequence[str]) -> bool:
    """Whether lines of 4.0 can say a part in other languages."""
    if unit[0] == "name":
        return len(unit) == 1
    if unit[0] == "speakToAs":
        return len(unit) == 3 or unit[1:] == ("grammaticalGender",)
    return len(unit) == 2 and (unit[0] in LOCALIZED or unit[0] == "addresses")


def base_of(unit: Unit) -> Unit:
    """The part that a localization is about."""
    return root(unit[2])


def _grouped(line: Line, group: str) -> Line:
    return Line(line.name, line.param_text, line.value, None, group)


def _named(line: Line, like: Line) -> Line:
    return Line(like.name, line.param_text, line.value, None, line.group)
