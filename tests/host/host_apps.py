"""Applications that worker processes load by name."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from host_support import EchoApp

from cyrpy.errors import ConfigError
from cyrpy.host.outer import OuterLayer
from cyrpy.http.responses import send_json


class Process(EchoApp):
    """Tells its pid and how often it was reloaded; `/slow` waits until the file `go` exists."""

    def __init__(self, folder: str) -> None:
        super().__init__(OuterLayer(self.tell))
        self.folder = Path(folder)

    async def tell(self, scope, receive, send):
        if scope["path"] == "/slow":
            (self.folder / "begun").touch()
            while not (self.folder / "go").exists():
                await asyncio.sleep(0.02)
        await send_json(send, 200, {"pid": os.getpid(), "reloads": self.reloads})

    async def reload(self):
        if (self.folder / "bad").exists():
            raise ConfigError("line 7 is bad")
        await super().reload()

    def stopping(self):
        (self.folder / "stopping").touch()


def make(folder: str) -> Process:
    return Process(folder)


def broken(folder: str) -> Process:
    raise ConfigError(f"no configuration in {Path(folder).name}")
