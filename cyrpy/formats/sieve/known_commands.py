"""The commands that there are, each with the RFC that defines it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from cyrpy.formats.sieve.language import (
    INDEX,
    MATCH,
    Option,
    Positional,
    Signature,
    by_name,
)

_COPY: Final = Option("copy", "copy", None, "copy")
_FLAGS: Final = Option("flags", "flags", "strings", "imap4flags")
# Which mailbox is meant beside its path (RFC 5490, RFC 9042, RFC 8579).
_MAILBOX: Final = (
    Option("create", "create", None, "mailbox"),
    Option("mailboxid", "mailboxid", "string", "mailboxid"),
    Option("specialuse", "specialuse", "string", "special-use"),
)
_FCC: Final = (
    Option("fcc", "fcc", "string", "fcc"),
    *(one._replace(needs="fcc") for one in (_FLAGS, *_MAILBOX)),
)
_REASON: Final = Positional("reason", "string")
_FLAG_ARGUMENTS: Final = (
    Positional("variable", "string", is_constant=True, is_optional=True),
    Positional("flags", "strings"),
)

COMMANDS: Final[Mapping[str, Signature]] = by_name(
    # RFC 5228 §3-4
    Signature("require", (), (Positional("capabilities", "strings", is_constant=True),)),
    Signature("if", tests="one", has_block=True),
    Signature("elsif", tests="one", has_block=True),
    Signature("else", has_block=True),
    Signature("stop"),
    Signature("keep", options=(_FLAGS,)),
    Signature("discard"),
    Signature("redirect", (), (Positional("address", "string"),), (_COPY,)),
    Signature(
        "fileinto",
        ("fileinto",),
        (Positional("mailbox", "string"),),
        (_COPY, _FLAGS, *_MAILBOX),
    ),
    # RFC 5429 §2
    Signature("reject", ("reject",), (_REASON,)),
    Signature("ereject", ("ereject",), (_REASON,)),
    # RFC 5229 §4
    Signature(
        "set",
        ("variables",),
        (Positional("name", "string", is_constant=True), Positional("value", "string")),
        (
            Option("case", "lower"),
            Option("case", "upper"),
            Option("first", "lowerfirst"),
            Option("first", "upperfirst"),
            Option("quote", "quotewildcard"),
            Option("length", "length"),
        ),
    ),
    # RFC 5232 §3
    Signature("setflag", ("imap4flags",), _FLAG_ARGUMENTS),
    Signature("addflag", ("imap4flags",), _FLAG_ARGUMENTS),
    Signature("removeflag", ("imap4flags",), _FLAG_ARGUMENTS),
    # RFC 5230 §4, RFC 6131 §2, RFC 8580 §3
    Signature(
        "vacation",
        ("vacation",),
        (_REASON,),
        (
            Option("days", "days", "number"),
            Option("days", "seconds", "number", "vacation-seconds"),
            Option("subject", "subject", "string"),
            Option("from", "from", "string"),
            Option("addresses", "addresses", "strings"),
            Option("mime", "mime"),
            Option("handle", "handle", "string"),
            *_FCC,
        ),
    ),
    # RFC 6609 §3
    Signature(
        "include",
        ("include",),
        (Positional("script", "string", is_constant=True),),
        (
            Option("location", "personal"),
            Option("location", "global"),
            Option("once", "once"),
            Option("optional", "optional"),
        ),
    ),
    Signature("return", ("include",)),
    Signature("global", ("include",), (Positional("names", "strings", is_constant=True),)),
    # RFC 5293 §4-5
    Signature(
        "addheader",
        ("editheader",),
        (Positional("name", "string"), Positional("value", "string")),
        (Option("last", "last"),),
    ),
    Signature(
        "deleteheader",
        ("editheader",),
        (Positional("name", "string"), Positional("patterns", "strings", is_optional=True)),
        (*MATCH, *(one._replace(extension=None) for one in INDEX)),
    ),
    # RFC 5463 §5
    Signature("error", ("ihave",), (Positional("message", "string"),)),
)
