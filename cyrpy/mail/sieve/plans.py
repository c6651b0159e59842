"""Plans: what the scripts of a message's recipients say, found out before anything is locked.

The order is that of Cyrus: a script is run first, and sees the detail of the address it is for as
`envelope :detail "to"`. What it keeps goes where it would go without a script: into the mailbox
that the detail names, else into the inbox. VacationResponse comes last: it answers what was kept
or filed, but not what was discarded, refused or only sent on, nor what went to Junk, nor a message
that the script answered itself by `vacation`.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Final, NamedTuple, Protocol

from cyrpy import __version__
from cyrpy.config import CoreSettings
from cyrpy.data import sieve
from cyrpy.data.blobs import Blobs
from cyrpy.data.database import Database
from cyrpy.data.sieve import ScriptRow
from cyrpy.data.unit import Unit
from cyrpy.errors import FormatError, NotFound
from cyrpy.formats.mime.message import Message
from cyrpy.formats.sieve.actions import Keep, Result
from cyrpy.formats.sieve.world import World
from cyrpy.groupware import mail
from cyrpy.groupware import sieve as scripts
from cyrpy.groupware.mail import Arrival
from cyrpy.mail.recipients import Recipient
from cyrpy.mail.sieve.paths import AccountMailboxes

GLOBAL: Final = "sieve"  # folder in configdirectory of scripts that all users may include
SUFFIX: Final = ".sieve"

log = logging.getLogger("cyrpy.mail")


class Services(Protocol):
    """What scripts are run with; a Core has it."""

    @property
    def settings(self) -> CoreSettings:
        """The options."""

    @property
    def database(self) -> Database:
        """Where scripts are."""

    @property
    def blobs(self) -> Blobs:
        """Where their content is."""


class Plan(NamedTuple):
    """What one script says of a message.

    Attributes:
        octets: The message, as the script changed it.
        arrival: What is known of the message if the script changed it.
    """

    result: Result
    octets: bytes
    arrival: Arrival | None = None


Plans = Mapping[tuple[str, int], Plan]  # by address and account


def plans_for(
    services: Services, octets: bytes, sender: str, recipients: Iterable[Recipient]
) -> Plans:
    """What is to become of a message for those of its recipients who have an active script."""
    wanted = list(recipients)
    accounts = {account for one in wanted for account in one.accounts}
    with services.database.read() as unit:
        active = sieve.active(unit, sorted(accounts))
        if not active:
            return {}
        runner = _Runner(services, unit, octets, sender)
        return {
            (one.address, account): runner.plan(active[account], one.address)
            for one in wanted
            for account in one.accounts
            if account in active
        }


class _Runner:
    def __init__(self, services: Services, unit: Unit, octets: bytes, sender: str) -> None:
        self._services = services
        self._unit = unit
        self._message = Message(octets, b"")  # read once for all
        self._sender = sender.strip("<>")

    def plan(self, row: ScriptRow, address: str) -> Plan:
        """Run one script; what goes wrong keeps no mail from being delivered (RFC 5228 §2.10.6)."""
        try:
            result = self._run(row, address)
        except (FormatError, NotFound) as exc:
            result = Result((Keep(is_implicit=True),), error=str(exc))
        except Exception:  # the last net: no script may keep mail from coming
            log.exception("the Sieve script of account %d cannot be run", row.account_id)
            result = Result((Keep(is_implicit=True),))
        if result.error is not None:  # the place alone: the rest may say what is in the mail
            where = result.error.partition(":")[0]
            log.warning("the Sieve script of account %d failed: %s", row.account_id, where)
        if result.octets is None:
            return Plan(result, self._message.octets)
        return Plan(result, result.octets, mail.prepare(result.octets))

    def _run(self, row: ScriptRow, address: str) -> Result:
        from cyrpy.formats.sieve.check import script_of  # noqa: PLC0415 - few servers have scripts
        from cyrpy.formats.sieve.run import run  # noqa: PLC0415 - as above

        octets = scripts.octets_of(self._unit, self._services.blobs, row)
        return run(script_of(octets), self._message, self._world(row, address))

    def _world(self, row: ScriptRow, address: str) -> World:
        settings, unit = self._services.settings, self._unit
        return World(
            sender=self._sender,
            recipient=address if "@" in address else f"{address}@{settings.defaultdomain}",
            now=datetime.fromtimestamp(unit.now, UTC),
            mailboxes=AccountMailboxes(unit, row.account_id),
            items=items_of(settings),
            script=partial(self._script, row.account_id),
            is_known=partial(sieve.is_seen, unit, row.account_id),
            max_redirects=scripts.MAX_REDIRECTS,
        )

    def _script(self, account_id: int, is_global: bool, name: str) -> bytes | None:
        """A script that is to be included: of the user, or of all (RFC 6609 §3.2)."""
        if is_global:
            return global_script(self._services.settings, name)
        row = sieve.by_name(self._unit, account_id, name)
        return None if row is None else scripts.octets_of(self._unit, self._services.blobs, row)


def items_of(settings: CoreSettings) -> Mapping[str, str]:
    """What scripts can ask of where they are run (RFC 5183 §4.1)."""
    return {
        "domain": settings.servername.partition(".")[2],
        "host": settings.servername,
        "location": "MDA",
        "name": "cyrpy",
        "phase": "during",
        "version": __version__,
    }


def global_script(settings: CoreSettings, name: str) -> bytes | None:
    """A script that the administrator lets all users include: a file of the folder `sieve`."""
    if name.startswith(".") or scripts.is_unsafe(name):
        return None
    path = settings.configdirectory / GLOBAL / f"{name}{SUFFIX}"
    try:
        with path.open("rb") as file:
            return file.read(scripts.MAX_SIZE)
    except OSError:
        return None
