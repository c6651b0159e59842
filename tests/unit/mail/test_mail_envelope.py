"""Messages and commands as they go to an SMTP server, and its answers."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cyrpy.mail import envelope
from cyrpy.mail.envelope import Reply, dotted, prepared, reply_of, seven_bit, xtext_read

PIECES = st.sampled_from(
    [
        b"\r\n",
        b"\n",
        b"\r",
        b".",
        b"..",
        b"a",
        b" ",
        b"Bcc: x",
        b"Subject: y",
        b"\xe4",
        b"\x00",
        b"--b",
    ]
)
MESSAGES = st.lists(PIECES, max_size=40).map(b"".join)
HEADER = (
    b"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"
    b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
)


def undotted(octets: bytes) -> bytes:
    """What a server makes of what it is given after DATA (RFC 5321 §4.5.2)."""
    lines = octets.split(b"\r\n")
    assert b"." not in lines
    return b"\r\n".join(line[1:] if line[:1] == b"." else line for line in lines)


@given(MESSAGES)
@example(b"")
@example(b".")
@example(b"\r\n.\r\n")
def test_what_is_sent_is_read_as_it_was(octets):
    ready = prepared(octets)
    assert undotted(dotted(ready)) == ready


@given(MESSAGES)
def test_lines_end_as_they_must(octets):
    ready = prepared(octets)
    assert ready.endswith(b"\r\n")
    assert re.search(rb"\r(?!\n)|(?<!\r)\n", ready) is None
    assert prepared(ready) == ready


@given(st.binary(max_size=200))
def test_a_body_is_left_alone(octets):
    body = prepared(b"X: y\r\n\r\n" + octets)[8:]
    assert body.replace(b"\r\n", b"\n").rstrip(b"\n") == octets.replace(b"\r\n", b"\n").replace(
        b"\r", b"\n"
    ).rstrip(b"\n")


@given(MESSAGES)
def test_blind_copies_are_nowhere_in_the_header(octets):
    head = prepared(b"X: y\r\nBcc: a@b\r\n" + octets).partition(b"\r\n\r\n")[0]
    assert re.search(rb"(?im)^bcc[ \t]*:", head) is None


@given(MESSAGES, st.booleans())
def test_anything_can_be_made_seven_bit(octets, in_part):
    made = seven_bit((HEADER if in_part else b"") + octets)
    assert isinstance(made, bytes)


def test_parts_that_are_made_seven_bit_say_the_same():
    octets = HEADER + "Grüße\r\n".encode() + b"--b--\r\n"
    made = seven_bit(octets)
    assert made.isascii()
    assert b"R3LDvMOfZQ==" in made  # Grüße


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        (
            "5.7.1 Our system has detected that this message is\n5.7.1 likely spam.",
            "550 5.7.1 Our system has detected that this message is likely spam.",
        ),
        ("No such user", "550 No such user"),
        ("", "550"),
        ("a\x00\x1bb\n\tc", "550 a b c"),
        ("5.1.1 a\nb\n5.1.2 c", "550 5.1.1 a b 5.1.2 c"),
    ],
)
def test_an_answer_of_several_lines_is_one_text(lines, text):
    assert str(Reply.read(550, lines)) == text


@given(st.integers(200, 599), st.text(max_size=50))
def test_a_reply_is_stored_and_read_again(code, text):
    reply = Reply.read(code, text)
    assert reply_of(str(reply)) == reply


@pytest.mark.parametrize(
    ("reply", "status"),
    [
        (Reply(550, "5.1.1 no"), "5.1.1"),
        (Reply(451, "later"), "4.0.0"),
        (Reply(250, "2.0.0"), "2.0.0"),
        (Reply(550, "5.1.1no"), "5.0.0"),
    ],
)
def test_the_status_is_as_exact_as_is_known(reply, status):
    assert reply.status == status


@given(st.text(st.characters(codec="utf-8"), max_size=40))
def test_xtext_is_read_as_it_was_written(text):
    agreed = envelope.terms(b"", [], {"dsn": ""})
    words = envelope.mail_command("", {"ENVID": text}, agreed)[2:]
    assert [xtext_read(word.decode().removeprefix("ENVID=")) for word in words] == [text][
        : bool(text)
    ]


@given(st.text(max_size=20), st.text(max_size=20))
def test_no_command_has_a_line_break_in_it(name, value):
    agreed = envelope.terms(b"", [], dict.fromkeys(envelope.EXTENSIONS.values(), ""))
    given = {name: value, "RET": value, "ENVID": value, "BY": None}
    commands = [envelope.mail_command("a@b", given, agreed)]
    if envelope.is_address(value):
        commands.append(envelope.rcpt_command(value, given, agreed))
    for words in commands:
        assert all(re.search(rb"[\x00-\x20\x7f]", word) is None or b'"' in word for word in words)
        assert re.search(rb"[\r\n]", b" ".join(words)) is None
