"""The services that modules are handed."""

from __future__ import annotations

import asyncio
import secrets
import threading
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from cyrpy.config import CoreSettings
from cyrpy.data.blobs import Blobs
from cyrpy.data.database import Database
from cyrpy.data.notifier import Notifier

T = TypeVar("T")


class SignIn(Protocol):
    """The server's one judge of credentials (`cyrpy.auth.authenticator`), for modules' own use."""

    async def authenticate(self, scope: Mapping[str, Any]) -> Any:  # noqa: ANN401 - see there
        """Who makes a request: an Identity, or a Refusal."""

    async def refresh(self, identity: Any) -> Any:  # noqa: ANN401 - see there
        """The identity as it is now, for what lasts; None once it no longer holds."""


class Later:
    """Offers that are made when one of their kinds is first asked for.

    So what they are made of need not be loaded at the start. `kinds` are written as
    `package.module:Class`.
    """

    def __init__(self, kinds: Collection[str], make: Callable[[], Iterable[object]]) -> None:
        self._kinds = kinds
        self._make = make
        self._made: tuple[object, ...] | None = None
        self._lock = threading.Lock()

    def of(self, kind: type[Any]) -> tuple[object, ...]:
        """Those offers, if some may be of that kind."""
        if f"{kind.__module__}:{kind.__qualname__}" not in self._kinds:
            return ()
        return self.made()

    def made(self) -> tuple[object, ...]:
        """All of them."""
        with self._lock:
            if self._made is None:
                self._made = tuple(self._make())
            return self._made


@dataclass(frozen=True)
class Core:
    """What every part of one running server shares; nothing in it is replaced while it runs."""

    settings: CoreSettings
    database: Database
    blobs: Blobs
    notifier: Notifier
    sign_in: SignIn
    offers: tuple[object, ...] = ()  # of all enabled modules, in the order of the modules
    clock: Callable[[], float] = time.time  # unix seconds
    random_bytes: Callable[[int], bytes] = secrets.token_bytes
    # Set when the server begins to end: whoever serves an endless answer ends it then.
    ending: asyncio.Event = field(default_factory=asyncio.Event)
    _by_kind: dict[type[Any], tuple[Any, ...]] = field(default_factory=dict, repr=False)

    def offered(self, kind: type[T]) -> tuple[T, ...]:
        """Everything of one kind that the enabled modules offer."""
        found = self._by_kind.get(kind)
        if found is None:
            found = tuple(offer for offer in self._offers_of(kind) if isinstance(offer, kind))
            self._by_kind[kind] = found
        return found

    def _offers_of(self, kind: type[Any]) -> Iterator[object]:
        for offer in self.offers:
            yield offer
            if isinstance(offer, Later):
                yield from offer.of(kind)
