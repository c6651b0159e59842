"""LMTP of `cyrpy serve`: over a Unix socket, by one of several processes, durable before 250."""

from __future__ import annotations

import os
import signal
import smtplib
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from cyrpy.data import mailboxes, messages
from cyrpy.groupware import mail_recount
from cyrpy.groupware.principals import find
from cyrpy.groupware.userids import UserIds
from tests.mail.messages import message
from tests.mail.unix_lmtp import UnixLmtp
from tests.support.process import Process

PATIENCE = 30  # seconds


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Process]:
    process = Process(tmp_path, f"lmtp_listen: unix:{tmp_path}/lmtp\n", workers=2)
    process.add("anna")
    yield process
    process.stop()


def arrived(process: Process) -> list[str]:
    """Subjects in the inbox, whose counts are right."""
    database = process.database()
    try:
        with database.read() as unit:
            account_id = find(unit, UserIds.of(process.configuration.settings), "anna").id
            assert mail_recount.differences(unit, account_id) == []
            inbox = mailboxes.by_role(unit, account_id, "inbox")
            assert inbox is not None
            key = {"account_id": account_id}
            numbers = unit.all(messages.IN_MAILBOX, mailbox_id=inbox.id, **key)
            rows = unit.all(messages.OF_IDS, ids=[n for (n,) in numbers], **key)
    finally:
        database.close()
    return [row.subject_key for row in rows]


def test_the_socket_is_for_the_group_alone(served, tmp_path):
    UnixLmtp(f"{tmp_path}/lmtp").quit()
    assert (tmp_path / "lmtp").stat().st_mode & 0o777 == 0o660


def test_what_was_acknowledged_survives_any_kill_and_another_process_takes_over(served, tmp_path):
    good: list[str] = []
    for round in range(4):
        client = UnixLmtp(f"{tmp_path}/lmtp")
        for n in range(5):
            subject = f"number {round}-{n}"
            assert client.deliver(message(subject), ["anna"]) == ["250 2.1.5 delivered"]
            good.append(subject)
        client.mail("ada@example.com")
        client.rcpt("anna")
        client.docmd("DATA")
        client.send(message("unknown") + b".\r\n")
        for pid in served.workers():
            os.kill(pid, signal.SIGKILL)
        with suppress(OSError, smtplib.SMTPException):
            client.getreply()
        client.close()
    found = arrived(served)
    assert sorted(set(found) - {"unknown"}) == sorted(good)
    assert len([subject for subject in found if subject != "unknown"]) == len(good)


def test_a_stop_lets_the_delivery_end_and_takes_the_socket_away(served, tmp_path):
    client = UnixLmtp(f"{tmp_path}/lmtp")
    assert client.deliver(message("last"), ["anna"]) == ["250 2.1.5 delivered"]
    assert served.stop() == 0
    assert not (tmp_path / "lmtp").exists()
    assert arrived(served) == ["last"]
    client.close()


def test_mail_is_taken_on_after_a_reload(served, tmp_path):
    client = UnixLmtp(f"{tmp_path}/lmtp")
    assert client.deliver(message("before"), ["anna"]) == ["250 2.1.5 delivered"]
    client.close()
    served.configure(f"lmtp_listen: unix:{tmp_path}/lmtp\nmaxmessagesize: 1K\n")
    served.signal(signal.SIGHUP)
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        client = UnixLmtp(f"{tmp_path}/lmtp")
        with suppress(OSError, smtplib.SMTPException):
            client.ehlo()
        found = client.esmtp_features.get("size")
        client.close()
        if found == "1024":
            break
    assert found == "1024"
    client = UnixLmtp(f"{tmp_path}/lmtp")
    assert client.deliver(message("after"), ["anna"]) == ["250 2.1.5 delivered"]
    client.close()
