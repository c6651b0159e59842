"""How a type of JSCalendar is described and checked; `shapes` has the types."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from cyrpy.formats.jscalendar import checks as c
from cyrpy.formats.jscalendar.checks import Check, Found

MAX_RULE_LIST = 400  # members of one array

# A check of a value that has parts: it adds what is wrong itself.
Deep = Callable[[Any, str, Found], None]

_RENAMED = {
    "recurrenceRules": "recurrenceRule",
    "excludedRecurrenceRules": None,
    "replyTo": "organizerCalendarAddress",
    "timeZones": "timeZone",
    "sendTo": "calendarAddress",
    "scheduleAgent": None,
    "scheduleForceSend": None,
    "scheduleStatus": None,
    "participationComment": None,
    "invitedBy": None,
    "locationId": None,
    "language": None,
    "progressUpdated": None,
    "requestStatus": None,
    "localizations": None,
    "excluded": None,
    "extra": None,
    "cid": None,
    "relativeTo": "endTimeZone",
}


class Shape:
    """One type.

    Attributes:
        name: Its `@type`.
        flat: Checks of values without parts, by property.
        deep: Those of values with parts.
        mandatory: Properties that must be there.
        reserved: Properties of JSCalendar 1.0 and reserved ones, which must not.
    """

    __slots__ = ("deep", "flat", "mandatory", "name", "reserved", "rule", "twins")

    def __init__(
        self,
        name: str,
        flat: Mapping[str, Check],
        deep: Mapping[str, Deep] | None = None,
        mandatory: Iterable[str] = (),
        reserved: str = "extra",
    ) -> None:
        self.name = name
        self.flat = {**flat, "@type": c.one_of(name, vendor=False)}
        self.deep = dict(deep or {})
        self.mandatory = frozenset(mandatory)
        self.reserved = frozenset(reserved.split())
        self.twins = c.case_twins((*self.flat, *self.deep))
        self.rule: Callable[[Mapping[str, Any], str, Found], None] | None = None

    def check(
        self,
        value: Mapping[str, Any],
        at: str,
        found: Found,
        also: Collection[str] = (),
        *,
        whole: bool = True,
    ) -> None:
        """Check an object; `whole`: all that is mandatory must be there."""
        flat, deep = self.flat, self.deep
        for name, given in value.items():
            check = flat.get(name)
            if check is not None:
                wrong = check(given)
                if wrong is not None and name not in also:
                    found.add(at + name, wrong)
            elif (inner := deep.get(name)) is not None:
                inner(given, at + name, found)
            elif name not in also:
                self._unknown(name, at, found)
        if whole:
            self._missing(value, at, found, also)
        if self.rule is not None:
            self.rule(value, at, found)

    def __call__(self, value: Any, at: str, found: Found) -> None:  # noqa: ANN401 - JSON
        """Check a value that must be one of this type."""
        if isinstance(value, dict):
            self.check(value, at + "/", found)
        else:
            found.add(at, f"must be an object, the {self.name}")

    def _missing(
        self, value: Mapping[str, Any], at: str, found: Found, also: Collection[str]
    ) -> None:
        if not self.mandatory <= value.keys():
            for name in sorted(self.mandatory - value.keys() - set(also)):
                found.add(at + name, "is missing")

    def _unknown(self, name: str, at: str, found: Found) -> None:
        if name in self.reserved:
            instead = _RENAMED.get(name)
            hint = f"; use {instead}" if instead else ""
            where = f"in the {self.name} of JSCalendar 2.0"
            found.add(at + name, f"must not be set {where}{hint}")
        elif (twin := self.twins.get(name.lower())) is not None:
            found.add(at + name, f"differs from {twin} only in case")
        elif (wrong := c.name_problem(name)) is not None:
            found.add(at + name, wrong)


def map_of(inner: Deep, key: Check = c.identifier) -> Deep:
    """A map of ids to objects."""

    def check(value: Any, at: str, found: Found) -> None:  # noqa: ANN401 - JSON
        if not isinstance(value, dict):
            found.add(at, "must be an object")
            return
        if len(value) > c.MAX_MEMBERS:
            found.add(at, f"has {len(value)} members; at most {c.MAX_MEMBERS}")
            return
        for name, one in value.items():
            wrong = key(name)
            if wrong is not None:
                found.add(f"{at}/{name}", f"the key {wrong}")
            inner(one, f"{at}/{name}", found)

    return check


def shapes_of(inner: Deep) -> Deep:
    """An array of objects."""

    def check(value: Any, at: str, found: Found) -> None:  # noqa: ANN401 - JSON
        if not isinstance(value, list) or len(value) > c.MAX_MEMBERS:
            found.add(at, f"must be an array of at most {c.MAX_MEMBERS} members")
            return
        for index, one in enumerate(value):
            inner(one, f"{at}/{index}", found)

    return check


def set_of(key: Check) -> Deep:
    """A set of words."""

    def check(value: Any, at: str, found: Found) -> None:  # noqa: ANN401 - JSON
        c.members(value, key, found, at)

    return check


def list_of(check_one: Check, *, limit: int = MAX_RULE_LIST) -> Deep:
    """An array that is not empty."""

    def check(value: Any, at: str, found: Found) -> None:  # noqa: ANN401 - JSON
        if not isinstance(value, list) or not 0 < len(value) <= limit:
            found.add(at, f"must be an array of 1 to {limit} members")
            return
        for index, one in enumerate(value):
            wrong = check_one(one)
            if wrong is not None:
                found.add(f"{at}/{index}", wrong)

    return check
