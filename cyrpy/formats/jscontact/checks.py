"""Checks of JSON values, each of which reports all that it finds wrong (RFC 9553 §1.3, §1.4)."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import NamedTuple

from cyrpy.formats.jscontact.patches import Json, escape

MAX_PROBLEMS = 100
MAX_INT = 2**53 - 1

_ID = re.compile(r"[A-Za-z0-9_-]{1,255}")
_LANGUAGE = re.compile(r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8}){0,20}")
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S*")
_UTC = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d*[1-9])?Z")
# Letters and digits of ASCII and all beyond it, said by what they are not: the other way compiles
# for a hundred times as long.
_WORD = r"[^\x00-/:-@\[-`{-\x7f]"
_LABEL = rf"{_WORD}(?:[^\x00-,./:-@\[-`{{-\x7f]*{_WORD})?"
_VENDOR = re.compile(  # RFC 9553 §1.8.1
    rf"{_LABEL}(?:\.{_LABEL})*:[^\x00-\x08\x0a-\x1f\"/~\x7f]+"
)
_MAX_NAME = 1000  # characters of names that are looked at


class Problem(NamedTuple):
    """One property that is invalid.

    Attributes:
        path: Where it is, as `emails/e1/address`.
        description: What is wrong with it, for the person who asked.
    """

    path: str
    description: str


class Report:
    """The problems found so far."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def add(self, path: str, description: str) -> None:
        """Note a problem, up to MAX_PROBLEMS of them."""
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append(Problem(path[:500], description))


Check = Callable[[Json, str, Report], None]
Rule = Callable[[Mapping[str, Json], str, Report], None]


def join(path: str, key: str) -> str:
    """The path to a member."""
    return f"{path}/{escape(key)}" if path else escape(key)


def is_vendor(name: str) -> bool:
    """Whether a name or value is vendor-specific (RFC 9553 §1.8)."""
    return len(name) <= _MAX_NAME and ":" in name and _VENDOR.fullmatch(name) is not None


def text(value: Json, path: str, report: Report) -> None:
    """A String."""
    if not isinstance(value, str):
        report.add(path, "must be a string")


def some_text(value: Json, path: str, report: Report) -> None:
    """A String that is not empty."""
    if not isinstance(value, str) or not value:
        report.add(path, "must be a string that is not empty")


def matching(pattern: re.Pattern[str], what: str) -> Check:
    """A String of a certain form."""

    def check(value: Json, path: str, report: Report) -> None:
        if not isinstance(value, str) or not pattern.fullmatch(value):
            report.add(path, f"must be {what}")

    return check


identifier = matching(_ID, "an Id: 1 to 255 of A-Z, a-z, 0-9, - and _")
language = matching(_LANGUAGE, "a language tag (RFC 5646)")
uri = matching(_URI, "a URI")


def is_uri(value: str) -> bool:
    """Whether a value is a URI, by its form."""
    return _URI.fullmatch(value) is not None


def is_language(value: str) -> bool:
    """Whether a value has the form of a language tag (RFC 5646)."""
    return _LANGUAGE.fullmatch(value) is not None


def boolean(value: Json, path: str, report: Report) -> None:
    """A Boolean."""
    if not isinstance(value, bool):
        report.add(path, "must be true or false")


def true(value: Json, path: str, report: Report) -> None:
    """A member of a set."""
    if value is not True:
        report.add(path, "must be true")


def integer(least: int, most: int = MAX_INT) -> Check:
    """An UnsignedInt within bounds."""

    def check(value: Json, path: str, report: Report) -> None:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            upper = "" if most == MAX_INT else f" to {most}"
            report.add(path, f"must be an integer from {least}{upper}")

    return check


def utc(value: Json, path: str, report: Report) -> None:
    """A UTCDateTime (RFC 9553 §1.4.5)."""
    found = _UTC.fullmatch(value) if isinstance(value, str) else None
    if found is not None:
        try:
            datetime.fromisoformat(found[1])
        except ValueError:
            found = None
    if found is None:
        report.add(path, "must be a UTC date-time as 2010-10-10T10:10:10Z")


def enum(values: Collection[str]) -> Check:
    """One of the values, or a vendor-specific one (RFC 9553 §1.7.5)."""
    listed = ", ".join(values)

    def check(value: Json, path: str, report: Report) -> None:
        if not isinstance(value, str) or not (value in values or is_vendor(value)):
            report.add(path, f"must be one of {listed}, or a vendor-specific value")

    return check


def map_of(keys: Check, values: Check) -> Check:
    """An object whose keys and values are of certain types."""

    def check(value: Json, path: str, report: Report) -> None:
        if not isinstance(value, dict):
            report.add(path, "must be an object")
            return
        for key, inside in value.items():
            there = join(path, key)
            keys(key, there, report)
            values(inside, there, report)

    return check


def set_of(values: Collection[str]) -> Check:
    """An object whose keys are enumerated, and whose values are true."""
    return map_of(enum(values), true)


def list_of(values: Check, least: int = 0) -> Check:
    """An array of values of one type."""

    def check(value: Json, path: str, report: Report) -> None:
        if not isinstance(value, list) or len(value) < least:
            report.add(path, "must be an array" + (" that is not empty" if least else ""))
            return
        for index, inside in enumerate(value):
            values(inside, join(path, str(index)), report)

    return check
