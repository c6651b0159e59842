"""ModuleSettings: a model whose fields are options, and what each field says of its option."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt
from pydantic import BaseModel, ConfigDict
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from cyrpy.config.syntax import Syntax

T = TypeVar("T")

_LIMITS = (
    (Ge, "ge", "at least"),
    (Gt, "gt", "more than"),
    (Le, "le", "at most"),
    (Lt, "lt", "less than"),
)


class ModuleSettings(BaseModel):
    """Options of one module: field `max_calls` of module `jmap` is `jmap_max_calls`.

    Each field says in `Field(description=…)` what it means; the example file is made of that.
    A value that must not be shown (a password) carries `Field(repr=False)`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, defer_build=True)


@dataclass(frozen=True, slots=True)
class OptionName:
    """Marks a field that is an option of another name, as `Annotated[str, OptionName("…")]`.

    `name` stands alone, without the module's prefix; empty keeps the usual name. `former` are
    names of old that are still read, after the present one.
    """

    name: str = ""
    former: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unset:
    """Says what holds when the option is not there, for a default that is None or computed."""

    meaning: str


@dataclass(frozen=True, slots=True)
class Setting:
    """One field of a model, seen as an option."""

    field: str
    option: str
    former: tuple[str, ...]
    info: FieldInfo

    @property
    def meaning(self) -> str:
        """What the option does."""
        return self.info.description or ""

    @property
    def is_secret(self) -> bool:
        """Whether its value must not be shown."""
        return not self.info.repr

    @property
    def default(self) -> str | None:
        """The default as one would write it in the file; None if it is absent or computed."""
        value = self.info.default
        if value is None or value is PydanticUndefined or value in ("", ()):
            return None
        syntax = _marker(self.info, Syntax)
        return syntax.write(value) if syntax else _plain(value)

    @property
    def default_meaning(self) -> str:
        """The default, or in words what holds without the option."""
        unset = _marker(self.info, Unset)
        if unset:
            return unset.meaning
        return self.default or ("required" if self.info.is_required() else "not set")

    @property
    def allowed(self) -> str:
        """Which values the option takes."""
        for part in _parts(self.info):
            if isinstance(part, Syntax) and part.allowed:
                return part.allowed + self._limits(part.write)
        return _allowed_type(self.info) + self._limits(str)

    def _limits(self, write: Callable[[Any], str]) -> str:
        limits = [
            f"{words} {write(getattr(part, name))}"
            for part in _parts(self.info)
            for kind, name, words in _LIMITS
            if isinstance(part, kind)
        ]
        return ", " + ", ".join(limits) if limits else ""


def settings_of(model: type[ModuleSettings], module_name: str) -> Iterator[Setting]:
    """The options of a model in the order of its fields; the core's `module_name` is empty."""
    for field, info in model.model_fields.items():
        named = _marker(info, OptionName) or OptionName()
        usual = f"{module_name}_{field}" if module_name else field
        yield Setting(field, named.name or usual, named.former, info)


def option_names(model: type[ModuleSettings], module_name: str) -> tuple[str, ...]:
    """Every name under which the model's options are found, former ones included."""
    return tuple(
        name
        for setting in settings_of(model, module_name)
        for name in (setting.option, *setting.former)
    )


def _parts(info: FieldInfo) -> Iterator[Any]:
    """What a field is marked with, at its top and inside `X | None`."""
    yield from info.metadata
    yield from _inner(info.annotation)


def _inner(annotation: Any) -> Iterator[Any]:  # noqa: ANN401 - a type form has no type
    if get_origin(annotation) is Annotated:
        yield from annotation.__metadata__
        yield from _inner(get_args(annotation)[0])
    elif get_origin(annotation) in (Union, UnionType):
        for member in get_args(annotation):
            yield from _inner(member)
    else:
        yield annotation


def _marker(info: FieldInfo, kind: type[T]) -> T | None:
    return next((part for part in _parts(info) if isinstance(part, kind)), None)


def _allowed_type(info: FieldInfo) -> str:
    """A description of a type without a Syntax."""
    for part in _parts(info):
        if get_origin(part) is Literal:
            return f"one of {', '.join(map(str, get_args(part)))}"
        if part is Path:
            return "a path"
        if part in (int, float):
            return "a whole number" if part is int else "a number"
        if part is bool:
            return "yes or no"
    return "text"


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return " ".join(map(str, value)) if isinstance(value, tuple) else str(value)
