"""Alerts by the server as it is run in earnest: several workers, one of which tells of each."""

from __future__ import annotations

import json
import threading
import time
from datetime import UTC, datetime, timedelta
from urllib.request import Request, urlopen

from tests.support.jmap import Jmap
from tests.support.process import Process, token

ROUTE = "/jmap/eventsource/?types=CalendarAlert&closeafter=no&ping=0"


def listen(server: Process, headers: dict[str, str], heard: list, began: threading.Event) -> None:
    """Read an event source until the server ends it."""
    request = Request(f"http://127.0.0.1:{server.port}{ROUTE}", headers=headers)
    try:
        with urlopen(request, timeout=40) as stream:  # noqa: S310 - our own server
            began.set()
            for line in stream:
                if line.startswith(b"data: "):
                    heard.append((time.time(), json.loads(line[6:])))
    except OSError:
        return


def test_an_alert_is_told_once_to_each_connection_of_any_worker(tmp_path):
    server = Process(tmp_path, "httpmodules: jmap\n", workers=2)
    try:
        (issued,) = server.add("anna")
        headers = token(issued)
        heard = [[], [], []]
        for one in heard:
            began = threading.Event()
            threading.Thread(target=listen, args=(server, headers, one, began), daemon=True).start()
            assert began.wait(20)
        at = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=6)
        when = at.strftime("%Y-%m-%dT%H:%M:%SZ")
        trigger = {"@type": "AbsoluteTrigger", "when": when}
        event = {
            "@type": "Event", "calendarIds": {"Default": True}, "title": "Lunch",
            "start": "2099-01-05T10:00:00", "alerts": {"a": {"@type": "Alert", "trigger": trigger}},
        }  # fmt: skip
        with server.connect() as connection:
            answer = Jmap(connection, "anna", headers).call(
                "CalendarEvent/set", create={"k": event}
            )
            assert answer["created"], answer
        deadline = time.monotonic() + 25
        while not all(heard) and time.monotonic() < deadline:
            time.sleep(0.05)
        time.sleep(1)
        assert [[value["alertId"] for _, value in one] for one in heard] == [["a"]] * 3
        late = [one[0][0] - at.timestamp() for one in heard]
        assert all(0 <= seconds < 10 for seconds in late), late
    finally:
        server.stop()
