"""Types of values (RFC 8620 §1.2-1.4), and JmapObject: what a model says of its properties."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from typing import Annotated, Any, ClassVar, Final, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints
from pydantic.alias_generators import to_camel
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

T = TypeVar("T")
MAX_INT: Final = 2**53 - 1


class _Mark:
    """Who may set a property, and when."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return self.name


SERVER_SET: Final = _Mark("server-set")
IMMUTABLE: Final = _Mark("immutable")
REFERENCE: Final = _Mark("reference")  # here "#cid" stands for the id of a record just created

ServerSet = Annotated[T, SERVER_SET]
Immutable = Annotated[T, IMMUTABLE]

_ID: Final = r"^#?[A-Za-z0-9_-]{1,255}$"
Id = Annotated[str, StringConstraints(pattern=_ID), REFERENCE]
NUL: Final = "\0"


def _text(text: str) -> str:
    if NUL in text:
        raise ValueError("must not have the character U+0000")
    return text


Text = Annotated[str, AfterValidator(_text)]  # PostgreSQL's text has no U+0000
MAX_NAME: Final = 255  # octets


def _name(text: str) -> str:
    octets = len(text.encode())
    if octets > MAX_NAME:
        raise ValueError(f"at most {MAX_NAME} octets are allowed, these are {octets}")
    return text


# Of a collection, for people (RFC 8621 §2, RFC 9610 §2).
Name = Annotated[Text, Field(min_length=1), AfterValidator(_name)]
Int = Annotated[int, Field(ge=-MAX_INT, le=MAX_INT)]
UnsignedInt = Annotated[int, Field(ge=0, le=MAX_INT)]
# RFC 3339 with upper-case letters and no fraction that is zero; UTCDate ends in Z.
_DATE: Final = (
    r"^[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
    r"T(?:[01][0-9]|2[0-3]):[0-5][0-9]:(?:[0-5][0-9]|60)(?:\.[0-9]{0,8}[1-9])?"
)
_WITH_ZONE: Final = _DATE + r"(?:Z|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])$"
_IN_UTC: Final = _DATE + "Z$"
Date = Annotated[str, StringConstraints(pattern=_WITH_ZONE)]


_EARLIEST: Final = datetime(1, 1, 1, tzinfo=UTC).timestamp()


def seconds_of(date: str) -> float:
    """Unix time of a Date or UTCDate (RFC 3339 §5.6): the year 0 is over before ours begin.

    A leap second is counted as the one before it.
    """
    told = f"{date[:17]}59{date[19:]}" if date[17:19] == "60" else date
    if told[:4] != "0000":
        return datetime.fromisoformat(told).timestamp()
    datetime.fromisoformat(f"2000{told[4:]}")  # a leap year, as the year 0 is
    return _EARLIEST


def _moment(text: str) -> str:
    try:
        seconds_of(text)
    except ValueError as exc:  # as the 30th of February
        raise ValueError("must be a date that there is") from exc
    return text


UTCDate = Annotated[str, StringConstraints(pattern=_IN_UTC), AfterValidator(_moment)]
_SHAPES: Final = {
    _ID: "must be an id: 1 to 255 of the characters A-Z, a-z, 0-9, - and _",
    _WITH_ZONE: "must be a date such as 2026-01-31T10:30:00+01:00",
    _IN_UTC: "must be a date in UTC such as 2026-01-31T10:30:00Z",
}


def reason_of(error: ErrorDetails) -> str:
    """What a client is told of a value of another type or form."""
    if error["type"] in {"too_short", "string_too_short"} and error["ctx"]["min_length"] == 1:
        return "must not be empty"
    text = _SHAPES.get(error.get("ctx", {}).get("pattern", ""), error["msg"])
    return text.removeprefix("Value error, ").removeprefix("Input ")


class JmapModel(BaseModel):
    """JSON from a client: camelCase on the wire, no other names, no conversions between types."""

    model_config = ConfigDict(
        strict=True,
        extra="forbid",
        alias_generator=to_camel,
        regex_engine="rust-regex",
        hide_input_in_errors=True,
        allow_inf_nan=False,
        defer_build=True,  # validators are made when first used: most of a start's models are not
    )


class JmapObject(JmapModel):
    """A record. Its fields are the properties; a default is what an omitted property is set to.

    `ServerSet[...]` properties cannot be set by clients, `Immutable[...]` ones only at creation.
    """

    id: ServerSet[Id]

    dynamic: ClassVar[bool] = False  # whether there are properties beside the fields


class Properties:
    """What a model says of its properties, by their names on the wire."""

    def __init__(self, model: type[JmapModel]) -> None:
        fields = {info.alias or name: info for name, info in model.model_fields.items()}
        self.names: Final = frozenset(fields)
        self.server_set: Final = _marked(fields, SERVER_SET)
        self.immutable: Final = _marked(fields, IMMUTABLE)
        self._defaults: Final = {
            name: info for name, info in fields.items() if not info.is_required()
        }

    def defaults(self) -> dict[str, Any]:
        """Values for omitted properties, fresh for each caller (RFC 8620 §5.3)."""
        return {
            name: _plain(info.get_default(call_default_factory=True))
            for name, info in self._defaults.items()
            if name not in self.server_set
        }

    def default(self, name: str) -> Any:  # noqa: ANN401 - any JSON value
        """The default of one property.

        Raises:
            KeyError: it has none; setting it to null removes it.
        """
        return _plain(self._defaults[name].get_default(call_default_factory=True))


def _marked(fields: dict[str, FieldInfo], mark: _Mark) -> frozenset[str]:
    return frozenset(name for name, info in fields.items() if mark in info.metadata)


def _plain(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """A default as JSON: models written out."""
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", by_alias=True, exclude_none=True)
    return value


@cache
def properties_of(model: type[JmapModel]) -> Properties:
    """The declaration of a model's properties, worked out once."""
    return Properties(model)
