"""Errors in the classic dialect: types and names of arguments as a profile spells them."""

from __future__ import annotations

from cyrpy_jmap.dialects.classic.creation import CreationNames
from cyrpy_jmap.dialects.classic.exchange import Asked
from cyrpy_jmap.dialects.classic.lens import Lens
from cyrpy_jmap.dialects.classic.profiles import Profile
from cyrpy_jmap.errors import SetError
from cyrpy_jmap.invocation import Arguments, Json


def method_error(asked: Asked, error: Arguments) -> Arguments:
    """The arguments of an `error` response."""
    profile = asked.exchange.profile
    type = error["type"]
    result = dict(error)
    own = asked.call.verb.errors.get(type)
    if own is not None:
        result["type"] = own.format(area=asked.call.lens.area.capitalize())
    elif type == "unknownMethod":
        result["description"] = f"there is no method {asked.call.name[:255]!r} here"
    elif type == "accountNotSupportedByMethod":
        result["type"] = profile.unsupported_account.get(asked.call.lens.area, type)
    else:
        result["type"] = profile.method_errors.get(type, type)
    if result["type"] == "invalidArguments":
        result.setdefault("arguments", [])
    return result


def set_errors(asked: Asked, errors: Json | None, *, by_creation_id: bool) -> Json:
    """A map of SetErrors; its keys are creation ids, or else ids."""
    names = asked.exchange.names
    key_of = names.creation_id if by_creation_id else names.restore
    return {
        key_of(key): set_error(asked.exchange.profile, asked.call.lens, names, error)
        for key, error in (errors or {}).items()
    }


def set_error(profile: Profile, lens: Lens, names: CreationNames, error: Json) -> Json:
    """One SetError."""
    error = lens.error(error)
    result = dict(error)
    result["type"] = profile.set_errors.get(error["type"], error["type"])
    result["description"] = names.restore_text(error["description"])
    if error.get("properties") is not None:
        result["properties"] = [lens.classic_path(path) for path in error["properties"]]
    return result


def refused(errors: dict[str, SetError]) -> Json:
    """SetErrors of this dialect itself, which are spelled as it spells them."""
    return {key: error.json() for key, error in errors.items()}
