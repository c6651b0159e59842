"""For claims about whatever input there is: it works, or fails in one way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

E = TypeVar("E", bound=Exception)


def caught(kind: type[E], work: Callable[..., Any], *args: Any) -> E | None:
    """The exception of that kind that `work(*args)` ends in; None if it ends well."""
    try:
        work(*args)
    except kind as exc:
        return exc
    return None
