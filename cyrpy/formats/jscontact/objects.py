"""Checks of the objects of JSContact: properties, mandatory ones, names (RFC 9553 §1.7)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from cyrpy.formats.jscontact.checks import Check, Report, Rule, is_vendor, join, map_of, text
from cyrpy.formats.jscontact.patches import Json

_NAME = re.compile(r"[A-Za-z0-9@]+")
_VCARD_NAME = re.compile(r"[A-Za-z0-9-]+")
_GROUP = re.compile(r"[A-Za-z0-9_-]+")
RESERVED = frozenset(("extra",))  # RFC 9553 §1.7.3.1


def _param(value: Json, path: str, report: Report) -> None:
    texts = value if isinstance(value, list) else [value]
    if not all(isinstance(one, str) for one in texts) or not texts:
        report.add(path, "must be a string or an array of strings")


def _param_name(value: Json, path: str, report: Report) -> None:
    if not _VCARD_NAME.fullmatch(value):
        report.add(path, "must be the name of a vCard parameter")


def vcard_name(value: Json, path: str, report: Report) -> None:
    """A vCardName (RFC 9555 §2.15.3)."""
    if not isinstance(value, str) or not _VCARD_NAME.fullmatch(value):
        report.add(path, "must be the name of a vCard property")


def _params(value: Json, path: str, report: Report) -> None:
    map_of(_param_name, _param)(value, path, report)
    group = value.get("group") if isinstance(value, dict) else None
    if isinstance(group, str) and not _GROUP.fullmatch(group):
        report.add(join(path, "group"), "must be the name of a vCard group")


_EVERYWHERE: Mapping[str, Check] = {
    "@type": text,
    "vCardName": vcard_name,
    "vCardParams": _params,
}


class Object:
    """A type of object of JSContact.

    Attributes:
        name: Its `@type`.
        properties: What is registered for it.
        mandatory: Which of them must be there.
        needs_type: Whether `@type` must be.
        rules: Checks of several properties at once.
    """

    def __init__(
        self,
        name: str,
        properties: Mapping[str, Check],
        mandatory: Sequence[str] = (),
        rules: Sequence[Rule] = (),
        *,
        needs_type: bool = False,
    ) -> None:
        self.name = name
        self.properties = {**_EVERYWHERE, **properties}
        self.mandatory = (*mandatory, "@type") if needs_type else tuple(mandatory)
        self.rules = tuple(rules)
        self._lower = {key.lower(): key for key in self.properties}

    def __call__(self, value: Json, path: str, report: Report) -> None:
        """Report all that is wrong with an object."""
        if not isinstance(value, dict):
            report.add(path, f"must be a {self.name} object")
            return
        before = len(report.problems)
        self._required(value, path, report)
        for key, inside in value.items():
            check = self.properties.get(key)
            if check is None:
                self._unknown(key, path, report)
            else:
                check(inside, join(path, key), report)
        if len(report.problems) == before:
            for rule in self.rules:
                rule(value, path, report)

    def _required(self, value: Mapping[str, Json], path: str, report: Report) -> None:
        for key in self.mandatory:
            if key not in value:
                report.add(join(path, key), f"is mandatory in a {self.name}")
        if value.get("@type", self.name) != self.name:
            report.add(join(path, "@type"), f"must be {self.name}")

    def _unknown(self, key: str, path: str, report: Report) -> None:
        """Names that are not registered here (RFC 9553 §1.7.1, §1.7.4, §1.8.1)."""
        there = join(path, key)
        known = self._lower.get(key.lower())
        if known is not None:
            report.add(there, f"differs from {known} in case only")
        elif key in RESERVED:
            report.add(there, "is a reserved name")
        elif ":" in key:
            if not is_vendor(key):
                report.add(there, "is no vendor-specific name: domain:name")
        elif not _NAME.fullmatch(key):
            report.add(there, "is no name of a property: A-Z, a-z and 0-9")


def one_of(*names: str) -> Rule:
    """That at least one of the properties is there."""
    listed = ", ".join(names)

    def rule(value: Mapping[str, Json], path: str, report: Report) -> None:
        if not any(name in value for name in names):
            report.add(path, f"must have one of {listed}")

    return rule
