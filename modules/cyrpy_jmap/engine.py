"""The engine: runs invocations in order, each on its own, and knows RFC 8620's names only (§3)."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from cyrpy.data.connections import storage_error
from cyrpy.data.threads import Lane
from cyrpy.errors import CyrpyError
from cyrpy_jmap.call import Call, Done, Method, Reader, Services
from cyrpy_jmap.datatype import DataType
from cyrpy_jmap.errors import MethodError, method_error
from cyrpy_jmap.invocation import Invocation, Request, Response, error_response
from cyrpy_jmap.references import Budget, referenced_calls, resolve
from cyrpy_jmap.viewer import Viewer

MAX_IMPLIED: Final = 8  # calls that imply calls that imply …
log = logging.getLogger("cyrpy.jmap")


class Entry(NamedTuple):
    """One method, and the capability that it belongs to."""

    method: Method
    urn: str


def _is_used(entry: Entry, using: Collection[str]) -> bool:
    return entry.urn in using or entry.method.also in using


class Engine:
    """The methods of all types that are offered."""

    def __init__(self, services: Services, types: Iterable[DataType[Any]]) -> None:
        self.services = services
        self._on_loop = services.core.database.peeks_on_loop
        self.types: Final = tuple(types)
        self.methods: Final[Mapping[str, Entry]] = {
            name: Entry(method, type.capability.urn)
            for type in self.types
            for name, method in type.methods().items()
        }

    def lane(self, request: Request) -> Lane | None:
        """On which kind of thread to run a request; None: at once, on the event loop."""
        lane: Lane | None = None
        for invocation in request.invocations:
            entry = self.methods.get(invocation.name)
            if entry is None or not entry.method.unit or (entry.method.brief and self._on_loop):
                continue
            if entry.method.writes:
                return Lane.WORK
            if entry.method.slow:
                lane = Lane.SLOW
            elif lane is None:
                lane = Lane.QUICK
        return lane

    def run(self, request: Request, viewer: Viewer) -> list[Response]:
        """The responses, in order; `created_ids` of the request grows with what is created."""
        return _Run(self, request, viewer).responses()


class _Run:
    """One request under way."""

    def __init__(self, engine: Engine, request: Request, viewer: Viewer) -> None:
        self._engine = engine
        self._request = request
        self._viewer = viewer
        self._reader = Reader(engine.services.core.database)
        self._budget = Budget(engine.services.limits.max_size_request)
        self._created = request.created_ids if request.created_ids is not None else {}
        self._responses: list[Response] = []
        self._referenced: set[str] = set()

    def responses(self) -> list[Response]:
        for invocation in self._request.invocations[1:]:  # the first can refer to nothing
            self._referenced |= referenced_calls(invocation.arguments)
        try:
            for invocation in self._request.invocations:
                self._answer(invocation, 0, implied=False)
        finally:
            self._reader.close()
        return self._responses

    def _answer(self, invocation: Invocation, depth: int, *, implied: bool) -> None:
        """Run one call, then those that it implies, all under its call id."""
        then: Sequence[Invocation] = ()
        try:
            done = self._perform(invocation, implied=implied)
        except MethodError as exc:
            response = error_response(invocation, exc)
        except Exception as exc:  # noqa: BLE001 - the last net
            self._reader.close()
            response = error_response(invocation, _failure(invocation, exc))
        else:
            response = Response(invocation.name, done.arguments, invocation.call_id, invocation)
            then = done.then
        self._responses.append(response)
        if depth == MAX_IMPLIED:
            return
        for call in then:
            call.call_id, call.origin = invocation.call_id, invocation.origin
            self._answer(call, depth + 1, implied=True)
        for call in self._request.dialect.follow_ups(response):
            self._answer(call, depth + 1, implied=False)

    def _perform(self, invocation: Invocation, *, implied: bool) -> Done:
        """Check, resolve and run one call."""
        if invocation.failure is not None:
            raise invocation.failure
        entry = self._entry(invocation.name, implied=implied)
        arguments = invocation.arguments
        for name in arguments:
            if name[:1] == "#":
                arguments = resolve(arguments, self._responses, self._budget)
                break
        done = entry.method.run(self._call(invocation), arguments)
        if not isinstance(done, Done):
            return Done(done)
        self._created.update(done.made)
        return done

    def _entry(self, name: str, *, implied: bool) -> Entry:
        entry = self._engine.methods.get(name)
        using = self._request.using
        if entry is None:
            raise MethodError("unknownMethod", f"there is no method {name[:255]!r}")
        if using is not None and not implied and not _is_used(entry, using):
            raise MethodError(
                "unknownMethod", f"{name} is of {entry.urn}, which must be named in `using`"
            )
        return entry

    def _call(self, invocation: Invocation) -> Call:
        return Call(
            services=self._engine.services,
            viewer=self._viewer,
            account=self._viewer.own,
            created_ids=self._created,
            reader=self._reader,
            wants_values=self._request.dialect.wants_values
            or invocation.call_id in self._referenced,
            using=self._request.using,
        )


def _failure(invocation: Invocation, exc: Exception) -> MethodError:
    """The error of a call that failed otherwise than by a MethodError."""
    cause = storage_error(exc)
    if isinstance(cause, CyrpyError):
        return method_error(cause)
    number = secrets.token_hex(4)
    log.error("%s failed (%s)", invocation.name, number, exc_info=exc)
    return MethodError(
        "serverFail", f"the server failed in this call; its log has the details as {number}"
    )
