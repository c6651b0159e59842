"""CoreSettings: the options of imapd.conf that belong to no module."""

from __future__ import annotations

from pathlib import Path
from socket import gethostname
from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, field_validator

from cyrpy.config import values
from cyrpy.config.model import ModuleSettings, OptionName, Unset
from cyrpy.config.options import DEFAULT_CONFIGDIRECTORY
from cyrpy.config.types import (
    ON_OFF,
    Duration,
    Folders,
    Minutes,
    Patterns,
    Size,
    Switch,
    Url,
    Words,
    words_of,
)

MIB = 1024 * 1024
DAY = 24 * 3600


class CoreSettings(ModuleSettings):
    """Options without a module's prefix, in the order of imapd.conf.example."""

    # Modules, places and names
    httpmodules: values.ModuleNames = Field(
        (),
        description="Modules to serve; what a module needs is served with it.",
        examples=["jmap caldav carddav tzdist"],
    )
    configdirectory: values.Directory = Field(
        Path(DEFAULT_CONFIGDIRECTORY),
        description="Folder of everything the server keeps. Another option's value may begin "
        "with {configdirectory} to mean a place in it.",
    )
    servername: Annotated[values.HostName, Unset("the name of the host")] = Field(
        default_factory=gethostname,
        description="Name of this server: the realm of logins, and part of what it generates.",
        examples=["mail.example.com"],
    )
    log_level: Literal["error", "warning", "info", "debug"] = Field(
        "info", description="The least weighty messages that are logged."
    )

    # Addresses and limits of HTTP
    http_listen: values.Addresses = Field(
        ("127.0.0.1:8080",), description="Where to listen for requests."
    )
    http_workers: int = Field(1, ge=1, le=256, description="Processes that serve requests.")
    http_max_connections: int = Field(
        10_000,
        ge=1,
        le=1_000_000,
        description="Connections one worker holds; a further one is answered with 503.",
    )
    http_max_size_request: Size = Field(
        50 * MIB,
        ge=1024,
        description="Largest body of a request where no module sets a limit of its own.",
    )
    http_header_timeout: Duration = Field(
        10, ge=1, description="Time a client has to send the head of a request."
    )
    http_body_timeout: Duration = Field(
        60, ge=1, description="Time that may pass between two pieces of a request's body."
    )
    http_shutdown_timeout: Duration = Field(
        30, description="Time that requests under way have to finish when the server stops."
    )
    httptimeout: Minutes = Field(
        5 * 60, description="Time an idle connection is kept open; 0 closes it after each answer."
    )

    # HTTP behind a proxy
    http_trusted_proxies: values.Networks = Field(
        (),
        description="Proxies whose X-Forwarded-For, -Proto and -Host are believed.",
        examples=["127.0.0.1 ::1 unix"],
    )
    http_root_path: values.UrlPath = Field(
        "",
        description="Prefix of URLs under which a proxy shows this server.",
        examples=["/groupware"],
    )
    http_base_url: Annotated[Url | None, Unset("as the request says")] = Field(
        None,
        description="URL of this server as clients see it, where absolute URLs are needed.",
        examples=["https://mail.example.com"],
    )

    # What HTTP answers look like and what is logged of them
    httpallowcors: Patterns = Field(
        ("*",),
        description="Origins whose scripts may call this server; a later pattern goes before an "
        "earlier one, and ! before a pattern refuses. All are allowed unless told otherwise (in "
        "Cyrus: none), which is safe since credentials come in the Authorization header, never "
        "in cookies; !* refuses all.",
    )
    httpallowcompress: Switch = Field(
        True, description="Whether answers are compressed for clients that accept it."
    )
    httpprettytelemetry: Switch = Field(
        False, description="Whether JSON and XML are indented for human readers."
    )
    http_access_log: Annotated[Literal["off", "text", "json"], ON_OFF] = Field(
        "text", description="Form of the log line that each request leaves."
    )
    httplogheaders: values.HeaderNames = Field(
        (),
        description="Header fields of requests that the access log shows.",
        examples=["User-Agent Origin"],
    )

    # TLS
    tls_server_cert: values.CertificateFiles = Field(
        (),
        description="Certificate with its chain; with it, the TCP addresses of http_listen speak "
        "TLS. Two files (RSA and EC) may be given with a comma between them.",
        examples=["/etc/ssl/certs/mail.example.com.pem"],
    )
    tls_server_key: Annotated[values.CertificateFiles, Unset("as tls_server_cert")] = Field(
        (),
        description="Private key of tls_server_cert; of two, in the same order.",
        examples=["/etc/ssl/private/mail.example.com.key"],
    )
    tls_versions: Annotated[tuple[str, ...], words_of("tls1_0", "tls1_1", "tls1_2", "tls1_3")] = (
        Field(("tls1_2", "tls1_3"), description="Versions of TLS that are spoken.")
    )

    # Users and logins
    defaultdomain: values.Domain = Field(
        "internal", description="Domain of users who log in without one."
    )
    virtdomains: Annotated[Literal["off", "userid", "on"], ON_OFF] = Field(
        "off",
        description="Whether a user may name a domain to sign in: off puts defaultdomain in place "
        "of what follows @, userid keeps it; on is the same here.",
    )
    username_tolower: Switch = Field(
        True, description="Whether names of users are put into lower case before they log in."
    )
    admins: Words = Field(
        (),
        description="Users who administer the server. What is other users' they may see and change "
        "only where it is shared with them.",
        examples=["cyrus"],
    )
    allowplaintext: Switch = Field(
        False,
        description="Whether passwords are accepted over connections without TLS. Those from "
        "this very host are always accepted, and those that a trusted proxy received over TLS.",
    )
    failedloginpause: Duration = Field(
        3, le=60, description="Longest pause before a failed login is answered."
    )
    auth_rate_limit: int = Field(
        10,
        ge=1,
        le=1_000_000,
        description="Failed logins within auth_rate_window, in one worker, after which the "
        "address, and the user who was tried, must wait.",
    )
    auth_rate_window: Duration = Field(
        5 * 60, ge=1, description="Time after which a failed login is forgotten."
    )
    auth_cache_seconds: Duration = Field(
        5 * 60,
        description="Time a verified password is remembered, as hashing it again for each "
        "request would cost more than the request; 0 for not at all.",
    )
    auth_token_lifetime: Duration = Field(
        30 * DAY, ge=60, description="Time for which an access token is good."
    )

    # Mail
    lmtp_listen: values.Addresses = Field(
        (),
        description="Where mail is taken by LMTP, as host:port or unix:/path; without it, only "
        "commands bring mail in. Whoever can connect may deliver.",
        examples=["unix:/run/cyrpy/lmtp", "127.0.0.1:24"],
    )
    maxmessagesize: Size = Field(
        50 * MIB, description="Largest message that is taken; 0 for any size."
    )
    lmtp_over_quota_perm_failure: Switch = Field(
        False,
        description="Whether mail for a full mailbox is refused for good; else its sender is "
        "asked to try again.",
    )
    mail_quota: Size = Field(
        0, description="Octets of mail that an account may hold; 0 for as many as there is room."
    )
    undelete_days: int = Field(
        14,
        ge=0,
        le=36_500,
        description="Days for which destroyed mail can be brought back (cyrpy restore).",
    )

    # Mail that goes out
    submission_relay: Annotated[
        values.Relay | None, Unset("no mail is sent, neither messages nor invitations")
    ] = Field(
        None,
        description="The SMTP server that takes all mail that is sent, as host:port or "
        "unix:/path; servername is how this server names itself to it.",
        examples=["localhost:25", "smtp.example.com:587"],
    )
    submission_tls: Annotated[
        Literal["none", "starttls", "tls"] | None,
        Unset("starttls; none where submission_relay is on this very host"),
    ] = Field(
        None,
        description="How the connection to submission_relay is protected: tls from its start, "
        "starttls after the greeting, or none. Certificates are always verified.",
        examples=["tls"],
    )
    submission_tls_ca_file: Annotated[
        Path | None, Unset("the certificate authorities that the system knows")
    ] = Field(
        None,
        description="Certificates that submission_relay's is verified by.",
        examples=["/etc/ssl/certs/our-ca.pem"],
    )
    submission_user: Annotated[str | None, Unset("submission_relay asks for no login")] = Field(
        None,
        description="Name by which this server logs in to submission_relay.",
        examples=["cyrpy"],
    )
    submission_password_file: Path | None = Field(
        None,
        description="File whose first line is the password of submission_user; it is read for "
        "each connection.",
        examples=["/etc/cyrpy/submission.password"],
    )
    submission_timeout: Duration = Field(
        5 * 60,
        ge=1,
        description="Time that submission_relay has for each answer; for that to the end of a "
        "message, twice as long.",
    )
    imip_accept: Literal["known", "all", "none"] = Field(
        "known",
        description="Which invitations that come by mail go into calendars. known: updates, "
        "cancellations and replies of meetings that are in the calendar, and invitations by other "
        "users of this server and by people in the user's address books; all: invitations by "
        "anybody, too; none: mail changes no calendar.",
    )

    # Mail that lives on IMAP servers
    imap_poll_interval: Duration = Field(
        5 * 60,
        ge=10,
        le=DAY,
        description="Time after which an IMAP server on which a user's mail lives is asked for "
        "changes in all folders. What is changed here gets there at once.",
    )
    imap_idle: Switch = Field(
        True,
        description="Whether these servers are asked to tell of new mail in the inbox at once "
        "(IDLE), where they can; it takes one open connection for each such user.",
    )
    imap_tls_ca_file: Annotated[
        Path | None, Unset("the certificate authorities that the system knows")
    ] = Field(
        None,
        description="Further certificates that these servers' are verified by, and those of the "
        "SMTP servers of their users.",
        examples=["/etc/ssl/certs/our-ca.pem"],
    )
    imap_key_file: Annotated[Path | None, Unset("remote.key in configdirectory")] = Field(
        None,
        description="File with the key by which passwords for these servers are encrypted in the "
        "database; it is made when it is not there. Servers that share a database share it.",
        examples=["/etc/cyrpy/remote.key"],
    )

    # New accounts
    autocreate_inbox_folders: Annotated[Folders, OptionName(former=("autocreateinboxfolders",))] = (
        Field(
            ("Drafts", "Sent", "Junk", "Trash", "Archive"),
            description="Folders that a new account has beside its inbox.",
        )
    )
    autocreate_subscribe_folders: Annotated[
        Folders | None,
        OptionName(former=("autosubscribeinboxfolders",)),
        Unset("all that are created"),
    ] = Field(
        None,
        description="Those of autocreate_inbox_folders that the user is subscribed to (in Cyrus, "
        "none unless told otherwise).",
        examples=["Drafts|Sent"],
    )
    calendar_default_displayname: Annotated[str, Field(min_length=1, max_length=255)] = Field(
        "Default",
        description="Display name of the calendar Default of a new account (in Cyrus: personal).",
    )

    # Storage
    database_url: Annotated[
        values.DatabaseUrl | None, Unset("the SQLite file cyrpy.db in configdirectory")
    ] = Field(
        None,
        repr=False,
        description="The database, postgresql://user:password@host/name or "
        "sqlite:////path/of/file.",
        examples=["postgresql://cyrpy@localhost/cyrpy"],
    )
    database_synchronous: Literal["full", "normal"] = Field(
        "full",
        description="full: what was acknowledged survives a loss of power. normal: faster, and "
        "the last moments before one may be lost; nothing is damaged.",
    )
    sync_log_days: int = Field(
        90,
        ge=1,
        le=36_500,
        description="Days for which changes are remembered; a client that was away for longer "
        "synchronizes from the start.",
    )
    blob_expiry: Duration = Field(
        DAY, ge=3600, description="Time an upload is kept that nothing refers to."
    )

    @field_validator("tls_server_key")
    @classmethod
    def _key_has_certificate(cls, keys: tuple[Path, ...], info: ValidationInfo) -> tuple[Path, ...]:
        certificates = info.data.get("tls_server_cert", keys)
        if keys and len(keys) != len(certificates):
            raise ValueError(f"{len(keys)} keys for {len(certificates)} files of tls_server_cert")
        return keys

    @property
    def sends_mail(self) -> bool:
        """Whether mail leaves this server."""
        return self.submission_relay is not None

    @property
    def imap_key(self) -> Path:
        """Where the key of passwords for other servers is."""
        return self.imap_key_file or self.configdirectory / "remote.key"

    @property
    def database(self) -> str:
        """URL of the database in use."""
        return self.database_url or f"sqlite:///{self.configdirectory}/cyrpy.db"
