"""The table of classic calls: what each is canonically, and how its response is called.

A type is added by its lens and its rows. Only calls that have something behind them stand here:
without a lens, records would go out as the engine has them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from cyrpy_jmap.dialects.classic import arguments as types
from cyrpy_jmap.dialects.classic.accounts import GetAccounts
from cyrpy_jmap.dialects.classic.calendars import CalendarLens
from cyrpy_jmap.dialects.classic.lens import Lens
from cyrpy_jmap.dialects.classic.push import Plain
from cyrpy_jmap.dialects.classic.sets import Set
from cyrpy_jmap.dialects.classic.verbs import ClassicCall, Get, Updates, Verb

GET: Final = Get()
UPDATES: Final = Updates()
SET: Final = Set()
PLAIN: Final = Plain()


def standard(lens: Lens, one: str, many: str, *, is_paged: bool = False) -> list[ClassicCall]:
    """getFoos, getFooUpdates and setFoos of a type, called `one` and `many`: Foo, Foos."""
    lower_one, lower_many = (name[0].lower() + name[1:] for name in (one, many))
    get = ClassicCall(f"get{many}", f"{lens.record_type}/get", lower_many, GET, lens)
    return [
        get,
        ClassicCall(
            f"get{one}Updates",
            f"{lens.record_type}/changes",
            f"{lower_one}Updates",
            UPDATES,
            lens,
            fetch=get,
            is_paged=is_paged,
        ),
        ClassicCall(f"set{many}", f"{lens.record_type}/set", f"{lower_many}Set", SET, lens),
    ]


CALLS: Final[Mapping[str, ClassicCall]] = {
    call.name: call
    for call in (
        ClassicCall("getAccounts", "Core/echo", "accounts", GetAccounts()),
        ClassicCall("getPushCallback", "PushCallback/get", "pushCallback", PLAIN),
        ClassicCall(
            "setPushCallback",
            "PushCallback/set",
            "pushCallbackSet",
            PLAIN,
            arguments={"callback": types.STRING},
        ),
        *standard(CalendarLens(), "Calendar", "Calendars"),
    )
}


def unknown(name: str) -> ClassicCall:
    """A row for a call that is not in the table; it is never run."""
    return ClassicCall(name, name, "error", Verb())
