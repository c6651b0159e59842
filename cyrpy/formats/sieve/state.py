"""The state of one run: variables, flags, actions so far, and how much work is left."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from cyrpy.formats.sieve.actions import Action, Discard, Duplicate, Redirect, Reject
from cyrpy.formats.sieve.errors import Place, SieveError
from cyrpy.formats.sieve.steps import Step
from cyrpy.formats.sieve.strings import Reference, Text
from cyrpy.formats.sieve.view import View
from cyrpy.formats.sieve.world import World

MAX_WORK: Final = 30_000_000  # characters that are looked at, about half a second
STEP_WORK: Final = 200  # that a command or test counts as
MAX_VALUE: Final = 8192  # characters of a variable; the RFC asks for 4000
MAX_EXPANDED: Final = 64 * 1024  # characters of a string with variables in it
MAX_VARIABLES: Final = 1000  # the RFC asks for 128
MAX_ACTIONS: Final = 64
MAX_DUPLICATES: Final = 32
MAX_MATCHES: Final = 100
MAX_DEPTH: Final = 100  # blocks inside each other, those of included scripts with them


@dataclass(slots=True)
class State:
    """What scripts that include each other share."""

    view: View
    world: World
    work: int = MAX_WORK
    actions: list[Action] = field(default_factory=list)
    duplicates: list[Duplicate] = field(default_factory=list)
    keeps: bool = True  # the implicit keep
    flags: list[str] = field(default_factory=list)  # of messages that are filed
    shared: dict[str, str] = field(default_factory=dict)  # global variables
    included: list[tuple[bool, str]] = field(default_factory=list)  # from the outermost on
    done: set[tuple[bool, str]] = field(default_factory=set)  # that were included once
    includes: int = 0
    depth: int = 0

    def spend(self, amount: int, step: Step) -> None:
        """Count work.

        Raises:
            SieveError: there is too much of it.
        """
        self.work -= amount
        if self.work < 0:
            raise SieveError("the script takes too long for this message", step.place)

    def act(self, action: Action, step: Step) -> None:
        """Do something with the message, once.

        Raises:
            SieveError: it is too much.
        """
        if action in self.actions:
            return
        if not isinstance(action, Discard) and any(isinstance(a, Reject) for a in self.actions):
            raise SieveError(f"{step.name} cannot be used beside a rejection", step.place)
        if isinstance(action, Redirect):
            count = sum(isinstance(one, Redirect) for one in self.actions)
            if count >= self.world.max_redirects:
                text = f"a message is redirected to at most {self.world.max_redirects} addresses"
                raise SieveError(text, step.place)
        if len(self.actions) >= MAX_ACTIONS:
            raise SieveError(f"at most {MAX_ACTIONS} actions are possible", step.place)
        self.actions.append(action)


@dataclass(slots=True)
class Scope:
    """The variables of one script; those that it declared global are the State's."""

    state: State
    required: frozenset[str]
    own: dict[str, str] = field(default_factory=dict)
    imported: set[str] = field(default_factory=set)
    matches: list[str] = field(default_factory=list)

    def get(self, reference: Reference) -> str:
        """The value of a variable; one that was not set is empty."""
        if reference.number is not None:
            number = reference.number
            return self.matches[number] if number < len(self.matches) else ""
        return self._holder(reference).get(reference.name, "")

    def put(self, reference: Reference, value: str, place: Place) -> None:
        """Set a variable; what is too long is cut off (RFC 5229 §4).

        Raises:
            SieveError: there are too many.
        """
        holder = self._holder(reference)
        if reference.name not in holder and len(holder) >= MAX_VARIABLES:
            raise SieveError(f"at most {MAX_VARIABLES} variables are possible", place)
        holder[reference.name] = value[:MAX_VALUE]

    def _holder(self, reference: Reference) -> dict[str, str]:
        is_shared = reference.is_global or reference.name in self.imported
        return self.state.shared if is_shared else self.own

    def text(self, text: Text, step: Step) -> str:
        """A string with its variables filled in."""
        if isinstance(text, str):
            return text
        found: list[str] = []
        room = MAX_EXPANDED
        for part in text.parts:
            value = part if isinstance(part, str) else self.get(part)
            found.append(value[:room])
            room -= len(value)
            if room <= 0:
                break
        made = "".join(found)
        self.state.spend(len(made) + len(text.parts), step)
        return made

    def texts(self, texts: tuple[Text, ...], step: Step) -> list[str]:
        """Strings with their variables filled in."""
        return [self.text(one, step) for one in texts]
