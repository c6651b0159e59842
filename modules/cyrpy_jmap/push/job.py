"""Jobs: what is to be sent for one push subscription now, read in one snapshot."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple

import orjson

from cyrpy.auth.identity import Identity
from cyrpy.data import credentials, principals
from cyrpy.data.principals import groups_of
from cyrpy.data.unit import Unit
from cyrpy_jmap import store
from cyrpy_jmap.push import alerts
from cyrpy_jmap.push.announce import (
    Announcer,
    TypeStates,
    read_position,
    state_change,
    write_position,
)
from cyrpy_jmap.push.encryption import base64url
from cyrpy_jmap.push.shape import CLASSIC
from cyrpy_jmap.session import Sessions
from cyrpy_jmap.store import CALLBACK, SubscriptionRow
from cyrpy_jmap.viewer import Viewer

MODULE: Final = "jmap"  # for which a credential must be good
ROOM: Final = 3800  # octets of JSON: within what every push service takes once encrypted
TOPIC_LENGTH: Final = 32  # characters; the most (RFC 8030 §5.4)


class Message(NamedTuple):
    """What is sent, and which columns say so once it was."""

    body: bytes
    urgency: str
    topic: str | None
    sent: dict[str, Any]  # columns of the subscription
    is_whole: bool = True  # false: there is more to send


@dataclass(frozen=True, slots=True)
class Job:
    """A subscription, whom it belongs to, and what to send for it, if anything."""

    row: SubscriptionRow
    viewer: Viewer | None  # None: it no longer holds and is to be removed
    message: Message | None = None
    noted: dict[str, Any] | None = None  # columns to set without sending anything


class Jobs:
    """Makes jobs."""

    def __init__(self, sessions: Sessions, announcer: Announcer) -> None:
        self._sessions = sessions
        self._announcer = announcer

    def job(self, unit: Unit, id: int) -> Job | None:
        """What to do for a subscription; None if there is no such."""
        row = store.find(unit, id)
        if row is None:
            return None
        identity = _identity(unit, row)
        if identity is None or (row.expires_at is not None and row.expires_at <= unit.now):
            return Job(row, None)
        viewer = self._sessions.cached(identity) or self._sessions.load(unit, identity)
        if not row.is_verified:
            ask = row.asked_at is None
            return Job(row, viewer, _verification(row, unit.now) if ask else None)
        if row.kind == CALLBACK or not alerts.is_wanted(_types(row)):
            return self._changes(unit, row, viewer)
        return self._with_alerts(unit, row, viewer)

    def _with_alerts(self, unit: Unit, row: SubscriptionRow, viewer: Viewer) -> Job:
        """An alert to tell of, each in a message of its own; else what changed."""
        seen = row.alert_position
        if seen is None:  # it begins here
            position = alerts.now(unit, viewer)
        else:
            told = alerts.after(unit, viewer, seen, 1)
            position = told.position
            if told.values:
                body = orjson.dumps(told.values[0])
                sent = {"alert_position": position}
                return Job(row, viewer, Message(body, "high", None, sent, is_whole=False))
        job = self._changes(unit, row, viewer)
        if position == seen:
            return job
        return replace(job, noted={**(job.noted or {}), "alert_position": position})

    def _changes(self, unit: Unit, row: SubscriptionRow, viewer: Viewer) -> Job:
        since = read_position(row.position)
        if since is None:  # it begins here
            now = write_position(self._announcer.now(unit, viewer))
            return Job(row, viewer, noted={"position": now})
        wanted = CLASSIC.wanted(None) if row.kind == CALLBACK else _types(row)
        found = self._announcer.changed(unit, viewer, since, wanted, ROOM)
        if not found.changed:
            return Job(row, viewer)
        shape = CLASSIC.write if row.kind == CALLBACK else state_change
        message = Message(
            orjson.dumps(shape(found.changed)),
            "normal",
            topic_of(found.changed),
            {"position": write_position(found.position)},
            found.is_whole,
        )
        return Job(row, viewer, message)


def _types(row: SubscriptionRow) -> list[str] | None:
    return None if row.types is None else row.types.split()


def _verification(row: SubscriptionRow, now: int) -> Message:
    """A PushVerification object (RFC 8620 §7.2.2)."""
    body = orjson.dumps(
        {
            "@type": "PushVerification",
            "pushSubscriptionId": wire_id(row.id),
            "verificationCode": row.verification_code,
        }
    )
    return Message(body, "high", None, {"asked_at": now})


def wire_id(id: int) -> str:
    """A subscription's id on the wire."""
    return f"P{id}"


def topic_of(changed: TypeStates) -> str:
    """The same for changes of the same types, which a push service may then put one for another.

    A message that waits there must not be replaced by one that tells of other types.
    """
    names = sorted(f"{id}/{type}" for id, states in changed.items() for type in states)
    return base64url(hashlib.sha256("\n".join(names).encode()).digest())[:TOPIC_LENGTH]


def _identity(unit: Unit, row: SubscriptionRow) -> Identity | None:
    """Whose it is, if the credential that made it still holds."""
    credential = unit.first(credentials.BY_ID, id=row.credential_id)
    user = unit.first(principals.BY_ID, id=row.principal_id)
    if credential is None or user is None or not credential.is_good_at(unit.now):
        return None
    modules = credentials.modules_of(credential)
    if modules is not None and MODULE not in modules:
        return None
    return Identity(
        principal_id=user.id,
        userid=user.name,
        account_id=user.wire_id,
        is_admin=False,
        modules=modules,
        groups=groups_of(unit, user.id),
        epoch=user.epoch,
        credential_id=credential.id,
    )
