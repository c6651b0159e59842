"""From tokens to a tree (RFC 5228 §8.2)."""

from __future__ import annotations

from typing import Final

from cyrpy.formats.sieve.errors import SieveError
from cyrpy.formats.sieve.lexer import Token, decoded, tokens
from cyrpy.formats.sieve.tree import Argument, Node, Number, Strings, Tag

MAX_DEPTH: Final = 32  # blocks or tests inside each other; the RFC asks for 15
MAX_NODES: Final = 10_000  # commands and tests of one script
MAX_LIST: Final = 5_000  # strings of one list
MAX_ARGUMENTS: Final = 32


def parse(octets: bytes) -> tuple[Node, ...]:
    """The commands of a script.

    Raises:
        SieveError: it breaks the grammar, or a limit.
    """
    parser = _Parser(decoded(octets))
    found = parser.commands(0)
    parser.expect_end()
    return found


class _Parser:
    def __init__(self, text: str) -> None:
        self._tokens = tokens(text)
        self._next = next(self._tokens)
        self._count = 0

    def commands(self, depth: int) -> tuple[Node, ...]:
        """Commands up to what ends them."""
        found: list[Node] = []
        while self._next.kind == "identifier":
            found.append(self._command(depth))
        return tuple(found)

    def expect_end(self) -> None:
        """Nothing may follow."""
        if self._next.kind != "end":
            raise SieveError(f"a command must stand here, not {self._next}", self._next.place)

    def _command(self, depth: int) -> Node:
        name = self._name(depth)
        arguments = self._arguments()
        tests, has_list = self._tests(depth)
        block: tuple[Node, ...] | None = None
        if self._is("{"):
            opening = self._take()
            block = self.commands(depth + 1)
            if not self._is("}"):
                begun = f"the block that begins in line {opening.place.line}"
                text = f"{begun} must be closed with '}}' before {self._next}"
                raise SieveError(text, self._next.place)
            self._take()
        elif self._is(";"):
            self._take()
        else:
            text = f"';' is missing after {name.text}, before {self._next}"
            raise SieveError(text, self._next.place)
        return Node(name.text, name.place, arguments, tests, has_list, block)

    def _test(self, depth: int) -> Node:
        if self._next.kind != "identifier":
            raise SieveError(f"a test must stand here, not {self._next}", self._next.place)
        name = self._name(depth)
        arguments = self._arguments()
        tests, has_list = self._tests(depth)
        return Node(name.text, name.place, arguments, tests, has_list)

    def _name(self, depth: int) -> Token:
        """The name that begins a command or test, which is counted."""
        name = self._take()
        self._count += 1
        if depth > MAX_DEPTH:
            raise SieveError(f"this is nested more than {MAX_DEPTH} deep", name.place)
        if self._count > MAX_NODES:
            raise SieveError(f"a script has at most {MAX_NODES} commands and tests", name.place)
        return name

    def _tests(self, depth: int) -> tuple[tuple[Node, ...], bool]:
        """The test, or the list of tests, that may follow arguments."""
        if self._next.kind == "identifier":
            return (self._test(depth + 1),), False
        if not self._is("("):
            return (), False
        self._take()
        found = [self._test(depth + 1)]
        while self._is(","):
            self._take()
            found.append(self._test(depth + 1))
        self._close(")", "the list of tests")
        return tuple(found), True

    def _arguments(self) -> tuple[Argument, ...]:
        found: list[Argument] = []
        while (argument := self._argument()) is not None:
            found.append(argument)
            if len(found) > MAX_ARGUMENTS:
                raise SieveError("these are too many arguments", argument.place)
        return tuple(found)

    def _argument(self) -> Argument | None:
        token = self._next
        if token.kind == "number":
            self._take()
            return Number(token.number, token.place)
        if token.kind == "tag":
            self._take()
            return Tag(token.text, token.place)
        if token.kind == "string":
            self._take()
            return Strings((token.text,), is_list=False, place=token.place)
        return self._list() if self._is("[") else None

    def _list(self) -> Strings:
        opening = self._take()
        found = [self._string()]
        while self._is(","):
            self._take()
            found.append(self._string())
            if len(found) > MAX_LIST:
                raise SieveError(f"a list has at most {MAX_LIST} strings", self._next.place)
        self._close("]", "the list of strings")
        return Strings(tuple(found), is_list=True, place=opening.place)

    def _string(self) -> str:
        if self._next.kind != "string":
            raise SieveError(f"a string must stand here, not {self._next}", self._next.place)
        return self._take().text

    def _close(self, character: str, what: str) -> None:
        if not self._is(character):
            text = f"{what} must go on with ',' or end with '{character}', not {self._next}"
            raise SieveError(text, self._next.place)
        self._take()

    def _is(self, character: str) -> bool:
        return self._next.kind == "special" and self._next.text == character

    def _take(self) -> Token:
        token = self._next
        if token.kind != "end":
            self._next = next(self._tokens)
        return token
