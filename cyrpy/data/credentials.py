"""Credentials: how users prove who they are; only hashes are stored."""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

from sqlalchemy import bindparam, delete, insert, select, update

from cyrpy.data.principals import bump_epoch
from cyrpy.data.statement import Query
from cyrpy.data.tables import credentials
from cyrpy.data.unit import Unit

CredentialKind = Literal["password", "app-password", "token"]
PASSWORD: Final = "password"  # noqa: S105 - names a kind
APP_PASSWORD: Final = "app-password"  # noqa: S105 - names a kind
TOKEN: Final = "token"  # noqa: S105 - names a kind


class CredentialRow(NamedTuple):
    """One credential, in the order of the table's columns."""

    id: int
    principal_id: int
    kind: str
    secret: str  # argon2 of a password, SHA-256 in hexadecimal of what we made at random
    label: str
    modules: str | None  # space-separated names; None: all
    created_at: int
    expires_at: int | None

    def __repr__(self) -> str:
        """Without the secret: rows find their way into tracebacks."""
        return f"CredentialRow(id={self.id}, kind={self.kind!r}, label={self.label!r})"

    def is_good_at(self, now: float) -> bool:
        """Whether it has not expired."""
        return self.expires_at is None or now < self.expires_at


_COLUMNS: Final = CredentialRow._fields[1:]
_of_principal = credentials.c.principal_id == bindparam("principal_id")
OF_PRINCIPAL: Query[CredentialRow] = Query(
    select(credentials).where(_of_principal).order_by(credentials.c.id), CredentialRow._make
)
PASSWORD_OF: Query[CredentialRow] = Query(
    select(credentials).where(_of_principal, credentials.c.kind == PASSWORD), CredentialRow._make
)
BY_ID: Query[CredentialRow] = Query(
    select(credentials).where(credentials.c.id == bindparam("id")), CredentialRow._make
)
BY_SECRET: Query[CredentialRow] = Query(
    select(credentials).where(credentials.c.secret == bindparam("secret")), CredentialRow._make
)
INSERT: Query[tuple[int]] = Query(
    insert(credentials)
    .values({name: bindparam(name, type_=credentials.c[name].type) for name in _COLUMNS})
    .returning(credentials.c.id)
)
DELETE = Query[None](delete(credentials).where(_of_principal, credentials.c.id == bindparam("id")))
DELETE_KIND = Query[None](
    delete(credentials).where(_of_principal, credentials.c.kind == bindparam("kind"))
)
REHASH = Query[None](
    update(credentials)
    .where(credentials.c.id == bindparam("key_id"), credentials.c.secret == bindparam("before"))
    .values(secret=bindparam("secret"))
)


class NewCredential(NamedTuple):
    """What a credential is made of; `secret` is the hash already."""

    principal_id: int
    kind: CredentialKind
    secret: str
    label: str = ""
    modules: frozenset[str] | None = None
    expires_at: int | None = None


def insert_credential(unit: Unit, new: NewCredential) -> int:
    """Add a credential; its number."""
    modules = None if new.modules is None else " ".join(sorted(new.modules))
    number: int = unit.value(
        INSERT, **{**new._asdict(), "modules": modules, "created_at": unit.now}
    )
    bump_epoch(unit, [new.principal_id])
    return number


def set_password(unit: Unit, principal_id: int, hashed: str) -> int:
    """Make `hashed` the one password of the user; a new number, so that old sessions end."""
    unit.run(DELETE_KIND, principal_id=principal_id, kind=PASSWORD)
    return insert_credential(unit, NewCredential(principal_id, PASSWORD, hashed))


def revoke(unit: Unit, principal_id: int, credential_id: int) -> bool:
    """Take one credential away; whether it was there."""
    gone = unit.run(DELETE, principal_id=principal_id, id=credential_id) > 0
    if gone:
        bump_epoch(unit, [principal_id])
    return gone


def revoke_generated(unit: Unit, principal_id: int) -> int:
    """Take every app password and token away; how many there were."""
    gone = sum(
        unit.run(DELETE_KIND, principal_id=principal_id, kind=kind)
        for kind in (APP_PASSWORD, TOKEN)
    )
    bump_epoch(unit, [principal_id])
    return gone


def modules_of(row: CredentialRow) -> frozenset[str] | None:
    """The modules for which it is good; None for all."""
    return None if row.modules is None else frozenset(row.modules.split())
