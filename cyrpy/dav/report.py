"""Declarations of reports: `@report` (RFC 3253 §3.6)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Generic, TypeVar

from cyrpy.dav.answer import Answer
from cyrpy.dav.xml import Element

if TYPE_CHECKING:
    from cyrpy.dav.context import DavContext
    from cyrpy.dav.resource import Resource

R = TypeVar("R", bound="Resource")
Runner = Callable[[R, Element, "DavContext"], Answer]


class Report(Generic[R]):
    """One report on one type of resource; a slow one runs where it holds up nobody."""

    def __init__(self, name: str, on: type[R], run: Runner[R], *, slow: bool) -> None:
        self.name = name
        self.on = on
        self.run = run
        self.slow = slow


def report(name: str, on: type[R], *, slow: bool = False) -> Callable[[Runner[R]], Report[R]]:
    """Declare the report `name`, the root element of its body, on resources of the type `on`."""

    def declare(run: Runner[R]) -> Report[R]:
        return Report(name, on, run, slow=slow)

    return declare
