"""PushSubscription: where a client wants to be told of changes (RFC 8620 §7.2)."""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Annotated, Final

from pydantic import Field, StringConstraints

from cyrpy.data import credentials
from cyrpy.data import ids as wire
from cyrpy.errors import Forbidden, FormatError, NotFound
from cyrpy_jmap import store
from cyrpy_jmap.call import Call
from cyrpy_jmap.capability import CORE
from cyrpy_jmap.datatype import DataType
from cyrpy_jmap.errors import MethodError, SetError
from cyrpy_jmap.invocation import Arguments, Invocation, Json
from cyrpy_jmap.methods.set import SetOutcome
from cyrpy_jmap.objects import Immutable, JmapModel, JmapObject, UTCDate, seconds_of
from cyrpy_jmap.push.alerts import is_wanted
from cyrpy_jmap.push.channel import tell
from cyrpy_jmap.push.encryption import read_keys
from cyrpy_jmap.push.job import wire_id
from cyrpy_jmap.push.ssrf import PUBLIC, Policy
from cyrpy_jmap.store import SUBSCRIPTION, NewSubscription, SubscriptionRow

MAX_SUBSCRIPTIONS: Final = 50  # of one user
MAX_UNVERIFIED: Final = 10  # of these
MAX_LIFE: Final = 7 * 24 * 3600  # seconds, where the credential has no end of its own (§7.2)
CODE_OCTETS: Final = 16
PRIVATE: Final = frozenset({"url", "keys"})  # never told again, not even to who set them

TypeName = Annotated[str, StringConstraints(pattern="^[!-~]{1,64}$")]
_DATE: Final = "%Y-%m-%dT%H:%M:%SZ"


class Keys(JmapModel):
    """With which messages are encrypted (RFC 8291)."""

    p256dh: Annotated[str, Field(max_length=128, alias="p256dh")]
    auth: Annotated[str, Field(max_length=32)]


class PushSubscription(JmapObject):
    """One URL, and what is pushed there."""

    device_client_id: Immutable[Annotated[str, Field(min_length=1, max_length=255)]]
    url: Immutable[str]
    keys: Immutable[Keys | None] = None
    verification_code: Annotated[str, Field(max_length=255)] | None = None
    expires: UTCDate | None = None
    types: Annotated[list[TypeName], Field(max_length=100)] | None = None


class PushSubscriptions(DataType[PushSubscription]):
    """Of the credential that made them: others, even of the same user, do not see them."""

    name = "PushSubscription"
    capability = CORE
    model = PushSubscription
    logged = False
    in_account = False

    def __init__(self, policy: Policy = PUBLIC) -> None:
        self._policy = policy

    def _get(self, call: Call, arguments: Arguments) -> Arguments:
        """Raises MethodError `forbidden` if what is private is asked for (§7.2.1)."""
        names = arguments.get("properties")
        if isinstance(names, list) and not PRIVATE.isdisjoint(n for n in names if type(n) is str):
            raise MethodError("forbidden", "url and keys of a push subscription are never told")
        return super()._get(call, arguments)

    def load(self, call: Call, ids: Sequence[str] | None) -> Iterable[Json]:
        """Those of the credential, without what is private."""
        for row in _own(call):
            if ids is None or wire_id(row.id) in ids:
                yield _json(row)

    def current(self, call: Call, ids: Sequence[str]) -> Iterable[Json]:
        """With what is private, to compare with what a client sends."""
        for row in _own(call):
            if wire_id(row.id) in ids:
                keys = {"p256dh": row.p256dh, "auth": row.auth} if row.p256dh else None
                yield {**_json(row), "url": row.url, "keys": keys}

    def create(self, call: Call, checked: Json) -> Json:
        """Keep it; the code that verifies it is sent to its URL."""
        self._judge(checked)
        _check_room(call)
        expires_at = _bounded(call, checked["expires"])
        keys = checked["keys"] or {}
        types = checked["types"]
        identity = call.viewer.identity
        number = store.add(
            call.unit,
            NewSubscription(
                principal_id=identity.principal_id,
                credential_id=identity.credential_id,
                kind=SUBSCRIPTION,
                url=checked["url"],
                verification_code=call.services.core.random_bytes(CODE_OCTETS).hex(),
                device_client_id=checked["deviceClientId"],
                p256dh=keys.get("p256dh"),
                auth=keys.get("auth"),
                types=None if types is None else " ".join(types),
                expires_at=expires_at,
            ),
        )
        return {"id": wire_id(number), "expires": _written(expires_at)}

    def _judge(self, checked: Json) -> None:
        """Check what the model cannot.

        Raises:
            SetError: `invalidProperties`.
        """
        if checked["verificationCode"] is not None:
            raise SetError(
                "invalidProperties",
                "verificationCode: it is sent to the URL first, and set by an update then",
                ["verificationCode"],
            )
        try:
            self._policy.target(checked["url"])
        except Forbidden as exc:
            raise SetError("invalidProperties", f"url: {exc}", ["url"]) from exc
        try:
            if checked["keys"] is not None:
                read_keys(checked["keys"]["p256dh"], checked["keys"]["auth"])
        except FormatError as exc:
            raise SetError("invalidProperties", f"keys: {exc}", ["keys"]) from exc

    def update(self, call: Call, id: str, current: Json, patched: Json) -> Json | None:
        """Verify it, prolong it, or change its types."""
        row = _found(call, id)
        columns: dict[str, object] = {}
        changed: Json = {}
        if patched["verificationCode"] != current["verificationCode"]:
            _check_code(row, patched["verificationCode"])
            columns["is_verified"] = 1
        if patched["expires"] != current["expires"]:
            expires_at = _bounded(call, patched["expires"])
            columns["expires_at"] = expires_at
            changed = {"expires": _written(expires_at)}
        if patched["types"] != current["types"]:
            types = patched["types"]
            columns["types"] = None if types is None else " ".join(types)
            if not is_wanted(types):
                columns["alert_position"] = None  # who asks again is told of what comes then
        if columns:
            store.change(call.unit, row.id, **columns)
        return {k: v for k, v in changed.items() if patched[k] != v} or None

    def destroy(self, call: Call, id: str) -> None:
        """Forget it."""
        store.remove(call.unit, [_found(call, id).id])

    def implied(self, call: Call, outcome: SetOutcome) -> Sequence[Invocation]:
        """Nothing; but the one who sends is told, now that all is committed."""
        ids = [*outcome.made().values(), *outcome.updated, *outcome.destroyed]
        tell(call.services.core.notifier, [n for n in map(_number, ids) if n is not None])
        return ()


