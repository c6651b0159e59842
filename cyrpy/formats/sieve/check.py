"""From a tree to steps that can be run: every word must be known, every argument right.

What an extension adds is known only where the extension is required (RFC 5228 §2.10.5), or where
`ihave` asks for it. In what depends on an `ihave` that is not fulfilled, nothing need be known:
there, what is wrong is an error only when it is run (RFC 5463 §4).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, Final

from cyrpy.formats.sieve.arguments import bind
from cyrpy.formats.sieve.errors import SieveError, shown
from cyrpy.formats.sieve.known_commands import COMMANDS
from cyrpy.formats.sieve.known_conditions import TESTS
from cyrpy.formats.sieve.language import ALWAYS_THERE, EXTENSIONS, IMPLIES, Signature
from cyrpy.formats.sieve.parser import parse
from cyrpy.formats.sieve.rules import check_step
from cyrpy.formats.sieve.steps import Script, Step
from cyrpy.formats.sieve.tree import Node, Strings

BROKEN: Final = "\0broken"  # name of a step that cannot be run; `message` says why
SMALL: Final = 32 * 1024  # octets
_CHAIN: Final = frozenset({"elsif", "else"})


def script_of(octets: bytes) -> Script:
    """A script, ready to be run; those that are not large are kept for the next time.

    Raises:
        SieveError: it is none, or uses what is not there.
    """
    return _kept(octets) if len(octets) <= SMALL else _checked(octets)


@lru_cache(maxsize=64)
def _kept(octets: bytes) -> Script:
    return _checked(octets)


def _checked(octets: bytes) -> Script:
    nodes = parse(octets)
    checker = _Checker()
    count = checker.require(nodes)
    return Script(checker.block(nodes[count:]), frozenset(checker.required))


class _Checker:
    def __init__(self) -> None:
        self.required: set[str] = set(ALWAYS_THERE)
        self._is_lenient = False

    def require(self, nodes: Sequence[Node]) -> int:
        """Take in the commands `require`, which come first; how many they are."""
        for count, node in enumerate(nodes):
            if node.name != "require":
                return count
            arguments = bind(node, COMMANDS["require"], self.required)
            _expect_no_more(node)
            for name in arguments["capabilities"]:
                if name not in EXTENSIONS:
                    known = ", ".join(EXTENSIONS)
                    text = f"the extension {shown(name)} is not supported; there are: {known}"
                    raise SieveError(text, node.place)
                self._enable(name)
        return len(nodes)

    def _enable(self, name: str) -> None:
        self.required |= {name, *IMPLIES.get(name, ())}

    def block(self, nodes: Sequence[Node]) -> tuple[Step, ...]:
        """Commands one after the other."""
        found: list[Step] = []
        position = 0
        while position < len(nodes):
            end = position + 1
            if nodes[position].name == "if":
                while end < len(nodes) and nodes[end].name in _CHAIN:
                    end += 1
                    if nodes[end - 1].name == "else":
                        break
                found.append(self._conditional(nodes[position:end]))
            else:
                found.append(self._step(nodes[position], COMMANDS, "command"))
            position = end
        return tuple(found)

    def _conditional(self, chain: Sequence[Node]) -> Step:
        was_lenient = self._is_lenient
        self._is_lenient |= not all(self._has(test) for node in chain for test in node.tests)
        try:
            branches = [self._branch(node) for node in chain]
        finally:
            self._is_lenient = was_lenient
        return Step("if", chain[0].place, branches=tuple(branches))

    def _branch(self, node: Node) -> tuple[Step | None, tuple[Step, ...]]:
        signature = COMMANDS[node.name]
        bind(node, signature, self.required)
        _expect_tests(node, signature)
        if node.block is None:
            raise SieveError(f"a block in {{ }} must follow {node.name}", node.place)
        test = self._step(node.tests[0], TESTS, "test") if node.tests else None
        return test, self.block(node.block)

    def _has(self, test: Node) -> bool:
        """Whether all that `ihave` asks for in a test is there, which then may be used."""
        if "ihave" not in self.required:
            return True
        names = list(_asked(test))
        for name in names:
            if name in EXTENSIONS:
                self._enable(name)
        return all(name in EXTENSIONS for name in names)

    def _step(self, node: Node, known: Any, what: str) -> Step:  # noqa: ANN401 - a table
        try:
            return self._strict(node, known, what)
        except SieveError as exc:
            if not self._is_lenient:
                raise
            return broken(exc)

    def _strict(self, node: Node, known: Any, what: str) -> Step:  # noqa: ANN401
        signature: Signature | None = known.get(node.name)
        if signature is None or node.name in _CHAIN | {"require"}:
            raise SieveError(_unknown(node, what), node.place)
        missing = not self.required.intersection(signature.extensions)
        if signature.extensions and missing:
            text = f'{node.name} needs "{signature.extensions[0]}" on the require line'
            raise SieveError(text, node.place)
        arguments = bind(node, signature, self.required)
        _expect_tests(node, signature)
        _expect_no_block(node)
        tests = tuple(self._step(test, TESTS, "test") for test in node.tests)
        step = Step(node.name, node.place, arguments, tests)
        check_step(step, self.required)
        return step


def broken(exc: SieveError) -> Step:
    """A step that fails when it is run."""
    return Step(BROKEN, exc.place, {"message": exc.message})


def _asked(test: Node) -> Iterable[str]:
    """The extensions that `ihave` asks for in a test and in those inside it."""
    if test.name == "ihave":
        for argument in test.arguments:
            if isinstance(argument, Strings):
                yield from argument.values
    for inside in test.tests:
        yield from _asked(inside)


def _unknown(node: Node, what: str) -> str:
    if node.name == "require":
        return "require must stand before all other commands"
    if node.name in _CHAIN:
        return f"{node.name} must follow the block of an if or elsif"
    if what == "command" and node.name in TESTS:
        return f"{node.name} is a test; it must stand after if"
    if what == "test" and node.name in COMMANDS:
        return f"{node.name} is a command, where a test must stand"
    return f"there is no {what} {shown(node.name)}"


def _expect_tests(node: Node, signature: Signature) -> None:
    """Make sure that as many tests stand there as must."""
    if signature.tests == "none":
        if node.tests:
            raise SieveError(f"no test may follow {node.name}", node.tests[0].place)
    elif signature.tests == "one":
        if len(node.tests) != 1 or node.has_list:
            raise SieveError(f"one test without parentheses must follow {node.name}", node.place)
    elif not node.has_list:
        raise SieveError(f"tests in parentheses must follow {node.name}", node.place)


def _expect_no_block(node: Node) -> None:
    if node.block is not None:
        raise SieveError(f"no block may follow {node.name}; end it with ';'", node.place)


def _expect_no_more(node: Node) -> None:
    _expect_tests(node, COMMANDS["require"])
    _expect_no_block(node)
