"""The module's own tables: push subscriptions, and leases of what one process does at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    bindparam,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)

from cyrpy.data.statement import Query, among, updating, upsert
from cyrpy.data.tables import credentials, principals
from cyrpy.data.tables.base import Int64
from cyrpy.data.unit import Unit

metadata = MetaData(naming_convention=principals.metadata.naming_convention)

push_subscriptions = Table(
    "jmap_push_subscriptions",
    metadata,
    Column("id", Int64, primary_key=True, autoincrement=True),
    Column("principal_id", Int64, ForeignKey(principals.c.id, ondelete="CASCADE"), nullable=False),
    Column(
        "credential_id", Int64, ForeignKey(credentials.c.id, ondelete="CASCADE"), nullable=False
    ),
    Column("kind", String(16), nullable=False),  # subscription, callback
    Column("device_client_id", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("p256dh", String(128)),
    Column("auth", String(32)),
    Column("types", Text),  # space-separated; null: all
    Column("verification_code", String(64), nullable=False),
    Column("is_verified", SmallInteger, nullable=False),
    Column("asked_at", Int64),  # when the verification code was sent
    Column("position", Text, nullable=False),  # up to which changes were pushed
    Column("created_at", Int64, nullable=False),
    Column("expires_at", Int64),  # null: with its credential
    Column("alert_position", Int64),  # up to which alerts were pushed; null: not looked at yet
    Index("ix_jmap_push_subscriptions_credential_id", "credential_id"),
    Index("ix_jmap_push_subscriptions_principal_id", "principal_id"),
    sqlite_autoincrement=True,
)

leases = Table(
    "jmap_leases",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("holder", String(64), nullable=False),
    Column("until", Int64, nullable=False),  # unix seconds
)

SUBSCRIPTION: Final = "subscription"
CALLBACK: Final = "callback"


class SubscriptionRow(NamedTuple):
    """One subscription, in the order of the table's columns."""

    id: int
    principal_id: int
    credential_id: int
    kind: str
    device_client_id: str
    url: str
    p256dh: str | None
    auth: str | None
    types: str | None
    verification_code: str
    is_verified: int
    asked_at: int | None
    position: str
    created_at: int
    expires_at: int | None
    alert_position: int | None

    def __repr__(self) -> str:
        """Without URL, keys and code: rows find their way into tracebacks."""
        return f"SubscriptionRow(id={self.id}, principal_id={self.principal_id})"


class NewSubscription(NamedTuple):
    """What a subscription is made of."""

    principal_id: int
    credential_id: int
    kind: str
    url: str
    verification_code: str
    device_client_id: str = ""
    p256dh: str | None = None
    auth: str | None = None
    types: str | None = None
    is_verified: bool = False
    position: str = ""
    expires_at: int | None = None


_t = push_subscriptions.c
_COLUMNS: Final = SubscriptionRow._fields[1:]
BY_ID: Query[SubscriptionRow] = Query(
    select(push_subscriptions).where(_t.id == bindparam("id")), SubscriptionRow._make
)
OF_CREDENTIAL: Query[SubscriptionRow] = Query(
    select(push_subscriptions)
    .where(_t.credential_id == bindparam("credential_id"), _t.kind == bindparam("kind"))
    .order_by(_t.id),
    SubscriptionRow._make,
)
COUNTS: Query[tuple[int, int | None]] = Query(
    select(func.count(), func.sum(1 - _t.is_verified)).where(
        _t.principal_id == bindparam("principal_id"), _t.kind == SUBSCRIPTION
    )
)
IDS: Query[tuple[int]] = Query(select(_t.id).order_by(_t.id))
INSERT: Query[tuple[int]] = Query(
    insert(push_subscriptions)
    .values({name: bindparam(name, type_=_t[name].type) for name in _COLUMNS})
    .returning(_t.id)
)
DELETE = Query[None](delete(push_subscriptions).where(among(_t.id, "ids")))
EXPIRED: Query[tuple[int]] = Query(
    select(_t.id).where(
        or_(
            _t.expires_at <= bindparam("now"),
            (_t.is_verified == 0) & (_t.created_at <= bindparam("unverified_before")),
        )
    )
)
PUT_LEASE = Query[None](upsert(leases, ["name"], []))
LEASE: Query[tuple[str, int]] = Query(
    select(leases.c.holder, leases.c.until).where(leases.c.name == bindparam("name"))
)
TAKE_LEASE = Query[None](
    update(leases)
    .where(
        leases.c.name == bindparam("key_name"),
        or_(leases.c.holder == bindparam("holder"), leases.c.until <= bindparam("now")),
    )
    .values(holder=bindparam("holder"), until=bindparam("until"))
)


def find(unit: Unit, id: int) -> SubscriptionRow | None:
    """One subscription."""
    return unit.first(BY_ID, id=id)


def of_credential(unit: Unit, credential_id: int, kind: str) -> list[SubscriptionRow]:
    """The subscriptions that were made with a credential."""
    return unit.all(OF_CREDENTIAL, credential_id=credential_id, kind=kind)


def counts(unit: Unit, principal_id: int) -> tuple[int, int]:
    """How many subscriptions a user has, and how many of them are not verified."""
    row = unit.first(COUNTS, principal_id=principal_id)
    return (0, 0) if row is None else (row[0], row[1] or 0)


def all_ids(unit: Unit) -> list[int]:
    """Every subscription and callback there is."""
    return [id for (id,) in unit.all(IDS)]


def add(unit: Unit, new: NewSubscription) -> int:
    """Make a subscription; its number."""
    row: Mapping[str, Any] = new._asdict() | {
        "is_verified": int(new.is_verified),
        "asked_at": None,
        "alert_position": None,
        "created_at": unit.now,
    }
    number: int = unit.value(INSERT, **row)
    return number


def change(unit: Unit, id: int, **columns: Any) -> None:  # noqa: ANN401 - column values
    """Set some columns."""
    names = tuple(sorted(columns))
    unit.run(updating(push_subscriptions, ("id",), names), key_id=id, **columns)


def remove(unit: Unit, ids: Sequence[int]) -> int:
    """Remove subscriptions; how many there were."""
    return unit.run(DELETE, ids=list(ids))


def expired(unit: Unit, unverified_before: int) -> list[int]:
    """Those that are past their time, or were not verified in time."""
    return [id for (id,) in unit.all(EXPIRED, now=unit.now, unverified_before=unverified_before)]


def lease(unit: Unit, name: str) -> tuple[str, int] | None:
    """Who holds a lease, and until when."""
    return unit.first(LEASE, name=name)


def take_lease(unit: Unit, name: str, holder: str, seconds: int) -> bool:
    """Hold a lease for so long from now on, if no other does."""
    unit.run(PUT_LEASE, name=name, holder=holder, until=0)
    taken = unit.run(
        TAKE_LEASE, key_name=name, holder=holder, now=unit.now, until=unit.now + seconds
    )
    return taken > 0
