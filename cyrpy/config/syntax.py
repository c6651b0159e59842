"""Syntax: how the value of an option is read, written and described."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic_core import core_schema

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler


@dataclass(frozen=True, slots=True)
class Syntax:
    """Marks a type, as in `Annotated[int, Syntax(…)]`: text is read by `read` first.

    `read` raises ValueError with a short reason, or with none if `allowed` says enough.
    Values that are not text (defaults, settings made by a test) pass as they are.
    """

    allowed: str
    read: Callable[[str], object]
    write: Callable[[Any], str] = str

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        """Puts `read` before what checks the type itself."""
        return core_schema.no_info_before_validator_function(self._value, handler(source))

    def _value(self, value: object) -> object:
        return self.read(value) if isinstance(value, str) else value
