"""Names of folders, flags, sets of UIDs, URLs and sealed passwords."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyrpy.errors import ConfigError, FormatError
from cyrpy.groupware.mailboxes import checked_name
from cyrpy.mail.imap import flags
from cyrpy.mail.imap.address import Server
from cyrpy.mail.imap.paths import Listed, Naming, mailbox_name, role_of
from cyrpy.mail.imap.uids import as_set, expanded
from cyrpy.mail.imap.vault import Vault

SLASH = Naming("/")
COURIER = Naming(".", "INBOX.")


@pytest.mark.parametrize(
    ("naming", "path", "names"),
    [
        (SLASH, "inbox", ("INBOX",)),
        (SLASH, "Work/Urgent", ("Work", "Urgent")),
        (SLASH, "Inbox/Lists", ("INBOX", "Lists")),
        (COURIER, "INBOX", ("INBOX",)),
        (COURIER, "INBOX.Sent", ("Sent",)),
        (COURIER, "INBOX.a.b", ("a", "b")),
        (Naming(""), "a/b", ("a/b",)),
        (SLASH, "/", ("/",)),
    ],
)
def test_paths_have_names(naming: Naming, path: str, names: tuple[str, ...]):
    assert naming.parts(path) == names


@pytest.mark.parametrize(
    ("naming", "names", "path"),
    [
        (SLASH, ("INBOX",), "INBOX"),
        (SLASH, ("INBOX", "Lists"), "INBOX/Lists"),
        (SLASH, ("a/b", "c"), "a_b/c"),
        (COURIER, ("INBOX",), "INBOX"),
        (COURIER, ("Sent",), "INBOX.Sent"),
        (COURIER, ("INBOX", "Lists"), "INBOX.Lists"),
        (COURIER, ("v1.0",), "INBOX.v1_0"),
        (Naming(""), ("a", "b"), "a_b"),
        (SLASH, ("50%*",), "50__"),
    ],
)
def test_names_make_a_path(naming: Naming, names: tuple[str, ...], path: str):
    assert naming.join(names) == path


@given(st.text())
def test_any_folder_gets_a_name_that_a_mailbox_can_have(name: str):
    made = mailbox_name(name)
    assert checked_name(made) == made


@pytest.mark.parametrize(
    ("path", "attributes", "role"),
    [
        ("INBOX", (), "inbox"),
        ("Gesendet", ("\\sent",), "sent"),
        ("Spam", (), "junk"),
        ("Work/Spam", (), None),
        ("Papierkorb", ("\\haschildren", "\\trash"), "trash"),
    ],
)
def test_folders_have_the_role_that_the_server_says(path, attributes, role):
    assert role_of(Listed(path, frozenset(attributes)), SLASH.parts(path)) == role


def test_flags_are_keywords():
    there = ["\\Seen", "\\Recent", "\\Deleted", "NonJunk", "$Forwarded", "b\u00e9", "\\Answered"]
    assert flags.keywords_of(there) == {"$seen", "nonjunk", "$forwarded", "$answered"}
    assert flags.is_deleted(there)
    assert flags.flags_of({"$seen", "work", "$draft"}) == ["\\Draft", "\\Seen", "work"]
    assert flags.storable(["\\Seen", "\\*"]) is None
    assert flags.storable(["\\Seen", "\\Deleted"]) == {"$seen"}


@given(st.frozensets(st.integers(1, 2**32 - 1) | st.integers(1, 50), max_size=60))
def test_sets_of_uids_come_back(uids: frozenset[int]):
    text = as_set(uids)
    assert (expanded(text.encode()) if uids else []) == sorted(uids)


@pytest.mark.parametrize("text", [b"", b"a", b"1:b", b"1,,2", b"1:4294967295"])
def test_sets_that_are_none_are_refused(text: bytes):
    with pytest.raises(FormatError):
        expanded(text)


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("imaps://a%40b.c@mail.b.c", Server("imaps", "mail.b.c", 993, "a@b.c")),
        ("imap://a@[::1]:1143/x/y", Server("imap", "::1", 1143, "a", "x/y")),
    ],
)
def test_urls_name_a_server(url: str, server: Server):
    assert Server.read(url, "imaps", "imap") == server
    again = Server.read(str(server), "imaps", "imap")
    assert again == server._replace(folder="")


@pytest.mark.parametrize(
    "url",
    ["", "imaps://", "imaps:///x", "http://a", "imaps://a:b@c", "imaps://a:99999", "imaps://a/?b",
     "imaps://a\\b", "imaps://a b", "imaps://[::1"],
)  # fmt: skip
def test_urls_of_no_server_are_refused_without_what_may_be_a_password(url: str):
    with pytest.raises(FormatError) as caught:
        Server.read(url, "imaps", "imap")
    assert "a:b" not in str(caught.value)


def test_passwords_are_for_one_account_and_purpose(tmp_path):
    vault = Vault(tmp_path / "keys" / "remote.key")
    sealed = vault.seal(1, "imap", "grün & gut")
    assert vault.open(1, "imap", sealed) == "grün & gut"
    assert vault.seal(1, "imap", "grün & gut") != sealed
    for account, purpose in ((2, "imap"), (1, "smtp")):
        with pytest.raises(ConfigError):
            vault.open(account, purpose, sealed)


def test_a_key_that_is_lost_is_said_and_not_made_anew(tmp_path):
    path = tmp_path / "remote.key"
    sealed = Vault(path).seal(1, "imap", "x")
    path.unlink()
    with pytest.raises(ConfigError):
        Vault(path).open(1, "imap", sealed)
    assert not path.exists()