def _own(call: Call) -> list[SubscriptionRow]:
    credential_id = call.viewer.identity.credential_id
    return store.of_credential(call.unit, credential_id, SUBSCRIPTION)


def _number(id: str) -> int | None:
    return wire.decode("P", id)


def _found(call: Call, id: str) -> SubscriptionRow:
    number = _number(id)
    for row in _own(call):
        if row.id == number:
            return row
    raise NotFound(f"there is no PushSubscription {id[:255]!r}")


def _json(row: SubscriptionRow) -> Json:
    return {
        "id": wire_id(row.id),
        "deviceClientId": row.device_client_id,
        "verificationCode": row.verification_code if row.is_verified else None,
        "expires": _written(row.expires_at),
        "types": None if row.types is None else row.types.split(),
    }


def _written(moment: int | None) -> str | None:
    return None if moment is None else datetime.fromtimestamp(moment, UTC).strftime(_DATE)


def _check_code(row: SubscriptionRow, code: str | None) -> None:
    if code is None or not hmac.compare_digest(code.encode(), row.verification_code.encode()):
        raise SetError(
            "invalidProperties",
            "verificationCode: this is not the code that was sent to the URL",
            ["verificationCode"],
        )


def _check_room(call: Call) -> None:
    """Refuse more subscriptions than one user may have.

    Raises:
        SetError: `overQuota`, or `rateLimit` while too many wait for their verification.
    """
    total, unverified = store.counts(call.unit, call.viewer.identity.principal_id)
    if total >= MAX_SUBSCRIPTIONS:
        raise SetError("overQuota", f"a user may have {MAX_SUBSCRIPTIONS} push subscriptions")
    if unverified >= MAX_UNVERIFIED:
        raise SetError(
            "rateLimit",
            f"{unverified} push subscriptions wait to be verified; verify or destroy them first",
        )


def _bounded(call: Call, expires: str | None) -> int | None:
    """The moment at which it ends: with the credential, or after MAX_LIFE at most (§7.2)."""
    asked: int | None = None
    if expires is not None:
        try:
            asked = int(seconds_of(expires))
        except (ValueError, OverflowError) as exc:
            raise SetError(
                "invalidProperties", "expires: there is no such time", ["expires"]
            ) from exc
    credential = call.unit.first(credentials.BY_ID, id=call.viewer.identity.credential_id)
    if credential is None:
        raise Forbidden("the credential no longer holds")
    latest = credential.expires_at or call.unit.now + MAX_LIFE
    return latest if asked is None else min(asked, latest)
