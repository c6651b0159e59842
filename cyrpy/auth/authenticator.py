"""Authenticator: from a request's Authorization header to an Identity, or to a Refusal.

A header that was right a moment ago costs a keyed hash, a look into a dict, and a look whether
anything moved since the user's epoch was read: the epoch moves with every change of credentials,
groups and rights, and with it, on SQLite, the `Pulse` of all processes. So a changed password, a
revoked token or a removed user fails at the next request, in every process. Where the epoch moved
and the credential is still there, nothing has to be hashed again.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final, Protocol

from cyrpy.auth import lookup
from cyrpy.auth.challenge import Challenges, Refusal
from cyrpy.auth.generated import app_password_hash, token_hash
from cyrpy.auth.guard import Attempt, Guard, MustWait, Sleep
from cyrpy.auth.header import Basic, Bearer, authorization_of, parse
from cyrpy.auth.identity import Identity
from cyrpy.auth.lookup import Found
from cyrpy.auth.memory import Seen, SignInMemory, Verified
from cyrpy.auth.passwords import Passwords
from cyrpy.auth.ratelimit import network_of
from cyrpy.config import CoreSettings
from cyrpy.data import credentials, principals
from cyrpy.data.database import Database
from cyrpy.data.pulse import TRUST_SECONDS
from cyrpy.data.threads import Lane
from cyrpy.data.unit import Unit
from cyrpy.errors import StorageFull, Unavailable
from cyrpy.groupware.userids import UserIds

ENCRYPTED: Final = frozenset({"https", "wss"})

log = logging.getLogger("cyrpy.auth")


class Services(Protocol):
    """What of the core the authenticator uses."""

    @property
    def settings(self) -> CoreSettings:
        """Options of imapd.conf."""

    @property
    def database(self) -> Database:
        """Where users and credentials are."""

    @property
    def clock(self) -> Callable[[], float]:
        """Unix seconds."""


class Authenticator:
    """Signs requests in; one for each process. Its methods belong on the event loop."""

    def __init__(
        self,
        core: Services,
        passwords: Passwords | None = None,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        settings = core.settings
        self._settings = settings
        self._database = core.database
        self._peeks = core.database.peeks_on_loop
        self._pulse = core.database.pulse
        self._clock = core.clock
        self._userids = UserIds.of(settings)
        self._admins = frozenset(map(self._userids.of_login, settings.admins))
        self._challenges = Challenges(settings.servername)
        self._memory = SignInMemory()
        self._guard = Guard(settings, self._memory, core.clock, sleep)
        self._passwords = passwords or Passwords()
        self._under_way: dict[tuple[bytes, str], asyncio.Task[Identity | Refusal]] = {}

    async def authenticate(self, scope: Mapping[str, Any]) -> Identity | Refusal:
        """Who makes the request of this ASGI scope.

        Raises:
            Unavailable: the database cannot be reached, or too many sign in at this moment.
        """
        identity = self.known(scope)
        if identity is not None:
            return identity
        header = authorization_of(scope["headers"])
        if not self._is_private(scope):
            return self._challenges.plaintext(came=header is not None)
        if header is None:
            return self._challenges.missing()
        digest = self._memory.digest(header)
        entry = self._memory.verified(digest)
        if entry is not None:
            now = self._clock()
            if now < entry.good_until and await self._is_unchanged(digest, entry, now):
                return entry.identity
        return await self._together(header, digest, network_of(_host(scope)))

    def _was_seen(self, digest: bytes, now: float) -> bool:
        """Whether nothing about any sign-in has moved since the last look into the database."""
        seen = self._memory.seen.get(digest)
        return (
            seen is not None
            and self._pulse is not None
            and seen.pulse == self._pulse.value()
            and now < seen.until
        )

    async def _is_unchanged(self, digest: bytes, entry: Verified, now: float) -> bool:
        """Look whether the user's epoch is the same."""
        pulse = None if self._pulse is None else self._pulse.value()  # before the look
        if await self._epoch(entry.identity) != entry.identity.epoch:
            return False
        if pulse is not None:
            self._memory.seen[digest] = Seen(pulse, now + TRUST_SECONDS)
        return True

    def known(self, scope: Mapping[str, Any]) -> Identity | None:
        """The user of a request with a header that was right, nothing having moved since.

        The way of nearly every request, so without a coroutine; None says nothing yet.
        """
        header = authorization_of(scope["headers"])
        if header is None or not self._is_private(scope):
            return None
        digest = self._memory.digest(header)
        entry = self._memory.verified(digest)
        if entry is None:
            return None
        now = self._clock()
        return entry.identity if now < entry.good_until and self._was_seen(digest, now) else None

    async def refresh(self, identity: Identity) -> Identity | None:
        """The identity as it is now, for connections that last; None if it no longer holds."""
        if await self._epoch(identity) == identity.epoch:
            return identity
        found = await self._database.run(Lane.QUICK, lookup.by_credential, self._database, identity)
        return None if found is None else found.identity(self._admins)

    def permit(self, identity: Identity, scopes: frozenset[str]) -> Refusal | None:
        """Why the credential is not good for a module; None if it is.

        `scopes` are the names that admit to it, its own first of all and those of the modules
        that require it: who may use caldav may use dav beneath it.
        """
        if identity.modules is None or not scopes.isdisjoint(identity.modules):
            return None
        return self._challenges.out_of_scope(identity.modules)

    def close(self) -> None:
        """End the threads that hash."""
        self._passwords.close()

    def _is_private(self, scope: Mapping[str, Any]) -> bool:
        """Whether nobody listens: TLS, the same machine, or the admin says so."""
        if scope["scheme"] in ENCRYPTED or self._settings.allowplaintext:
            return True
        host = _host(scope)
        return host is None or host == "::1" or host.startswith(("127.", "::ffff:127."))

    async def _epoch(self, identity: Identity) -> int | None:
        """The user's epoch; None if it is gone."""
        if self._peeks:
            row = self._database.peek(principals.EPOCH, id=identity.principal_id)
        else:
            look = partial(self._database.peek, principals.EPOCH, id=identity.principal_id)
            row = await self._database.run(Lane.QUICK, look)
        return None if row is None else row[0]

    async def _together(self, header: bytes, digest: bytes, network: str) -> Identity | Refusal:
        """Verify once for all requests that come with the same header meanwhile."""
        key = (digest, network)
        task = self._under_way.get(key)
        if task is None:
            task = asyncio.get_running_loop().create_task(self._sign_in(header, digest, network))
            self._under_way[key] = task
            task.add_done_callback(partial(self._done, key))
        return await asyncio.shield(task)  # one that gives up does not end it for the others

    def _done(self, key: tuple[bytes, str], task: asyncio.Task[Identity | Refusal]) -> None:
        del self._under_way[key]
        if not task.cancelled():
            task.exception()  # looked at here, should nobody have waited for it

    async def _sign_in(self, header: bytes, digest: bytes, network: str) -> Identity | Refusal:
        entry = self._memory.verified(digest)
        if entry is not None:
            identity = await self.refresh(entry.identity)
            if identity is None:
                self._memory.forget(digest)
                entry = None
            elif self._clock() < entry.good_until:
                self._memory.keep(digest, entry._replace(identity=identity))
                return identity
        attempt = Attempt(digest, network, was_good=entry is not None)
        credentials_given = parse(header)
        try:
            if isinstance(credentials_given, Basic):
                return await self._basic(attempt, credentials_given)
            if isinstance(credentials_given, Bearer):
                return await self._bearer(attempt, credentials_given)
        except MustWait as exc:
            return self._challenges.too_many(exc.seconds)
        return self._challenges.malformed(credentials_given.detail)

    async def _bearer(self, attempt: Attempt, bearer: Bearer) -> Identity | Refusal:
        found = await self._database.run(
            Lane.QUICK, lookup.by_token, self._database, token_hash(bearer.token)
        )
        if found is not None:
            return self._accept(attempt, found)
        self._guard.token_failed(attempt)
        await self._guard.pause(attempt)
        return self._challenges.wrong_token()

    async def _basic(self, attempt: Attempt, basic: Basic) -> Identity | Refusal:
        userid = self._userids.of_login(basic.name)
        hashed = app_password_hash(basic.password)
        if hashed is not None:
            found = await self._database.run(
                Lane.QUICK, lookup.by_app_password, self._database, userid, hashed
            )
            if found is not None:
                return self._accept(attempt, found)
        found = await self._database.run(Lane.QUICK, lookup.by_password, self._database, userid)
        if await self._verify(attempt, basic, userid, found):
            assert found is not None  # noqa: S101 - who is unknown is never verified
            self._guard.succeeded(attempt, userid)
            await self._rehash(found, basic.password)
            return self._accept(attempt, found)
        await self._guard.pause(attempt)
        return self._challenges.wrong_password()

    async def _verify(
        self, attempt: Attempt, basic: Basic, userid: str, found: Found | None
    ) -> bool:
        """Whether the password is right; a failure is counted.

        Raises:
            MustWait: too many attempts failed.
        """
        epoch = None if found is None else found.user.epoch
        if self._guard.is_repeated(attempt, epoch):
            return False
        hashed = found.credential.secret if found is not None and found.credential else None
        before = partial(self._guard.require_chance, attempt, userid)
        before()
        if await self._passwords.check(hashed, basic.password, before):
            return True
        self._guard.password_failed(attempt, userid, epoch)
        # Some type their password as the name: only names that exist are logged.
        log.info("sign-in of %s from %s failed", userid if found else "nobody", attempt.network)
        return False

    def _accept(self, attempt: Attempt, found: Found) -> Identity:
        identity = found.identity(self._admins)
        seconds = self._settings.auth_cache_seconds
        if seconds:
            good_until = self._clock() + seconds
            expires_at = found.credential.expires_at if found.credential else None
            if expires_at is not None:
                good_until = min(good_until, expires_at)
            self._memory.keep(attempt.digest, Verified(identity, good_until))
        return identity

    async def _rehash(self, found: Found, password: str) -> None:
        """Store a password that was hashed with other parameters with ours."""
        row = found.credential
        assert row is not None  # noqa: S101 - it was verified
        hashed = await self._passwords.rehashed(row.secret, password)
        if hashed is None:
            return

        def store(unit: Unit) -> None:
            unit.run(credentials.REHASH, key_id=row.id, before=row.secret, secret=hashed)

        try:
            await self._database.run(Lane.WORK, self._database.write, store)
        except (StorageFull, Unavailable) as exc:
            log.warning("a password could not be hashed anew: %s", exc)


def _host(scope: Mapping[str, Any]) -> str | None:
    """The client's address; None on a Unix socket."""
    client = scope.get("client")
    host: str | None = client[0] if client else None
    return host or None
