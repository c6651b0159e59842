"""Whom a user knows: those whose mail addresses are in the account's address books."""

from __future__ import annotations

from typing import Final

import orjson

from cyrpy.data import search
from cyrpy.data.unit import Unit
from cyrpy.groupware.cards.document import EMAIL, KIND
from cyrpy.groupware.cards.rendering import rendered

LOOKED_AT: Final = 50  # cards that have the words of the address


def is_known(unit: Unit, account_id: int, address: str) -> bool:
    """Whether a card of the account has the mail address, in any case."""
    wanted = address.strip().lower()
    phrase = '"{}"'.format(wanted.replace('"', " "))
    numbers = search.find(unit, account_id, KIND, [EMAIL], phrase)[:LOOKED_AT]
    return any(
        email.get("address", "").strip().lower() == wanted
        for json in rendered(unit, account_id, numbers).values()
        for email in orjson.loads(json).get("emails", {}).values()
    )
