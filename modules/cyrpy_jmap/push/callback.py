"""PushCallback: the push of classic JMAP, one URL for each credential.

Two methods without a capability that a client could name, so that only the classic dialect, whose
requests name none, reaches them.
"""

from __future__ import annotations

from typing import Final

from cyrpy.errors import Forbidden
from cyrpy_jmap import store
from cyrpy_jmap.arguments import MethodArguments, check
from cyrpy_jmap.call import Call, Method
from cyrpy_jmap.capability import Capability
from cyrpy_jmap.datatype import DataType
from cyrpy_jmap.errors import MethodError
from cyrpy_jmap.invocation import Arguments
from cyrpy_jmap.objects import JmapObject
from cyrpy_jmap.push.channel import tell
from cyrpy_jmap.push.ssrf import PUBLIC, Policy
from cyrpy_jmap.store import CALLBACK, NewSubscription

UNNAMED: Final = Capability("", in_accounts=False)  # must not be shown in the Session object


class SetCallback(MethodArguments):
    """The arguments of PushCallback/set."""

    callback: str | None = None


class PushCallbacks(DataType[JmapObject]):
    """Where a credential's client is told of changes; nothing but get and set."""

    name = "PushCallback"
    capability = UNNAMED
    logged = False
    in_account = False

    def __init__(self, policy: Policy = PUBLIC) -> None:
        self._policy = policy

    def methods(self) -> dict[str, Method]:
        """Both of them."""
        return {
            "PushCallback/get": Method(self.get),
            "PushCallback/set": Method(self.set, writes=True),
        }

    def get(self, call: Call, arguments: Arguments) -> Arguments:
        """The URL, or null."""
        check(MethodArguments, arguments)
        rows = store.of_credential(call.unit, call.viewer.identity.credential_id, CALLBACK)
        return {"callback": rows[0].url if rows else None}

    def set(self, call: Call, arguments: Arguments) -> Arguments:
        """Exchange the URL; null ends the push.

        Raises:
            MethodError: `invalidUrl`.
        """
        url = check(SetCallback, arguments).callback
        if url is not None:
            try:
                self._policy.target(url)
            except Forbidden as exc:
                raise MethodError("invalidUrl", str(exc)) from exc
        tell(call.services.core.notifier, call.write(lambda inner: _replace(inner, url)))
        return {"callback": url}


def _replace(call: Call, url: str | None) -> list[int]:
    """Put the new one in place of the old; the numbers of both."""
    identity = call.viewer.identity
    old = [row.id for row in store.of_credential(call.unit, identity.credential_id, CALLBACK)]
    store.remove(call.unit, old)
    if url is None:
        return old
    new = NewSubscription(
        principal_id=identity.principal_id,
        credential_id=identity.credential_id,
        kind=CALLBACK,
        url=url,
        verification_code="",
        is_verified=True,
    )
    return [*old, store.add(call.unit, new)]
