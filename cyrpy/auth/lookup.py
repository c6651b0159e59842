"""What the database knows of one who signs in, read in one snapshot."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from typing import NamedTuple

from cyrpy.auth.identity import Identity
from cyrpy.data import credentials, principals
from cyrpy.data.credentials import APP_PASSWORD, TOKEN, CredentialRow, modules_of
from cyrpy.data.database import Database
from cyrpy.data.principals import INDIVIDUAL, PrincipalRow, groups_of
from cyrpy.data.unit import Unit


class Found(NamedTuple):
    """A user, the credential in question (None: it has none such), and its groups."""

    user: PrincipalRow
    credential: CredentialRow | None
    groups: frozenset[int]

    def identity(self, admins: AbstractSet[str]) -> Identity:
        """The identity that the credential leads to."""
        assert self.credential is not None  # noqa: S101 - asked for once it is verified
        return Identity(
            principal_id=self.user.id,
            userid=self.user.name,
            account_id=self.user.wire_id,
            is_admin=self.user.name in admins,
            modules=modules_of(self.credential),
            groups=self.groups,
            epoch=self.user.epoch,
            credential_id=self.credential.id,
        )


def by_password(database: Database, userid: str) -> Found | None:
    """The user of that name with its password."""
    with database.read() as unit:
        user = unit.first(principals.BY_NAME, name=userid)
        if user is None or user.type != INDIVIDUAL:
            return None
        password = unit.first(credentials.PASSWORD_OF, principal_id=user.id)
        if password is not None and not password.is_good_at(unit.now):
            password = None
        return Found(user, password, groups_of(unit, user.id))


def by_app_password(database: Database, userid: str, hashed: str) -> Found | None:
    """The user of that name, if the app password is one of its own."""
    with database.read() as unit:
        found = _by_secret(unit, hashed, APP_PASSWORD)
        return found if found is not None and found.user.name == userid else None


def by_token(database: Database, hashed: str) -> Found | None:
    """Whose token it is."""
    with database.read() as unit:
        return _by_secret(unit, hashed, TOKEN)


def _by_secret(unit: Unit, hashed: str, kind: str) -> Found | None:
    row = unit.first(credentials.BY_SECRET, secret=hashed)
    return None if row is None or row.kind != kind else _with_user(unit, row)


def by_credential(database: Database, identity: Identity) -> Found | None:
    """What is now true of one who signed in before; None if the sign-in no longer holds."""
    with database.read() as unit:
        row = unit.first(credentials.BY_ID, id=identity.credential_id)
        found = None if row is None else _with_user(unit, row)
    if found is None or found.user.name != identity.userid:
        return None
    return found


def _with_user(unit: Unit, row: CredentialRow) -> Found | None:
    user = unit.first(principals.BY_ID, id=row.principal_id)
    if user is None or user.type != INDIVIDUAL or not row.is_good_at(unit.now):
        return None
    return Found(user, row, groups_of(unit, user.id))
