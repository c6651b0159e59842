"""The floor of deliveries: aiosmtpd with a handler that does nothing, in a process of its own."""

from __future__ import annotations

import asyncio
import sys

import uvloop
from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import Envelope, Session


class Nothing:
    """Takes every message, and forgets it."""

    async def handle_DATA(self, server: LMTP, session: Session, envelope: Envelope) -> str:
        """As if it were delivered."""
        del server, session, envelope
        return "250 2.1.5 delivered"


async def serve(port: int) -> None:
    """For ever."""
    loop = asyncio.get_running_loop()
    await loop.create_server(lambda: LMTP(Nothing(), loop=loop), "127.0.0.1", port)
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1])))
