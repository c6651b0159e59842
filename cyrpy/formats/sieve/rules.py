"""What must hold of the values of arguments, as far as it can be said before a script is run."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from typing import Any, Final

from cyrpy.formats.sieve.collations import COLLATIONS, NUMERIC
from cyrpy.formats.sieve.dateparts import PARTS, is_zone
from cyrpy.formats.sieve.errors import SieveError, shown
from cyrpy.formats.sieve.language import ALWAYS_THERE, COMPARATOR
from cyrpy.formats.sieve.steps import Step
from cyrpy.formats.sieve.strings import Text, variable_name

RELATIONS: Final = ("gt", "ge", "lt", "le", "eq", "ne")
MAX_MAILBOX: Final = 1000  # characters of a path
SCRIPT_NAME: Final = re.compile(r"[^\x00-\x1f\x7f-\x9f/\u2028\u2029]{1,255}")
HEADER_NAME: Final = re.compile(r"[!-9;-~]{1,250}", re.ASCII)
ADDRESS: Final = re.compile(r'(?:"(?:[^"\\\s]|\\.)+"|[^\s"<>@(),;:\\\[\]]+)@[^\s"<>@(),;:\\]+')
_QUOTED: Final = re.compile(r'"(?:[^"\\]|\\.)*"')
_ODD: Final = re.compile(r"[<>@,;:\r\n]")
# Fields that hold addresses (RFC 5228 §5.1), and what begins the names of others that may.
_ADDRESSES: Final = frozenset(
    {"from", "to", "cc", "bcc", "sender", "reply-to", "return-path", "delivered-to"}
    | {"resent-from", "resent-to", "resent-cc", "resent-bcc", "resent-sender", "resent-reply-to"}
    | {"errors-to", "envelope-to", "disposition-notification-to", "return-receipt-to"}
    | {"mail-followup-to", "mail-reply-to", "apparently-to", "approved", "original-recipient"}
)


def check_step(step: Step, required: Collection[str]) -> None:
    """Make sure that values which never change are possible ones.

    Raises:
        SieveError: one is not.
    """
    _check_match(step, required)
    rule = _RULES.get(step.name)
    if rule is not None:
        rule(step)
    if step.name in {"set", "global"}:
        _check_names(step, required)
    if step.name == "hasflag" or step.name.endswith("flag"):
        _check_flag_variables(step, required)


def _check_match(step: Step, required: Collection[str]) -> None:
    """The comparator must be there, and be able to do what is asked of it (§2.7)."""
    comparator: str | None = step.value("comparator")
    if comparator is not None:
        if comparator not in COLLATIONS:
            known = ", ".join(COLLATIONS)
            raise _wrong(step, f"there is no comparator {shown(comparator)}; there are: {known}")
        name = COMPARATOR + comparator
        if name not in required and name not in ALWAYS_THERE:
            raise _wrong(step, f'the comparator {comparator} needs "{name}" on the require line')
    match = step.tag("match")
    if comparator == NUMERIC and match in {"contains", "matches"}:
        raise _wrong(step, f"{NUMERIC} compares numbers, of which :{match} makes no sense")
    relation = step.value("match")
    if isinstance(relation, str) and relation.lower() not in RELATIONS:
        text = f":{match} takes one of {', '.join(RELATIONS)}, not {shown(relation)}"
        raise _wrong(step, text)


def _check_names(step: Step, required: Collection[str]) -> None:
    has_global = "include" in required
    names = step.arguments.get("names") or (step.arguments["name"],)
    for name in names:
        found = variable_name(name, step.place, has_global=has_global)
        if step.name == "global" and found.is_global:
            raise _wrong(step, "global takes names without a namespace")


def _check_flag_variables(step: Step, required: Collection[str]) -> None:
    given = step.arguments.get("variables") or (step.arguments.get("variable"),)
    for name in given:
        if name is None:
            continue
        if "variables" not in required:
            raise _wrong(step, 'flags in a variable need "variables" on the require line')
        variable_name(name, step.place, has_global="include" in required)


def _check_header_names(step: Step) -> None:
    for name in step.texts("headers"):
        if isinstance(name, str) and HEADER_NAME.fullmatch(name) is None:
            raise _wrong(step, f"{shown(name)} cannot be the name of a header field")


def _check_address(step: Step) -> None:
    _check_header_names(step)
    for name in step.texts("headers"):
        if isinstance(name, str) and not has_addresses(name):
            text = f"the field {shown(name)} has no addresses; use the test header"
            raise _wrong(step, text)


def has_addresses(name: str) -> bool:
    """Whether addresses are looked for in fields of that name."""
    return name.lower() in _ADDRESSES or name.lower().startswith("x-")


def _check_envelope(step: Step) -> None:
    for part in step.texts("parts"):
        if isinstance(part, str) and part.lower() not in {"from", "to"}:
            raise _wrong(step, f'the envelope has "from" and "to", not {shown(part)}')


def _check_size(step: Step) -> None:
    if not step.tag("over"):
        raise _wrong(step, "size needs :over or :under")


def _check_date(step: Step) -> None:
    part: Text = step.arguments["part"]
    if isinstance(part, str) and part.lower() not in PARTS:
        known = ", ".join(PARTS)
        raise _wrong(step, f"a date has no part {shown(part)}; there are: {known}")
    zone = step.value("zone")
    if isinstance(zone, str) and not is_zone(zone):
        raise _wrong(step, f":zone takes an offset such as +0100, not {shown(zone)}")
    header: Text = step.arguments.get("header", "Date")
    if isinstance(header, str) and HEADER_NAME.fullmatch(header) is None:
        raise _wrong(step, f"{shown(header)} cannot be the name of a header field")


def _check_fileinto(step: Step) -> None:
    mailbox: Text = step.arguments["mailbox"]
    _check_mailbox(step, mailbox)


def _check_mailbox(step: Step, mailbox: Text) -> None:
    if isinstance(mailbox, str) and not is_mailbox(mailbox):
        raise _wrong(step, f"{shown(mailbox)} cannot be the name of a mailbox")
    if step.tag("mailboxid") and step.tag("specialuse"):
        raise _wrong(step, ":mailboxid excludes :specialuse")


def is_mailbox(path: str) -> bool:
    """Whether it can be the path of a mailbox."""
    return 0 < len(path) <= MAX_MAILBOX and path.isprintable() and bool(path.strip("/"))


def _check_redirect(step: Step) -> None:
    address: Text = step.arguments["address"]
    if isinstance(address, str) and address_of(address) is None:
        raise _wrong(step, f"{shown(address)} is no mail address")


def address_of(text: str) -> str | None:
    """The one address of a text, which may have a name before it (RFC 5228 §2.4.2.3)."""
    text = text.strip()
    if text.endswith(">"):
        name, _, text = text[:-1].rpartition("<")
        if _ODD.search(_QUOTED.sub("", name)):
            return None
    return text if len(text) <= 1000 and ADDRESS.fullmatch(text) else None


def _check_vacation(step: Step) -> None:
    sender = step.value("from")
    if isinstance(sender, str) and address_of(sender) is None:
        raise _wrong(step, f":from takes a mail address, not {shown(sender)}")
    fcc: Text | None = step.value("fcc")
    if fcc is not None:
        _check_mailbox(step, fcc)


def _check_include(step: Step) -> None:
    name: str = step.arguments["script"]
    if SCRIPT_NAME.fullmatch(name) is None:
        raise _wrong(step, f"{shown(name)} cannot be the name of a script")


def _check_field(step: Step) -> None:
    name: Text = step.arguments["name"]
    if isinstance(name, str) and HEADER_NAME.fullmatch(name) is None:
        raise _wrong(step, f"{shown(name)} cannot be the name of a header field")


def _check_index(step: Step) -> None:
    if step.value("index") == 0:
        raise _wrong(step, ":index counts from 1")


def _wrong(step: Step, text: str) -> SieveError:
    return SieveError(text, step.place)


def _both(*rules: Callable[[Step], None]) -> Callable[[Step], None]:
    def every(step: Step) -> None:
        for rule in rules:
            rule(step)

    return every


_RULES: Final[Mapping[str, Callable[[Step], Any]]] = {
    "header": _both(_check_header_names, _check_index),
    "exists": _check_header_names,
    "address": _both(_check_address, _check_index),
    "envelope": _check_envelope,
    "size": _check_size,
    "date": _both(_check_date, _check_index),
    "currentdate": _check_date,
    "fileinto": _check_fileinto,
    "redirect": _check_redirect,
    "vacation": _check_vacation,
    "include": _check_include,
    "addheader": _check_field,
    "deleteheader": _both(_check_field, _check_index),
}
