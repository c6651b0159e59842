"""`cyrpy deliver`: a message from a pipe, for MTAs without LMTP."""

from __future__ import annotations

import sys
from typing import Annotated, Final

import typer

from cyrpy.cli.context import ConfigFile, Context, opened
from cyrpy.errors import Unavailable
from cyrpy.mail.delivery import UNKNOWN, Answer, Letter, deliver, find
from cyrpy.mail.recipients import Recipient

# Exit codes that MTAs know (sysexits.h).
DATA_ERROR: Final = 65
NO_USER: Final = 67
CANNOT_CREATE: Final = 73
TRY_AGAIN: Final = 75
REFUSED: Final = 77  # by the recipient's own script


def deliver_mail(
    recipients: Annotated[list[str], typer.Argument(help="Addresses of users.")],
    sender: Annotated[
        str, typer.Option("--sender", "-f", metavar="ADDRESS", help="Sender of the envelope.")
    ] = "",
    config: ConfigFile = None,
) -> None:
    """Deliver a message from standard input.

    Exit codes are those of sysexits.h: 0 delivered to all, 67 no such user, 73 the mailbox is
    full, 65 the message cannot be taken, 77 the recipient refuses it, 75 try again later.
    """
    try:
        with opened(config) as context:
            answers = _deliver(context, recipients, sender)
    except Unavailable as exc:
        typer.echo(f"cyrpy: {exc}", err=True)
        raise typer.Exit(TRY_AGAIN) from exc
    for address, answer in zip(recipients, answers, strict=True):
        if not answer.is_good:
            typer.echo(f"cyrpy: {address}: {answer}", err=True)
    codes = [_code(answer) for answer in answers if not answer.is_good]
    raise typer.Exit(max(codes, default=0))  # to come again is for the best


def _deliver(context: Context, addresses: list[str], sender: str) -> list[Answer]:
    limit = context.settings.maxmessagesize
    octets = sys.stdin.buffer.read(limit + 1) if limit else sys.stdin.buffer.read()
    found = {address: find(context, address) for address in addresses}
    known: dict[str, Recipient] = {a: one for a, one in found.items() if one is not None}
    answers = deliver(context, Letter(octets, sender), list(known.values())) if known else []
    given = dict(zip(known, answers, strict=True))
    return [given.get(address, UNKNOWN) for address in addresses]


def _code(answer: Answer) -> int:
    if answer.code < 500:
        return TRY_AGAIN
    if answer.status == "5.7.1":
        return REFUSED
    return {550: NO_USER, 552: CANNOT_CREATE}.get(answer.code, DATA_ERROR)
