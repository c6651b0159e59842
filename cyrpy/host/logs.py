"""Where log records go: plain lines, or JSON, on standard error."""

from __future__ import annotations

import logging
import sys
import time
from dataclasses import dataclass
from typing import Literal

import orjson

Level = Literal["debug", "info", "warning", "error"]


@dataclass(frozen=True, slots=True)
class LogStyle:
    """How much is logged, and whether as JSON, a line each."""

    level: Level = "info"
    json: bool = False


class JsonFormatter(logging.Formatter):
    """A record as a line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """Time, level, logger, message, and the traceback if there is one."""
        entry = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created)),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            entry["traceback"] = self.formatException(record.exc_info)
        return orjson.dumps(entry).decode()


def configure_logging(style: LogStyle) -> None:
    """Send every record of this process to standard error; call it once, in each process."""
    handler = logging.StreamHandler(sys.stderr)
    plain = logging.Formatter("%(asctime)s %(levelname)s %(message)s", "%Y-%m-%d %H:%M:%S")
    handler.setFormatter(JsonFormatter() if style.json else plain)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("cyrpy").setLevel(style.level.upper())
    # What uvicorn tells of its start and stop is said by cyrpy in one line.
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
