"""Delivery: a job as an HTTP request, for push services and for the callbacks of old."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from cyrpy.core import Core
from cyrpy_jmap.push.courier import Courier, Outcome
from cyrpy_jmap.push.encryption import SALT_LENGTH, encrypt, read_keys
from cyrpy_jmap.push.job import Job, Message
from cyrpy_jmap.push.ssrf import Target
from cyrpy_jmap.push.vapid import Vapid
from cyrpy_jmap.store import CALLBACK

TTL: Final = 7 * 24 * 3600  # seconds that a push service keeps a message for a device that sleeps
JSON: Final = "application/json"


class Delivery:
    """Encrypts, signs and sends."""

    def __init__(self, core: Core, courier: Courier, vapid: Vapid) -> None:
        self._core = core
        self._courier = courier
        self._vapid = vapid

    async def send(self, job: Job) -> Outcome:
        """Send the message of a job."""
        assert job.message is not None  # noqa: S101 - there is something to send
        if job.row.kind == CALLBACK:
            return await self._call_back(job, job.message)
        headers = self._headers(job, job.message)
        body = job.message.body
        if job.row.p256dh is not None and job.row.auth is not None:
            keys = read_keys(job.row.p256dh, job.row.auth)
            body = encrypt(keys, body, self._core.random_bytes(SALT_LENGTH))
            headers["content-encoding"] = "aes128gcm"
        return await self._courier.post(
            job.row.url, body, lambda target: self._for(target, headers)
        )

    def _headers(self, job: Job, message: Message) -> dict[str, str]:
        ttl = TTL
        if job.row.expires_at is not None:
            ttl = max(0, min(TTL, job.row.expires_at - int(self._core.clock())))
        headers = {"content-type": JSON, "ttl": str(ttl), "urgency": message.urgency}
        if message.topic is not None:
            headers["topic"] = message.topic
        return headers

    def _for(self, target: Target, headers: Mapping[str, str]) -> Mapping[str, str]:
        """The headers, with what proves to one push service who we are."""
        proof = self._vapid.authorization(target.origin, self._core.clock())
        return {**headers, "authorization": proof}

    async def _call_back(self, job: Job, message: Message) -> Outcome:
        """The request of classic JMAP."""
        assert job.viewer is not None  # noqa: S101 - else nothing is sent
        headers = {
            "content-type": JSON,
            "x-jmap-eventtype": "state",
            "x-jmap-user": job.viewer.identity.userid,
        }
        return await self._courier.post(job.row.url, message.body, lambda _: headers)

    async def tidy(self) -> None:
        """Hang up where nothing was sent for long."""
        await self._courier.tidy()

    async def aclose(self) -> None:
        """Hang up everywhere."""
        await self._courier.aclose()
