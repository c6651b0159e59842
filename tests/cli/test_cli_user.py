"""`cyrpy user`."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cyrpy.auth.passwords import Passwords
from cyrpy.data import credentials, principals
from tests.cli.conftest import APP


@pytest.fixture
def verify(shell, opened):
    """Whether a password is that of a user."""

    def check(userid, password):
        with opened().read() as unit:
            user = unit.first(principals.BY_NAME, name=userid)
            row = unit.first(credentials.PASSWORD_OF, principal_id=user.id)
        return row is not None and Passwords().verify(row.secret, password)

    return check


def users(shell):
    return [user["userid"] for user in json.loads(shell.ok("user", "list", "--json"))]


def test_password_comes_from_stdin(shell, verify):
    shell.ok("user", "add", "test", "--password-stdin", stdin="my secret\n")
    assert verify("test@localhost", "my secret")


def test_generated_password_is_printed_alone(shell, verify):
    printed = shell.ok("user", "add", "test", "--generate")
    assert len(printed.splitlines()) == 1
    assert verify("test@localhost", printed.strip())


def test_nothing_is_printed_of_a_password_that_was_not_stored(shell):
    shell.ok("user", "add", "test", "--no-password")
    assert "already" in shell.refused("user", "add", "test", "--generate")


def test_no_option_takes_a_password(shell):
    result = shell.run("user", "add", "test", "--password", "x")
    assert result.exit_code == 2


def test_without_terminal_and_option_it_is_a_usage_error(shell):
    result = shell.run("user", "add", "test")
    assert result.exit_code == 2
    assert "--password-stdin" in result.stderr
    assert users(shell) == []


def test_two_ways_to_a_password_are_a_usage_error(shell):
    assert shell.run("user", "add", "test", "--generate", "--no-password").exit_code == 2


def test_empty_password_is_refused(shell):
    assert "octets" in shell.refused("user", "add", "test", "--password-stdin", stdin="\n")
    assert users(shell) == []


def test_short_password_is_warned_of(shell):
    result = shell.run("user", "add", "test", "--password-stdin", stdin="test\n")
    assert result.exit_code == 0
    assert "soon guessed" in result.stderr


def test_users_are_listed_in_lines_for_pipes(shell):
    shell.ok("user", "add", "test", "--no-password", "--name", "Theo Test")
    shell.ok("user", "add", "anna", "--no-password")
    lines = [line.split("\t")[:3] for line in shell.ok("user", "list").splitlines()]
    assert lines == [
        ["anna@localhost", "anna", "anna_40localhost"],
        ["test@localhost", "Theo Test", "test_40localhost"],
    ]


def test_user_is_shown_without_secrets(shell):
    shell.ok(
        "user", "add", "test", "--address", "t@localhost", "--password-stdin", stdin="secret!!"
    )
    shown = shell.ok("user", "show", "test", "--json")
    record = json.loads(shown)
    assert record["addresses"] == ["test@localhost", "t@localhost"]
    assert [c["kind"] for c in record["credentials"]] == ["password"]
    assert "argon2" not in shown


def test_password_is_changed(shell, verify):
    shell.ok("user", "add", "test", "--password-stdin", stdin="old secret")
    shell.ok("user", "passwd", "test", "--password-stdin", stdin="new secret")
    assert verify("test@localhost", "new secret")
    assert not verify("test@localhost", "old secret")


def test_change_of_password_may_revoke_the_rest(shell):
    shell.ok("user", "add", "test", "--no-password")
    shell.ok("token", "add", "test", "--label", "phone")
    shell.ok("user", "passwd", "test", "--generate", "--revoke")
    assert json.loads(shell.ok("token", "list", "test", "--json")) == []


def test_user_is_renamed(shell):
    shell.ok("user", "add", "test", "--no-password")
    shell.ok("user", "rename", "test", "anna", "--keep-address")
    record = json.loads(shell.ok("user", "show", "anna", "--json"))
    assert record["account_id"] == "test_40localhost"
    assert record["addresses"] == ["anna@localhost", "test@localhost"]


def test_user_is_removed_when_that_was_confirmed(shell):
    shell.ok("user", "add", "test", "--no-password")
    assert shell.run("user", "remove", "test").exit_code == 2
    assert users(shell) == ["test@localhost"]
    shell.ok("user", "remove", "test", "--yes")
    assert users(shell) == []


def test_unknown_user_is_one_line_on_stderr(shell):
    assert shell.refused("user", "show", "nobody") == "there is no nobody@localhost"


def test_group_is_no_user(shell):
    shell.ok("group", "add", "staff")
    assert "groups" in shell.refused("user", "passwd", "staff", "--generate")


def test_database_is_made_for_its_owner_alone(empty_shell):
    empty_shell.ok("user", "add", "test", "--no-password")
    file = empty_shell.config.parent / "var" / "cyrpy.db"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert users(empty_shell) == ["test@localhost"]


def test_missing_configuration_is_one_line(tmp_path):
    result = CliRunner().invoke(APP, ["user", "list", "-C", str(tmp_path / "none.conf")])
    assert result.exit_code == 1
    assert "none.conf" in result.stderr


def test_configuration_may_be_named_by_the_environment(shell):
    result = CliRunner().invoke(APP, ["user", "list"], env={"CYRPY_CONFIG": str(shell.config)})
    assert result.exit_code == 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another")
def test_root_leaves_no_file_that_the_server_cannot_open(shell):
    folder = shell.config.parent / "var"
    for path in shell.config.parents:
        if path.is_relative_to(tempfile.gettempdir()) and path != Path(tempfile.gettempdir()):
            path.chmod(0o755)
    os.chown(folder, 65534, 65534)
    os.chown(folder / "cyrpy.db", 65534, 65534)
    script = "from cyrpy.cli.user import app; app()"
    command = [sys.executable, "-c", script, "add", "test", "--no-password", "-C", shell.config]
    path = os.pathsep.join(sys.path)
    subprocess.run(command, check=True, env={**os.environ, "PYTHONPATH": path}, timeout=60)
    assert {file.stat().st_uid for file in folder.iterdir()} == {65534}


def test_how_much_mail_a_user_may_have_is_shown_and_set(shell):
    shell.ok("user", "add", "test", "--no-password")
    assert json.loads(shell.ok("user", "quota", "test", "--json")) == {
        "emails": 0,
        "octets": 0,
        "limit": None,
        "limit_is_own": False,
    }
    shell.ok("user", "quota", "test", "10M")
    assert json.loads(shell.ok("user", "quota", "test", "--json"))["limit"] == 10 * 1024 * 1024
    shell.ok("user", "quota", "test", "default")
    assert json.loads(shell.ok("user", "quota", "test", "--json"))["limit_is_own"] is False
    assert shell.run("user", "quota", "test", "much").exit_code == 2
