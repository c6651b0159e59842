"""Arguments of methods: their types, and the one answer to wrong ones (RFC 8620 §3.6.2)."""

from __future__ import annotations

from typing import Any, Final, TypeVar

from pydantic import ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from cyrpy_jmap.errors import MethodError
from cyrpy_jmap.objects import JmapModel, reason_of

SHOWN: Final = 20


class MethodArguments(JmapModel):
    """The arguments of one method; what is omitted has its default, what is unknown is refused."""

    model_config = ConfigDict(frozen=True)


A = TypeVar("A", bound=MethodArguments)


def check(model: type[A], arguments: dict[str, Any]) -> A:
    """The arguments as a value of `model`.

    Raises:
        MethodError: `invalidArguments`, whose `arguments` are all that are wrong.
    """
    try:
        return model.model_validate(arguments)
    except ValidationError as exc:
        found = exc.errors(include_url=False, include_input=False)
        wrong: dict[str, str] = {}
        for error in found:
            wrong.setdefault(str(error["loc"][0]) if error["loc"] else "", _reason(error))
        shown = "; ".join(f"{n}: {r}" if n else r for n, r in list(wrong.items())[:SHOWN])
        names = [name for name in wrong if name]
        raise MethodError("invalidArguments", shown, arguments=names) from exc


def _reason(error: ErrorDetails) -> str:
    if error["type"] == "extra_forbidden":
        return "there is no such argument"
    if error["type"] == "missing":
        return "this argument is required"
    place = "/".join(str(part) for part in error["loc"][1:])
    reason = reason_of(error)
    return f"{reason} (at {place})" if place else reason
