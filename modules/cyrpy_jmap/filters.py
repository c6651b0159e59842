"""Filters and comparators of /query (RFC 8620 §5.5): their shape, their bounds, and evaluation."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final, TypeVar

from pydantic import TypeAdapter, ValidationError

from cyrpy_jmap.errors import MethodError
from cyrpy_jmap.invocation import Json
from cyrpy_jmap.limits import COLLATIONS
from cyrpy_jmap.objects import reason_of

T = TypeVar("T")
MAX_DEPTH: Final = 16
MAX_CONDITIONS: Final = 500
MAX_COMPARATORS: Final = 16
# The last five are arguments of /query that jmapc (0.4) writes into each comparator, too.
_COMPARATOR: Final = frozenset(
    {"property", "isAscending", "collation"}
    | {"anchor", "anchorOffset", "limit", "calculateTotal", "position"}
)
OPERATORS: Final = ("AND", "OR", "NOT")


@dataclass(frozen=True, slots=True)
class Condition:
    """A FilterCondition: all of its members must hold; none always does."""

    members: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Operator:
    """A FilterOperator."""

    operator: str  # AND, OR, NOT (none of them)
    conditions: Sequence[Filter]


Filter = Condition | Operator


@dataclass(frozen=True, slots=True)
class Comparator:
    """One criterion of a sort; `extra` are the members that a type adds."""

    property: str
    is_ascending: bool = True
    collation: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)


def parse_filter(value: Any, known: Mapping[str, Any]) -> Filter | None:  # noqa: ANN401
    """The filter that a client sent; `known` are the conditions with the types of their values.

    Raises:
        MethodError: `invalidArguments` for wrong shapes and values, `unsupportedFilter` for
            conditions that the type does not have and for more than we are willing to evaluate.
    """
    if value is None:
        return None
    return _Parser(known).parse(value, "filter", 1)


class _Parser:
    def __init__(self, known: Mapping[str, Any]) -> None:
        self.known = known
        self.count = 0

    def parse(self, value: Any, path: str, depth: int) -> Filter:  # noqa: ANN401
        self.count += 1
        if depth > MAX_DEPTH:
            raise MethodError("unsupportedFilter", f"nested more than {MAX_DEPTH} deep")
        if self.count > MAX_CONDITIONS:
            raise MethodError("unsupportedFilter", f"more than {MAX_CONDITIONS} conditions")
        if not isinstance(value, dict):
            raise _wrong("filter", f"{path} must be an object")
        if "operator" in value:
            return self._operator(value, path, depth)
        return Condition({name: self._member(name, v, path) for name, v in value.items()})

    def _operator(self, value: Json, path: str, depth: int) -> Operator:
        operator, conditions = value["operator"], value.get("conditions")
        if operator not in OPERATORS:
            raise _wrong("filter", f"{path}/operator must be AND, OR or NOT")
        if not isinstance(conditions, list):
            raise _wrong("filter", f"{path}/conditions must be an array")
        if len(value) > 2:
            raise _wrong("filter", f"{path} may have only operator and conditions")
        return Operator(
            operator,
            [self.parse(v, f"{path}/conditions/{n}", depth + 1) for n, v in enumerate(conditions)],
        )

    def _member(self, name: str, value: Any, path: str) -> Any:  # noqa: ANN401
        if name not in self.known:
            supported = ", ".join(sorted(self.known)) or "none"
            raise MethodError(
                "unsupportedFilter",
                f"{path} has {name[:80]!r}; the conditions here are: {supported}",
            )
        return _checked(self.known[name], value, "filter", f"{path}/{name}")


def parse_sort(value: Any, known: Mapping[str, Mapping[str, Any]]) -> list[Comparator]:  # noqa: ANN401
    """The comparators that a client sent; `known` are the properties, with further members.

    Raises:
        MethodError: `invalidArguments` for wrong shapes, `unsupportedSort` for properties and
            collations that are not there.
    """
    if value is None:
        return []
    if not isinstance(value, list):
        raise _wrong("sort", "sort must be an array of comparators, or null")
    if len(value) > MAX_COMPARATORS:
        raise MethodError("unsupportedSort", f"more than {MAX_COMPARATORS} comparators")
    return [_comparator(item, known, f"sort/{n}") for n, item in enumerate(value)]


def _comparator(value: Any, known: Mapping[str, Mapping[str, Any]], path: str) -> Comparator:  # noqa: ANN401
    if not isinstance(value, dict) or not isinstance(value.get("property"), str):
        raise _wrong("sort", f"{path} must be an object whose property is a string")
    name = value["property"]
    ascending = value.get("isAscending", True)
    if not isinstance(ascending, bool):
        raise _wrong("sort", f"{path}/isAscending must be true or false")
    collation = value.get("collation")
    if collation is not None and not isinstance(collation, str):
        raise _wrong("sort", f"{path}/collation must be a string")
    if name not in known:
        supported = ", ".join(sorted(known)) or "none"
        raise MethodError("unsupportedSort", f"{name[:80]!r} is no sort; these are: {supported}")
    if collation is not None and collation not in COLLATIONS:
        raise MethodError(
            "unsupportedSort",
            f"collation {collation[:80]!r} is not known; these are: {', '.join(COLLATIONS)}",
        )
    return Comparator(name, ascending, collation, _extra(value, known[name], path))


def _extra(value: Json, known: Mapping[str, Any], path: str) -> Json:
    """The members of a comparator that belong to its property."""
    extra: Json = {}
    for name, item in value.items():
        if name in known:
            extra[name] = _checked(known[name], item, "sort", f"{path}/{name}")
        elif name not in _COMPARATOR:
            raise _wrong("sort", f"{path} may not have {name[:80]!r}")
    return extra


def _checked(type: Any, value: Any, argument: str, path: str) -> Any:  # noqa: ANN401
    try:
        return _adapter(type).validate_python(value, strict=True)
    except ValidationError as exc:
        reason = reason_of(exc.errors(include_url=False, include_input=False)[0])
        raise _wrong(argument, f"{path}: {reason}") from exc


@cache
def _adapter(type: Any) -> TypeAdapter[Any]:  # noqa: ANN401 - a type form
    return TypeAdapter(type)


def _wrong(argument: str, description: str) -> MethodError:
    return MethodError("invalidArguments", description, arguments=[argument])


def used(filter: Filter | None) -> Iterator[str]:
    """The names of all conditions in a filter."""
    if isinstance(filter, Condition):
        yield from filter.members
    elif filter is not None:
        for condition in filter.conditions:
            yield from used(condition)


def matches(filter: Filter | None, holds: Callable[[str, Any], bool]) -> bool:
    """Whether a record matches, where `holds` judges one member of a condition."""
    if filter is None:
        return True
    if isinstance(filter, Condition):
        return all(holds(name, value) for name, value in filter.members.items())
    results = (matches(condition, holds) for condition in filter.conditions)
    if filter.operator == "AND":
        return all(results)
    return any(results) if filter.operator == "OR" else not any(results)


def in_order(
    records: Iterable[T], sort: Sequence[Comparator], key: Callable[[T, Comparator], Any]
) -> list[T]:
    """Records by each comparator in turn; those alike stay as they came."""
    ordered = list(records)
    for comparator in reversed(sort):
        ordered.sort(key=lambda r, c=comparator: key(r, c), reverse=not comparator.is_ascending)  # type: ignore[misc]
    return ordered
