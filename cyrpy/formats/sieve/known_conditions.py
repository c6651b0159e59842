"""The tests that there are, each with the RFC that defines it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from cyrpy.formats.sieve.language import (
    ADDRESS_PART,
    INDEX,
    MATCH,
    ZONE,
    Option,
    Positional,
    Signature,
    by_name,
)

_KEYS: Final = Positional("keys", "strings")
_HEADERS: Final = Positional("headers", "strings")

TESTS: Final[Mapping[str, Signature]] = by_name(
    # RFC 5228 §5
    Signature("true"),
    Signature("false"),
    Signature("not", tests="one"),
    Signature("allof", tests="many"),
    Signature("anyof", tests="many"),
    Signature("exists", (), (_HEADERS,)),
    Signature("header", (), (_HEADERS, _KEYS), (*MATCH, *INDEX)),
    Signature("address", (), (_HEADERS, _KEYS), (*MATCH, *ADDRESS_PART, *INDEX)),
    Signature(
        "envelope",
        ("envelope",),
        (Positional("parts", "strings"), _KEYS),
        (*MATCH, *ADDRESS_PART),
    ),
    Signature(
        "size",
        (),
        (Positional("limit", "number"),),
        (Option("over", "over"), Option("over", "under")),
    ),
    # RFC 5229 §5
    Signature("string", ("variables",), (Positional("sources", "strings"), _KEYS), MATCH),
    # RFC 5232 §4
    Signature(
        "hasflag",
        ("imap4flags",),
        (Positional("variables", "strings", is_constant=True, is_optional=True), _KEYS),
        MATCH,
    ),
    # RFC 5173 §4
    Signature(
        "body",
        ("body",),
        (_KEYS,),
        (
            *MATCH,
            Option("transform", "raw"),
            Option("transform", "text"),
            Option("transform", "content", "strings"),
        ),
    ),
    # RFC 5260 §4-5
    Signature(
        "date",
        ("date",),
        (
            Positional("header", "string"),
            Positional("part", "string"),
            _KEYS,
        ),
        (*MATCH, *INDEX, ZONE, Option("zone", "originalzone")),
    ),
    Signature("currentdate", ("date",), (Positional("part", "string"), _KEYS), (*MATCH, ZONE)),
    # RFC 5490 §3.1, RFC 9042 §5, RFC 8579 §3
    Signature("mailboxexists", ("mailbox",), (Positional("mailboxes", "strings"),)),
    Signature("mailboxidexists", ("mailboxid",), (Positional("ids", "strings"),)),
    Signature(
        "specialuse_exists",
        ("special-use",),
        (Positional("mailbox", "string", is_optional=True), Positional("uses", "strings")),
    ),
    # RFC 7352 §3
    Signature(
        "duplicate",
        ("duplicate",),
        (),
        (
            Option("handle", "handle", "string"),
            Option("id", "header", "string"),
            Option("id", "uniqueid", "string"),
            Option("seconds", "seconds", "number"),
            Option("last", "last"),
        ),
    ),
    # RFC 5183 §4, RFC 5463 §4
    Signature("environment", ("environment",), (Positional("item", "string"), _KEYS), MATCH),
    Signature("ihave", ("ihave",), (Positional("capabilities", "strings", is_constant=True),)),
)
