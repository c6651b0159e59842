"""Tokens and app passwords: made at random by us, so a plain SHA-256 of them is safe to store.

Nobody can guess them or learn them from the hash, and they are found by it in an index.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable
from typing import Final, NamedTuple

from cyrpy.data import credentials, principals
from cyrpy.data.credentials import TOKEN, CredentialKind, NewCredential
from cyrpy.data.unit import Unit
from cyrpy.errors import Forbidden, FormatError

RandomBytes = Callable[[int], bytes]
TOKEN_OCTETS: Final = 32  # of randomness
PASSWORD_OCTETS: Final = 20
PREFIX: Final = "cyrpy_"  # by it, people and scanners know a token that leaked
MAX_LABEL: Final = 100  # characters
MAX_GENERATED: Final = 100  # of one user
_APP_PASSWORD: Final = re.compile(r"[a-z2-7]{32}")


class Order(NamedTuple):
    """What a token or app password shall be like."""

    principal_id: int
    kind: CredentialKind  # app-password or token
    label: str
    modules: frozenset[str] | None = None  # what it is good for; None: everything
    expires_at: int | None = None


class Issued(NamedTuple):
    """A credential that was made; `secret` is shown to the user once and kept nowhere."""

    id: int
    secret: str

    def __repr__(self) -> str:
        """Without the secret."""
        return f"Issued(id={self.id})"


def random_password(random_bytes: RandomBytes) -> str:
    """A password of 160 bits: eight groups of four letters and digits."""
    text = base64.b32encode(random_bytes(PASSWORD_OCTETS)).decode().lower()
    return "-".join(text[i : i + 4] for i in range(0, len(text), 4))


def random_token(random_bytes: RandomBytes) -> str:
    """A token of 256 bits (a `b64token`, RFC 6750 §2.1)."""
    return PREFIX + base64.urlsafe_b64encode(random_bytes(TOKEN_OCTETS)).decode().rstrip("=")


def token_hash(token: str) -> str:
    """What is stored of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def app_password_hash(password: str) -> str | None:
    """What is stored of an app password, typed with or without its hyphens; None if it is none."""
    text = password.replace("-", "").replace(" ", "").lower()
    return token_hash(text) if _APP_PASSWORD.fullmatch(text) else None


def issue(unit: Unit, order: Order, random_bytes: RandomBytes) -> Issued:
    """Make a token or an app password.

    Raises:
        FormatError: the label is empty, too long or not of one line.
        Forbidden: the principal is not a user, or has too many already.
    """
    if not 0 < len(order.label) <= MAX_LABEL or not order.label.isprintable():
        raise FormatError(f"a label has from 1 to {MAX_LABEL} characters on one line")
    require_user(unit, order.principal_id)
    if len(unit.all(credentials.OF_PRINCIPAL, principal_id=order.principal_id)) > MAX_GENERATED:
        raise Forbidden(f"a user has at most {MAX_GENERATED} tokens and app passwords")
    if order.kind == TOKEN:
        secret = random_token(random_bytes)
        hashed = token_hash(secret)
    else:
        secret = random_password(random_bytes)
        hashed = app_password_hash(secret) or ""
    new = NewCredential(
        order.principal_id, order.kind, hashed, order.label, order.modules, order.expires_at
    )
    return Issued(credentials.insert_credential(unit, new), secret)


def require_user(unit: Unit, principal_id: int) -> None:
    """Make sure that the principal is one who signs in.

    Raises:
        Forbidden: it is a group, a room or a resource.
    """
    row = unit.first(principals.BY_ID, id=principal_id)
    if row is None or row.type != principals.INDIVIDUAL:
        raise Forbidden("only users sign in; groups, rooms and resources do not")
