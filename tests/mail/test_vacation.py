"""Who is no person, by its address (RFC 3834 §2, RFC 5230 §4.6)."""

from __future__ import annotations

import pytest

from cyrpy.mail.vacation import is_personal


@pytest.mark.parametrize(
    "sender",
    [
        "",
        "<>",
        "MAILER-DAEMON",
        "mailer-daemon@example.com",
        "owner-list@example.com",
        "list-request@example.com",
        "LISTSERV@example.com",
        "majordomo@example.com",
        "no-reply@example.com",
        "noreply+1@example.com",
        "do_not_reply@example.com",
        "bounce+ada=x.org@example.com",
        "list-bounces@example.com",
        "a b@example.com",
    ],
)
def test_programs_are_not_answered(sender):
    assert not is_personal(sender)


@pytest.mark.parametrize(
    "sender", ["ada@example.com", "norbert@example.com", "requests@example.com"]
)
def test_people_are(sender):
    assert is_personal(sender)
