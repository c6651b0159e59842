"""Values of classic events as clients send them: what is wrong is noted by its path, not raised."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from cyrpy_jmap.dialects.classic.lens import Lens, Wrong
from cyrpy_jmap.errors import SetError
from cyrpy_jmap.invocation import Json
from cyrpy_jmap.types.calendar_event.checking import check_new

_START = "2000-01-01T00:00:00"  # in place of one that is wrong


def further(lens: Lens, canonical: Json) -> Wrong:
    """What the engine would find wrong with a new event beside what was found here."""
    try:
        check_new({"calendarIds": {"-": True}, "start": _START, **canonical}, old_spellings=False)
    except SetError as exc:
        paths = [lens.classic_path(path) for path in exc.properties or ()]
        return dict.fromkeys(paths, "is not what it must be")
    return {}


def text(value: Any, path: str, wrong: Wrong) -> str | None:  # noqa: ANN401 - any JSON value
    """A string; None, and a note, for anything else."""
    if isinstance(value, str):
        return value
    wrong[path] = "must be a string"
    return None


def boolean(value: Any, path: str, wrong: Wrong) -> bool:  # noqa: ANN401
    """True or false."""
    if isinstance(value, bool):
        return value
    wrong[path] = "must be true or false"
    return False


def number(value: Any, path: str, wrong: Wrong) -> int | None:  # noqa: ANN401
    """A whole number; 1.0 is one too."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    wrong[path] = "must be a whole number"
    return None


def numbers(value: Any, path: str, wrong: Wrong) -> list[int]:  # noqa: ANN401
    """An array of whole numbers that is not empty."""
    found = items(value, path, wrong)
    made = [number(one, f"{path}/{index}", wrong) for index, one in enumerate(found)]
    return [one for one in made if one is not None]


def items(value: Any, path: str, wrong: Wrong) -> list[Any]:  # noqa: ANN401
    """An array that is not empty."""
    if isinstance(value, list) and value:
        return value
    wrong[path] = "must be an array with something in it, or null"
    return []


def members(value: Any, path: str, wrong: Wrong) -> Json:  # noqa: ANN401
    """An object that is not empty."""
    if isinstance(value, dict) and value:
        return value
    wrong[path] = "must be an object with something in it, or null"
    return {}


def fields(
    value: Any,  # noqa: ANN401
    known: Mapping[str, Callable[[Any, str, Wrong], Any]],
    path: str,
    wrong: Wrong,
) -> Json:
    """An object of these members; those that are null, or wrong, are left out."""
    if not isinstance(value, dict):
        wrong[path] = "must be an object"
        return {}
    for name in sorted(value.keys() - known.keys()):
        wrong[f"{path}/{name[:80]}"] = "there is no such property here"
    found = {
        name: read(value[name], f"{path}/{name}", wrong)
        for name, read in known.items()
        if value.get(name) is not None
    }
    return {name: one for name, one in found.items() if one is not None}
