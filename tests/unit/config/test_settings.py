"""The core's own options, and the imapd.conf of a Cyrus server."""

from __future__ import annotations

from pathlib import Path
from socket import gethostname

import pytest

from cyrpy.config import CoreSettings, core_settings, option_names, parse_text, unknown
from cyrpy.errors import ConfigError

FILE = Path("/etc/imapd.conf")

CYRUS = """\
# Cyrus IMAP of example.org
configdirectory: /var/lib/cyrus
proc_path: /run/cyrus/proc
defaultpartition: default
partition-default: /var/spool/cyrus/mail
partition-news: /var/spool/cyrus/news
metapartition-default: /var/spool/cyrus/meta
metapartition_files: header index cache expunge squat
defaultsearchtier: t1
t1searchpartition-default: /var/spool/cyrus/search
search_engine: xapian
altnamespace: yes
unixhierarchysep: 1
virtdomains: userid
defaultdomain: example.org
servername: mail.example.org
hashimapspool: true
admins: cyrus root
imap_admins: cyrus
allowanonymouslogin: no
allowplaintext: yes
lmtp_downcase_rcpt: 1
umask: 077
popminpoll: 1
autocreate_quota: 1048576
autocreate_inbox_folders: Drafts | Sent Items | Junk
autosubscribeinboxfolders: Drafts|Junk
xlist-sent: Sent Items
sievedir: /var/spool/sieve
sieve_extensions: fileinto reject vacation \\
    imap4flags relational
httpmodules: caldav carddav jmap
httptimeout: 10
http_httptimeout: 7m
httpallowcors: https://*.example.org,!https://old.example.org
caldav_realm: Calendars
jmap_nonstandard_extensions: no
idlesocket: {configdirectory}/socket/idle
sasl_pwcheck_method: saslauthd
sasl_mech_list: PLAIN
tls_server_cert: /etc/ssl/certs/a.pem,/etc/ssl/certs/b.pem
tls_server_key: /etc/ssl/private/a.key,/etc/ssl/private/b.key
imaps_tls_server_cert: /etc/ssl/certs/imaps.pem
tls_versions: tls1_2 tls1_3
tls_client_ca_dir: /etc/ssl/certs
lmtpsocket: /run/cyrus/socket/lmtp
maxmessagesize: 25M
failedloginpause: 5
syslog_prefix: cyrus
"""


def core(text: str) -> CoreSettings:
    return core_settings(parse_text(text, FILE))


def complaint(text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        core(text)
    return str(caught.value)


def test_the_file_of_a_cyrus_server_gives_no_warning():
    known = (*option_names(CoreSettings, ""), "jmap_*", "caldav_*", "carddav_*")
    assert unknown(parse_text(CYRUS, FILE), known) == []


def test_the_file_of_a_cyrus_server_means_what_it_means_there():
    settings = core(CYRUS)
    given = settings.model_dump(include=settings.model_fields_set)
    assert given == {
        "configdirectory": Path("/var/lib/cyrus"),
        "virtdomains": "userid",
        "defaultdomain": "example.org",
        "servername": "mail.example.org",
        "admins": ("cyrus", "root"),
        "allowplaintext": True,
        "autocreate_inbox_folders": ("Drafts", "Sent Items", "Junk"),
        "autocreate_subscribe_folders": ("Drafts", "Junk"),
        "httpmodules": ("caldav", "carddav", "jmap"),
        "httptimeout": 420,
        "maxmessagesize": 26_214_400,
        "httpallowcors": ("https://*.example.org", "!https://old.example.org"),
        "tls_server_cert": (Path("/etc/ssl/certs/a.pem"), Path("/etc/ssl/certs/b.pem")),
        "tls_server_key": (Path("/etc/ssl/private/a.key"), Path("/etc/ssl/private/b.key")),
        "tls_versions": ("tls1_2", "tls1_3"),
        "failedloginpause": 5,
    }


def test_the_servers_name_is_the_hosts_unless_given():
    assert core("").servername == gethostname()


def test_the_database_is_a_file_under_configdirectory_unless_given():
    assert core("configdirectory: /srv/x").database == "sqlite:////srv/x/cyrpy.db"
    assert core("database_url: postgresql://db/x").database == "postgresql://db/x"


def test_the_databases_url_is_not_shown():
    assert "secret" not in repr(core("database_url: postgresql://anna:secret@db/x"))


def test_no_folder_can_be_asked_for():
    settings = core("autocreate_inbox_folders: |\nautocreate_subscribe_folders: |")
    assert settings.autocreate_inbox_folders == ()
    assert settings.autocreate_subscribe_folders == ()


def test_all_folders_are_subscribed_unless_told_otherwise():
    assert core("").autocreate_subscribe_folders is None


@pytest.mark.parametrize(
    ("line", "detail"),
    [
        ("configdirectory: cyrus", ""),
        ("configdirectory: /", ""),
        ("configdirectory: {configdirectory}/x", ""),
        ("httpmodules: jmap, caldav", ' ("jmap," cannot be the name of a module)'),
        ("servername: a b", ' ("a b" is no name of a host)'),
        ('servername: x"', ' ("x"" is no name of a host)'),
        ("http_listen: localhost", ' ("localhost" has no port)'),
        ("http_listen: a:70000", ' ("a:70000": ports end at 65535)'),
        ("http_workers: 0", ""),
        ("http_max_size_request: 1023", ""),
        ("http_base_url: /x", ""),
        ("http_root_path: x", ""),
        ("httplogheaders: a:", ' ("a:" cannot be the name of a header field)'),
        ("tls_versions: ssl3", ' ("ssl3" is none of them)'),
        ("tls_server_key: /k", " (1 keys for 0 files of tls_server_cert)"),
        ("virtdomains: maybe", ""),
        ("failedloginpause: 2m", ""),
        ("http_access_log: yes", ""),
        ("sync_log_days: 0", ""),
    ],
)
def test_a_wrong_value_is_told_with_file_line_option_and_remedy(line, detail):
    name, _, value = line.partition(": ")
    text = complaint(f"\n{line}")
    assert text.startswith(f'/etc/imapd.conf:2: {name}: "{value}" is not allowed here{detail}; ')
    assert "; give " in text
    assert ", or remove the line for the default (" in text


def test_a_key_may_be_left_out_if_the_certificates_file_holds_it():
    assert core("tls_server_cert: /a.pem").tls_server_key == ()


def test_a_certificate_that_is_disabled_is_none():
    assert core("tls_server_cert: disabled").tls_server_cert == ()


def test_no_option_reads_as_another_one_of_our_service():
    names = option_names(CoreSettings, "")
    assert not {f"http_{name}" for name in names} & set(names)
