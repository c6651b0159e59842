"""Commands at a terminal: passwords are asked for, lists are tables."""

from __future__ import annotations

import os
import pty
import subprocess
import sys

import pytest

SCRIPT = "from cyrpy.cli.user import app; app()"
ENTER = b"\n"


@pytest.fixture
def at_terminal(shell):
    """Runs `cyrpy user …` at a terminal where somebody answers each question with a text."""

    def run(*arguments, answers=()):
        ours, theirs = pty.openpty()
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "COLUMNS": "100"}
        command = [sys.executable, "-c", SCRIPT, *arguments, "-C", str(shell.config)]
        process = subprocess.Popen(
            command,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env=environment,
            start_new_session=True,
        )
        os.close(theirs)
        printed = talk(ours, list(answers))
        os.close(ours)
        return process.wait(timeout=60), printed

    return run


def talk(terminal, answers):
    """Answer each question (it ends in ": ") until the other side hangs up; all it printed."""
    printed = b""
    answered = 0
    while True:
        try:
            piece = os.read(terminal, 4096)
        except OSError:  # Linux's way to say that the other side hung up
            return printed.decode()
        if not piece:
            return printed.decode()
        printed += piece
        if answers and printed[answered:].endswith(b": "):
            answered = len(printed)
            os.write(terminal, answers.pop(0).encode() + ENTER)


def test_password_is_asked_for_twice_and_not_shown(at_terminal, shell):
    code, printed = at_terminal("add", "test", answers=["my secret", "my secret"])
    assert code == 0
    assert "my secret" not in printed
    assert "password" in shell.ok("user", "show", "test")


def test_removal_is_asked_for(at_terminal, shell):
    shell.ok("user", "add", "test", "--no-password")
    code, _ = at_terminal("remove", "test", answers=["n"])
    assert code == 1
    code, _ = at_terminal("remove", "test", answers=["y"])
    assert code == 0
    assert shell.ok("user", "list") == ""


def test_lists_have_a_head(at_terminal, shell):
    shell.ok("user", "add", "test", "--no-password", "--name", "[bold]Theo")
    _, printed = at_terminal("list")
    assert "account id" in printed.splitlines()[0]
    assert "[bold]Theo" in printed
