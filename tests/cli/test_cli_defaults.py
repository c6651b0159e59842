"""What a new account is called and has, as the options say."""

from __future__ import annotations

from cyrpy.groupware.provision import Folders
from tests.support.server import Server


def test_the_first_calendar_is_named_by_the_option(tmp_path, sqlite_template):
    (tmp_path / "cyrpy.db").write_bytes(sqlite_template.read_bytes())
    server = Server(tmp_path, "calendar_default_displayname: Work\n")
    server.add("anna")
    (calendar,) = server.call("getCalendars", user="anna")["list"]
    assert (calendar["id"], calendar["name"]) == ("Default", "Work")
    server.close()


def test_it_is_default_unless_told_otherwise():
    assert Folders((), frozenset()).calendar == "Default"
