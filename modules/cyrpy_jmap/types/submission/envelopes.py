"""Envelopes of EmailSubmissions: given by the client, or made of the message (RFC 8621 §7)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from cyrpy.data.submissions import Parameters
from cyrpy.data.unit import Unit
from cyrpy.formats.mime.headers import parse_property
from cyrpy.formats.mime.message import Message
from cyrpy.groupware.mail_identities import Identity, may_send_from
from cyrpy.mail.envelope import is_address
from cyrpy_jmap.errors import SetError
from cyrpy_jmap.invocation import Json
from cyrpy_jmap.types.submission.model import MAX_DELAY, MAX_RECIPIENTS

_KEYWORD: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,63}", re.ASCII)  # RFC 5321 §4.1.2
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)
# What the queue decides by the message and the relay.
_OURS: Final = frozenset({"SIZE", "BODY", "SMTPUTF8", "AUTH"})


class Envelope(NamedTuple):
    """As whom, to whom and when the message goes."""

    sender: str
    parameters: Parameters
    recipients: Mapping[str, Parameters]
    send_at: int | None  # None: now


def envelope_of(given: Json | None, message: Message, identity: Identity, now: int) -> Envelope:
    """The envelope that the client gave, or else what follows from the message.

    Raises:
        SetError: it cannot be one.
    """
    if given is None:
        made = Envelope(_sender(message, identity), {}, _addressees(message), None)
    else:
        parameters = _parameters(given["mailFrom"])
        send_at = _released(parameters, now)
        recipients = {one["email"]: _parameters(one) for one in reversed(given["rcptTo"])}
        made = Envelope(
            given["mailFrom"]["email"], parameters, dict(reversed(recipients.items())), send_at
        )
    _check(made)
    return made


def _check(made: Envelope) -> None:
    if not made.recipients:
        raise SetError("noRecipients", "nobody is named that the message would go to")
    if len(made.recipients) > MAX_RECIPIENTS:
        text = f"a message may go to at most {MAX_RECIPIENTS} recipients"
        raise SetError("tooManyRecipients", text, maxRecipients=MAX_RECIPIENTS)
    wrong = [address for address in made.recipients if not is_address(address)]
    if wrong:
        text = f"{wrong[0][:80]!r} is no mail address"
        raise SetError("invalidRecipients", text, invalidRecipients=wrong)


def _sender(message: Message, identity: Identity) -> str:
    """The address of the Sender or From field, if the identity is of that address."""
    for name, property in (("Sender", "sender"), ("From", "from")):
        fields = [one for one in message.headers() if one["name"].lower() == name.lower()]
        if not fields:
            continue
        found = message.convenience[property] or []
        if len(fields) > 1 or len(found) != 1:
            text = f"the message must have one address in its field {name}, or an envelope"
            raise SetError("invalidEmail", text, [property])
        address: str = found[0]["email"] or ""
        return address if address.lower() == identity.email.lower() else identity.email
    return identity.email


def _addressees(message: Message) -> dict[str, Parameters]:
    """Each address of To, Cc and Bcc once."""
    found: dict[str, str] = {}
    for name in ("To", "Cc", "Bcc"):
        for one in _addresses(message, name):
            found.setdefault(one.lower(), one)
    return {address: {} for address in found.values()}


def _addresses(message: Message, name: str) -> Iterable[str]:
    """The addresses in all fields of that name."""
    wanted = parse_property(f"header:{name}:asAddresses:all")
    fields: list[list[dict[str, Any]]] = message.header(wanted) if wanted is not None else []
    return [one["email"] for field in fields for one in field or () if one["email"]]


def authors(message: Message) -> list[str]:
    """The addresses of the From field."""
    return list(_addresses(message, "From"))


def check_sender(unit: Unit, principal_id: int, made: Envelope) -> None:
    """Make sure that the user may send with that return address, which may be empty.

    Raises:
        SetError: `forbiddenMailFrom`.
    """
    if made.sender and not may_send_from(unit, principal_id, made.sender):
        text = f"sending mail as {made.sender[:255]!r} is not allowed"
        raise SetError("forbiddenMailFrom", text)


def _parameters(address: Json) -> dict[str, str | None]:
    """The parameters of an address, their names in upper case."""
    given: Mapping[str, str | None] = address.get("parameters") or {}
    found: dict[str, str | None] = {}
    for name, value in given.items():
        if not _KEYWORD.fullmatch(name) or (value is not None and not value.isprintable()):
            text = f"envelope: {name[:80]!r} is no parameter of SMTP"
            raise SetError("invalidProperties", text, ["envelope"])
        found[name.upper()] = value
    return {name: value for name, value in found.items() if name not in _OURS}


def _released(parameters: dict[str, str | None], now: int) -> int | None:
    """When mail is to be sent, taken out of the parameters (RFC 4865 §4)."""
    if parameters.keys().isdisjoint({"HOLDFOR", "HOLDUNTIL"}):
        return None
    wait, until = parameters.pop("HOLDFOR", None), parameters.pop("HOLDUNTIL", None)
    moment = None
    if until is None and wait is not None and wait.isascii() and wait.isdigit() and len(wait) < 10:
        moment = now + int(wait)
    elif wait is None and until is not None and _MOMENT.fullmatch(until):
        moment = _seconds(until)
    if moment is None:
        text = "envelope: HOLDFOR takes seconds, HOLDUNTIL a UTC date, and only one may be given"
        raise SetError("invalidProperties", text, ["envelope"])
    if moment > now + MAX_DELAY:
        text = f"envelope: mail may wait for {MAX_DELAY} seconds at most"
        raise SetError("invalidProperties", text, ["envelope"])
    return moment


def _seconds(text: str) -> int | None:
    try:
        return int(datetime.fromisoformat(text).astimezone(UTC).timestamp())
    except (ValueError, OverflowError):  # such as the 31st of February
        return None
