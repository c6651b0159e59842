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
Judge = Callable[[R, Element, "DavContext"], bool]


class Report(Generic[R]):
    """One report on one type of resource; a slow one runs where it holds up nobody.

    One that is `brief`, as far as can be said before it runs, may be run by the event loop itself.
    """

    def __init__(
        self, name: str, on: type[R], run: Runner[R], *, slow: bool, brief: Judge[R] | None = None
    ) -> None:
        self.name = name
        self.on = on
        self.run = run
        self.slow = slow
        self.brief = brief


def report(
    name: str, on: type[R], *, slow: bool = False, brief: Judge[R] | None = None
) -> Callable[[Runner[R]], Report[R]]:
    """Declare the report `name`, the root element of its body, on resources of the type `on`."""

    def declare(run: Runner[R]) -> Report[R]:
        return Report(name, on, run, slow=slow, brief=brief)

    return declare
