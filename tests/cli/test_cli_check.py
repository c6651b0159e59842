"""`cyrpy check` and `cyrpy serve`: what is wrong is said before anything starts."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from cyrpy.cli.commands import build


def run(folder: Path, text: str, *command: str):
    """The outcome of a command with that imapd.conf."""
    path = folder / "imapd.conf"
    path.write_text(f"configdirectory: {folder}\n{text}")
    words = [*command, "-C", str(path)]
    return CliRunner().invoke(build(words), words)


def test_a_good_configuration_is_good(tmp_path):
    outcome = run(tmp_path, "httpmodules: jmap tzdist\n", "check")
    assert outcome.exit_code == 0
    assert "modules: jmap tzdist" in outcome.output
    assert "will be made at the first start" in outcome.output


@pytest.mark.parametrize("command", ["check", "serve"])
@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("httpmodules: jmpa", "no module 'jmpa' is installed; did you mean 'jmap'?"),
        ("httpmodules: jmap\njmap_max_calls: 3", "jmap_max_calls: module jmap has no such option"),
        ("http_workers: many", 'imapd.conf:2: http_workers: "many" is not allowed here'),
        ("httpmodules: jmap\ntls_server_cert: /nowhere.pem", "cannot read the TLS file"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_starts(tmp_path, command, line, said):
    outcome = run(tmp_path, f"{line}\n", command)
    assert outcome.exit_code == 1
    assert said in outcome.output
    assert "Traceback" not in outcome.output


def test_a_server_without_modules_says_what_to_write(tmp_path):
    outcome = run(tmp_path, "", "serve")
    assert outcome.exit_code == 1
    assert "no module is enabled: name some on the httpmodules line" in outcome.output


def test_an_option_that_nobody_knows_is_only_a_warning(tmp_path):
    outcome = run(tmp_path, "httpmodules: tzdist\nhttpmodulez: x\n", "check")
    assert outcome.exit_code == 0
    assert "httpmodulez is unknown and ignored; did you mean httpmodules?" in outcome.output


@pytest.mark.parametrize("address", ["0.0.0.0:8080", "[::]:8080", "192.0.2.1:80"])
def test_the_demo_listens_on_loopback_alone(tmp_path, address):
    words = ["serve", "--demo", str(tmp_path), "--listen", address]
    outcome = CliRunner().invoke(build(words), words)
    assert outcome.exit_code == 1
    assert "--demo listens on loopback alone" in outcome.output


def test_a_folder_is_only_for_the_demo(tmp_path):
    outcome = run(tmp_path, "httpmodules: tzdist\n", "serve", str(tmp_path))
    assert outcome.exit_code == 2
