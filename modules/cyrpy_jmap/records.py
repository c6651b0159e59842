"""Checking records that clients send, to create or to update (RFC 8620 §5.3).

Every property that is wrong is named, with what is wrong about it, in one SetError.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from pydantic import ValidationError, create_model
from pydantic_core import ErrorDetails

from cyrpy_jmap import patch as patches
from cyrpy_jmap.errors import SetError
from cyrpy_jmap.invocation import Json
from cyrpy_jmap.objects import JmapModel, JmapObject, properties_of, reason_of

SHOWN: Final = 50  # errors in one description; the properties are all listed
Wrong = dict[str, str]  # path -> what is wrong


def check_new(model: type[JmapObject], value: Json) -> Json:
    """The record with the defaults of what was omitted.

    Raises:
        SetError: `invalidProperties`.
    """
    checked, wrong = judged(model, value)
    if wrong:
        raise invalid_properties(wrong)
    return checked


def judged(model: type[JmapObject], value: Json) -> tuple[Json, Wrong]:
    """The record with the defaults of what was omitted, and what is wrong with it."""
    properties = properties_of(model)
    wrong: Wrong = dict.fromkeys(
        sorted(value.keys() & properties.server_set), "only the server sets this property"
    )
    checked = properties.defaults() | value
    return checked, wrong | invalid(model, checked)


def check_patched(model: type[JmapObject], current: Json, patch: Mapping[str, Any]) -> Json:
    """The record as patched.

    Raises:
        SetError: `invalidPatch`, or `invalidProperties`: unknown, of the wrong type, or one that
            the client may not change and whose value is not the current one.
    """
    properties = properties_of(model)
    patched = patches.apply(current, patch, properties.default)
    touched = {pointer.partition("/")[0].replace("~1", "/").replace("~0", "~") for pointer in patch}
    wrong = _unknown(model, touched)
    for name in sorted(touched):
        if patched.get(name) == current.get(name):
            continue
        if name in properties.server_set:
            wrong[name] = "only the server sets this property, and it has another value now"
        elif name in properties.immutable:
            wrong[name] = "this property cannot change after creation"
    for path, reason in invalid(model, patched).items():
        if path.partition("/")[0] in touched or not path:
            wrong.setdefault(path, reason)
    if wrong:
        raise invalid_properties(wrong)
    return patched


def _unknown(model: type[JmapObject], names: set[str]) -> Wrong:
    if model.dynamic or model.model_config.get("extra") == "allow":
        return {}
    unknown = sorted(names - properties_of(model).names)
    return dict.fromkeys(unknown, f"{model.__name__} has no such property")


def invalid(model: type[JmapModel], value: Json) -> Wrong:
    """What the model says against a record, server-set properties aside."""
    names = properties_of(model).server_set
    try:
        _input_model(model).model_validate({k: v for k, v in value.items() if k not in names})
    except ValidationError as exc:
        errors = exc.errors(include_url=False, include_input=False)
        return {_path(error, value): _reason(error, model) for error in errors}
    return {}


@cache
def _input_model(model: type[JmapModel]) -> type[JmapModel]:
    """The model without its server-set properties, which clients do not send."""
    marked = properties_of(model).server_set
    names = [n for n, info in model.model_fields.items() if (info.alias or n) in marked]
    fields: dict[str, Any] = dict.fromkeys(names, (Any, None))
    return create_model(model.__name__, __base__=model, **fields)


def _path(error: ErrorDetails, value: Any) -> str:  # noqa: ANN401 - any JSON value
    """Where in the record it is: pydantic's location without the names of union members."""
    parts: list[str] = []
    for part in error["loc"]:
        try:
            value = value[part]
        except (KeyError, IndexError, TypeError):
            if error["type"] != "missing" or part != error["loc"][-1]:
                continue
        parts.append(str(part).replace("~", "~0").replace("/", "~1"))
    return "/".join(parts)


def _reason(error: ErrorDetails, model: type[JmapModel]) -> str:
    if error["type"] == "extra_forbidden":
        owner = model.__name__ if len(error["loc"]) == 1 else "this object"
        return f"{owner} has no such property"
    if error["type"] == "missing":
        return "this property is required"
    return reason_of(error)


def invalid_properties(wrong: Wrong) -> SetError:
    """The SetError for properties that are wrong, each with what is."""
    shown = [f"{path}: {reason}" if path else reason for path, reason in wrong.items()]
    more = f"; and {len(shown) - SHOWN} more" if len(shown) > SHOWN else ""
    description = "; ".join(shown[:SHOWN]) + more
    return SetError("invalidProperties", description, [path for path in wrong if path])
