"""Userids: what someone types to sign in, made into the one name that a user has.

A userid is always `local@domain`. Cyrus leaves the default domain out; we write it, so that a
userid is an address, and `test` with `defaultdomain: localhost` is `test@localhost`.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from typing import Final, Literal, NamedTuple, Protocol

from cyrpy.data.ids import is_valid
from cyrpy.errors import FormatError

MAX_LOCAL: Final = 64  # octets (RFC 5321 §4.5.3.1.1)
MAX_USERID: Final = 254  # octets; an address in a path of 256 (RFC 5321 §4.5.3.1.3)
MAX_READABLE: Final = 200  # characters of an account id, before a number or a digest
RESERVED: Final = frozenset({"anonymous", "anybody", "anyone", "owner", "group"})  # of ACLs

# No white space, no ":" (RFC 7617 §2), no "/" or "%" (URLs), nothing that an address would quote.
_LOCAL: Final = re.compile(r"[\w!#$&'*+=?^`{|}~-]+(?:\.[\w!#$&'*+=?^`{|}~-]+)*")
_LABEL: Final = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN: Final = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")


class NameSettings(Protocol):
    """The options of imapd.conf that say how users are named."""

    @property
    def defaultdomain(self) -> str:
        """Domain of those who give none."""

    @property
    def virtdomains(self) -> Literal["off", "userid", "on"]:
        """Whether there are users of several domains."""

    @property
    def username_tolower(self) -> bool:
        """Whether case is of no matter."""


class UserIds(NamedTuple):
    """How this server names its users."""

    default_domain: str
    has_domains: bool  # virtdomains: userid or on; else all users are of the default domain
    to_lower: bool

    @classmethod
    def of(cls, settings: NameSettings) -> UserIds:
        """As the options say."""
        has_domains = settings.virtdomains != "off"
        return cls(settings.defaultdomain.lower(), has_domains, settings.username_tolower)

    def of_login(self, text: str) -> str:
        """The userid that `text`, as typed, stands for; whether there is such a user or not.

        With virtdomains off what follows @ is of no matter, as in Cyrus; else it is the domain,
        and % stands for @ too.
        """
        name = unicodedata.normalize("NFC", text)
        at = max(name.rfind("@"), name.rfind("%") if self.has_domains else -1)
        local, domain = (name, "") if at < 0 else (name[:at], name[at + 1 :].lower())
        if not self.has_domains or not domain:
            domain = self.default_domain
        return f"{local.lower() if self.to_lower else local}@{domain}"

    def of_new(self, text: str) -> str:
        """The userid of somebody who is to be added.

        Raises:
            FormatError: it cannot be a userid; the text says why.
        """
        domain = text.rpartition("@")[2].lower() if "@" in text else ""
        if not self.has_domains and domain not in {"", self.default_domain}:
            raise FormatError(
                f"{text!r}: with virtdomains: off every user is of {self.default_domain}; "
                "set virtdomains: userid for users of other domains"
            )
        userid = self.of_login(text)
        check_address(userid)
        if userid.rpartition("@")[0].lower() in RESERVED:
            raise FormatError(f"{text!r}: that name means a set of users in access control lists")
        return userid


def check_address(address: str) -> None:
    """Make sure that `address` is an address, and one that needs no quoting anywhere.

    Raises:
        FormatError: it is none; the text says why.
    """
    local, at, domain = address.rpartition("@")
    if not at or not _LOCAL.fullmatch(local):
        raise FormatError(
            f"{address!r}: before the @ there must be letters, digits or any of "
            ".!#$&'*+=?^_`{|}~- (dots not at either end, nor two together)"
        )
    if len(local.encode()) > MAX_LOCAL or len(address.encode()) > MAX_USERID:
        raise FormatError(
            f"{address[:80]!r}: longer than {MAX_LOCAL} octets before the @ or {MAX_USERID} in all"
        )
    check_domain(domain)


def check_domain(domain: str) -> None:
    """Make sure that `domain` is a domain in lower case.

    Raises:
        FormatError: it is none.
    """
    if len(domain) > 253 or not _DOMAIN.fullmatch(domain):
        raise FormatError(
            f"{domain[:80]!r} is no domain: labels of a-z, 0-9 and - between dots "
            "(others in their xn-- form)"
        )


def account_id(userid: str, attempt: int = 1) -> str:
    """An Id (RFC 8620 §1.2) for the account of `userid`: `test_40localhost`.

    A userid that is a valid Id is its own; else octets other than letters, digits and - become
    `_` and two hexadecimal digits. `attempt` 2 and on are what to try where that is taken.
    """
    readable = userid if is_valid(userid) else "".join(map(_escaped, userid.encode()))
    if len(readable) > MAX_READABLE:
        digest = hashlib.sha256(userid.encode()).hexdigest()
        readable = f"{readable[: MAX_READABLE - 33]}-{digest[:32]}"
    return readable if attempt == 1 else f"{readable}-{attempt}"


def _escaped(octet: int) -> str:
    character = chr(octet)
    return character if is_valid(character) and character != "_" else f"_{octet:02x}"
