"""`cyrpy sieve`, as a shell runs it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cyrpy.cli.commands import build
from tests.mail.messages import message
from tests.mail.test_mail_commands import Shell

GOOD = 'require "fileinto";\nif header :contains "subject" "x" { fileinto "Junk"; }\n'


@pytest.fixture
def shell(tmp_path: Path, sqlite_template: Path):
    shutil.copy(sqlite_template, tmp_path / "cyrpy.db")
    made = Shell(tmp_path)
    yield made
    made.database.close()


@pytest.fixture
def script(tmp_path: Path) -> Path:
    path = tmp_path / "main.sieve"
    path.write_text(GOOD)
    return path


def test_a_script_is_stored_shown_and_run(shell, script):
    id = shell.ok("sieve", "put", "anna", "main", str(script), "--activate").strip()
    assert shell.ok("sieve", "show", "anna", "main") == GOOD
    assert shell.ok("sieve", "show", "anna", id) == GOOD
    (one,) = json.loads(shell.ok("sieve", "list", "anna", "--json"))
    assert (one["id"], one["name"], one["active"]) == (id, "main", True)
    assert shell.ok("sieve", "list", "anna") == f"{id}\tmain\tTrue\n"
    assert shell.run("deliver", "anna", stdin=message("x")).exit_code == 0
    assert len(shell.inside("anna", "Junk")) == 1


def test_putting_again_replaces(shell, script):
    id = shell.ok("sieve", "put", "anna", "main", str(script))
    result = shell.run("sieve", "put", "anna", "main", "-", stdin=b"discard;")
    assert result.exit_code == 0
    assert result.output == id
    assert shell.ok("sieve", "show", "anna", "main") == "discard;"


def test_scripts_are_activated_and_removed(shell, script):
    shell.ok("sieve", "put", "anna", "a", str(script))
    shell.ok("sieve", "put", "anna", "b", str(script))
    shell.ok("sieve", "activate", "anna", "a")
    shell.ok("sieve", "activate", "anna", "b")

    def active() -> list[str]:
        rows = json.loads(shell.ok("sieve", "list", "anna", "--json"))
        return [row["name"] for row in rows if row["active"]]

    assert active() == ["b"]
    result = shell.run("sieve", "remove", "anna", "b")
    assert result.exit_code == 1
    assert "is active; deactivate it before" in result.output
    assert "b is not active any more" in shell.run("sieve", "deactivate", "anna").output
    assert "no script was active" in shell.run("sieve", "deactivate", "anna").output
    assert active() == []
    shell.ok("sieve", "remove", "anna", "b")
    assert [row["name"] for row in json.loads(shell.ok("sieve", "list", "anna", "--json"))] == ["a"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("show", "anna", "none"), "there is no script 'none'"),
        (("activate", "anna", "none"), "there is no script 'none'"),
        (("remove", "anna", "V99"), "there is no script 'V99'"),
        (("list", "nobody"), "nobody"),
        (("put", "anna", "main", "/nonexistent"), "/nonexistent: No such file"),
        (("put", "anna", "a/b", "-"), "no control characters, line ends or slashes"),
        (("put", "anna", "", "-"), "1 to 512 octets"),
    ],
)
def test_what_cannot_be_is_said_in_one_line(shell, words, said):
    result = shell.run("sieve", *words, stdin=b"keep;")
    assert result.exit_code == 1
    assert said in result.output
    assert len(result.output.splitlines()) == 1


def test_a_wrong_script_is_not_stored(shell):
    result = shell.run("sieve", "put", "anna", "main", "-", stdin=b"keep;\nfoo;\n")
    assert result.exit_code == 1
    assert result.output == "cyrpy: line 2, column 1: there is no command 'foo'\n"
    assert json.loads(shell.ok("sieve", "list", "anna", "--json")) == []


def test_scripts_are_checked(shell, script, tmp_path):
    bad = tmp_path / "bad.sieve"
    bad.write_text("foo;")
    result = shell.run("sieve", "check", str(script), str(bad))
    assert result.exit_code == 1
    assert result.output.splitlines() == [
        f"{script}: good",
        f"{bad}: line 1, column 1: there is no command 'foo'",
    ]
    shell.ok("sieve", "put", "anna", "main", str(script))
    assert shell.ok("sieve", "check", "anna") == "main: good\n"
    assert shell.ok("sieve", "check", "anna", "main") == "main: good\n"
    assert shell.run("sieve", "check", "anna", "none").exit_code == 1


def run_test(shell, script: Path, text: str, *words: str):
    script.write_text(text)
    mail = script.with_name("mail.eml")
    mail.write_bytes(message("x"))
    command = ("sieve", "test", str(script), str(mail), *words)
    return CliRunner().invoke(build(list(command)), list(command))


def test_what_a_script_would_do_is_printed(shell, script):
    text = (
        'require ["fileinto", "copy", "imap4flags", "envelope", "vacation", "fcc"];'
        'if envelope "from" "a@b.org" {'
        ' fileinto :copy :flags "x y" "A B"; vacation :fcc "Sent" "I am away"; }'
    )
    result = run_test(shell, script, text, "-f", "a@b.org")
    assert result.exit_code == 0
    assert result.output.splitlines() == [
        "fileinto  mailbox=A B  flags=x y",
        "vacation  reason=I am away  seconds=604800  copy=Sent",
        "keep  is_implicit",
    ]
    result = run_test(shell, script, text, "--json")
    assert json.loads(result.output) == {
        "error": None,
        "actions": [{"action": "keep", "flags": [], "is_implicit": True}],
    }


def test_a_script_that_fails_says_why(shell, script):
    result = run_test(shell, script, 'require "ihave"; error "oh";')
    assert result.exit_code == 1
    assert result.output.splitlines() == [
        "keep  is_implicit",
        "cyrpy: line 1, column 18: oh",
    ]
    assert run_test(shell, script, "foo;").exit_code == 1


def test_a_pipe_says_that_the_recipient_refuses(shell):
    shell.run(
        "sieve", "put", "anna", "m", "-", "--activate", stdin=b'require "reject"; reject "no";'
    )
    result = shell.run("deliver", "anna", stdin=message())
    assert result.exit_code == 77
    assert "550 5.7.1 no" in result.output
