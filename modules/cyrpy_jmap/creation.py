"""Creation ids (RFC 8620 §5.3): `#cid` in a property stands for the record created as `cid`.

Where a reference may stand follows from the model: wherever its type says Id, also inside lists,
in the keys of maps, and in objects within objects.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from types import UnionType
from typing import Annotated, Any, Final, Union, get_args, get_origin

from pydantic import BaseModel

from cyrpy_jmap.errors import SetError
from cyrpy_jmap.objects import REFERENCE, JmapObject

Names = Mapping[str, str]  # creation id -> id


class _Pass:
    """One substitution: what stands for what, and which references lead nowhere."""

    def __init__(self, names: Names) -> None:
        self.names = names
        self.missing: dict[str, str] = {}  # path -> reference

    def find(self, value: Any, path: str) -> Any:  # noqa: ANN401 - any JSON value
        if not isinstance(value, str) or value[:1] != "#":
            return value
        found = self.names.get(value[1:])
        if found is None:
            self.missing[path] = value
            return value
        return found


Visit = Callable[[Any, str, _Pass], Any]


def substitute(model: type[JmapObject], value: dict[str, Any], names: Names) -> dict[str, Any]:
    """A copy of a record with the ids that its references stand for.

    Raises:
        SetError: `invalidProperties`, naming every reference to nothing.
    """
    run = _Pass(names)
    result: dict[str, Any] = _visit_model(model)(value, "", run)
    if run.missing:
        raise SetError(
            "invalidProperties",
            "; ".join(f"{p}: nothing was created as {r}" for p, r in run.missing.items()),
            run.missing,
        )
    return result


def references(model: type[JmapObject], value: dict[str, Any]) -> set[str]:
    """The creation ids that a record refers to."""
    run = _Pass({})
    _visit_model(model)(value, "", run)
    return {reference[1:] for reference in run.missing.values()}


def in_order(model: type[JmapObject], records: Mapping[str, dict[str, Any]]) -> list[str]:
    """Creation ids such that each record comes after those it refers to, else as they were sent.

    A circle of references is left in the order in which it was sent: its first member fails.
    """
    needs = {
        cid: references(model, value) & records.keys() - {cid} for cid, value in records.items()
    }
    if not any(needs.values()):
        return list(records)
    ordered: dict[str, None] = {}
    for cid in records:
        _place(cid, needs, ordered)
    return list(ordered)


def _place(first: str, needs: Mapping[str, set[str]], ordered: dict[str, None]) -> None:
    """Put `first` behind all that it needs, without recursion: chains may be long."""
    entered = {first}
    stack: list[tuple[str, Iterator[str]]] = [(first, iter(needs[first]))]
    while stack:
        cid, rest = stack[-1]
        needed = next((n for n in rest if n not in ordered and n not in entered), None)
        if needed is None:
            ordered[cid] = None
            stack.pop()
        else:
            entered.add(needed)
            stack.append((needed, iter(needs[needed])))


@cache
def _visit_model(model: type[BaseModel]) -> Visit:
    """The visitor of an object's fields; those without any Id are not looked at."""
    visits: dict[str, Visit] | None = None

    def fields() -> dict[str, Visit]:
        found = {
            info.alias or name: _visit_type(info.annotation, tuple(info.metadata))
            for name, info in model.model_fields.items()
        }
        return {name: visit for name, visit in found.items() if visit is not None}

    def visit(value: Any, path: str, run: _Pass) -> Any:  # noqa: ANN401 - any JSON value
        nonlocal visits
        if visits is None:  # late: a model may contain itself
            visits = fields()
        if not isinstance(value, dict):
            return value
        changed = dict(value)
        for name, member in value.items():
            if name in visits:
                changed[name] = visits[name](member, f"{path}{name}", run)
        return changed

    return visit


def _visit_type(annotation: Any, marks: tuple[Any, ...] = ()) -> Visit | None:  # noqa: ANN401
    """The visitor for values of a type; None if no Id can be in them."""
    if REFERENCE in marks:
        return lambda value, path, run: run.find(value, path)
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _visit_type(parts[0], parts[1:])
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return _nested(_visit_model(annotation))
    make = _CONTAINERS.get(origin)
    return make([_visit_type(part) for part in parts]) if make else None


def _nested(visit: Visit) -> Visit:
    return lambda value, path, run: visit(value, f"{path}/", run)


def _visit_union(members: list[Visit | None]) -> Visit | None:
    visits = [visit for visit in members if visit is not None]
    if not visits:
        return None

    def union(value: Any, path: str, run: _Pass) -> Any:  # noqa: ANN401 - any JSON value
        for visit in visits:
            value = visit(value, path, run)
        return value

    return union


def _visit_list(parts: list[Visit | None]) -> Visit | None:
    item = parts[0]
    if item is None:
        return None

    def items(value: Any, path: str, run: _Pass) -> Any:  # noqa: ANN401 - any JSON value
        if not isinstance(value, list):
            return value
        return [item(v, f"{path}/{n}", run) for n, v in enumerate(value)]

    return items


def _visit_dict(parts: list[Visit | None]) -> Visit | None:
    key, item = parts
    if key is None and item is None:
        return None

    def members(value: Any, path: str, run: _Pass) -> Any:  # noqa: ANN401 - any JSON value
        if not isinstance(value, dict):
            return value
        result = {}
        for k, v in value.items():
            inside = f"{path}/{k}"
            result[key(k, inside, run) if key else k] = item(v, inside, run) if item else v
        return result

    return members


_CONTAINERS: Final[Mapping[Any, Callable[[list[Visit | None]], Visit | None]]] = {
    Union: _visit_union,
    UnionType: _visit_union,
    list: _visit_list,
    dict: _visit_dict,
}
