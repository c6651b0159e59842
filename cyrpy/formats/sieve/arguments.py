"""Arguments by their names: tags by the group that they are of, others by their place."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

from cyrpy.formats.sieve.errors import Place, SieveError
from cyrpy.formats.sieve.language import Kind, Option, Positional, Signature
from cyrpy.formats.sieve.steps import Choice
from cyrpy.formats.sieve.strings import Text, decode_characters, template_of
from cyrpy.formats.sieve.tree import Argument, Node, Number, Strings, Tag

_SAID: Final[dict[Kind, str]] = {
    "string": "one string",
    "strings": "a string or a list of strings",
    "number": "a number",
}


def bind(node: Node, signature: Signature, required: Collection[str]) -> dict[str, Any]:
    """The arguments of a command or test.

    Raises:
        SieveError: one is missing, too many, of the wrong kind, or needs an extension.
    """
    return _Binder(node, signature, required).bind()


class _Binder:
    def __init__(self, node: Node, signature: Signature, required: Collection[str]) -> None:
        self._node = node
        self._signature = signature
        self._required = required
        self._found: dict[str, Any] = {}

    def bind(self) -> dict[str, Any]:
        rest = list(self._node.arguments)
        while rest and isinstance(rest[0], Tag):
            self._tagged(rest.pop(0), rest)
        self._check_needs()
        late = next((one for one in rest if isinstance(one, Tag)), None)
        if late is not None:
            text = f":{late.name} must stand before the arguments that have no tag"
            raise SieveError(text, late.place)
        for positional, argument in zip(self._expected(len(rest)), rest, strict=True):
            self._found[positional.name] = self._value(
                argument,
                positional.kind,
                f"the {positional.name} of {self._node.name}",
                is_constant=positional.is_constant,
            )
        return self._found

    def _tagged(self, tag: Argument, rest: list[Argument]) -> None:
        assert isinstance(tag, Tag)  # noqa: S101 - looked at just before
        option = self._signature.option(tag.name)
        if option is None:
            raise SieveError(self._no_such(tag), tag.place)
        if option.extension is not None and option.extension not in self._required:
            text = f':{tag.name} needs "{option.extension}" on the require line'
            raise SieveError(text, tag.place)
        other = self._found.get(option.group)
        if other is not None:
            twice = f":{tag.name} stands there twice"
            text = twice if other.tag == tag.name else f":{tag.name} excludes :{other.tag}"
            raise SieveError(text, tag.place)
        self._found[option.group] = Choice(tag.name, self._after(tag, option, rest))

    def _after(self, tag: Tag, option: Option, rest: list[Argument]) -> Any:  # noqa: ANN401
        if option.value is None:
            return None
        if not rest or isinstance(rest[0], Tag):
            raise SieveError(f"{_SAID[option.value]} must follow :{tag.name}", tag.place)
        return self._value(
            rest.pop(0), option.value, f"what follows :{tag.name}", is_constant=option.is_constant
        )

    def _no_such(self, tag: Tag) -> str:
        known = ", ".join(f":{one.tag}" for one in self._signature.options)
        there = f"there are {known}" if known else "it takes none"
        return f"{self._node.name} has no argument :{tag.name}; {there}"

    def _check_needs(self) -> None:
        for choice in self._found.values():
            option = self._signature.option(choice.tag)
            if option is None or option.needs is None:
                continue
            if option.needs not in {one.tag for one in self._found.values()}:
                text = f":{choice.tag} needs :{option.needs} beside it"
                raise SieveError(text, self._node.place)

    def _expected(self, count: int) -> list[Positional]:
        """The positional arguments, as so many are there."""
        every = list(self._signature.positional)
        least = [one for one in every if not one.is_optional]
        if count == len(every):
            return every
        if count == len(least):
            return least
        names = ", ".join(one.name for one in least) or "no arguments"
        text = f"{self._node.name} takes {names}; {count} stand here"
        raise SieveError(text, self._node.place)

    def _value(self, argument: Argument, kind: Kind, what: str, *, is_constant: bool) -> Any:  # noqa: ANN401
        place = argument.place
        if kind == "number":
            if not isinstance(argument, Number):
                raise SieveError(f"{what} must be {_SAID[kind]}", place)
            return argument.value
        if not isinstance(argument, Strings) or (kind == "string" and argument.is_list):
            raise SieveError(f"{what} must be {_SAID[kind]}", place)
        texts = tuple(self._text(one, place, is_constant=is_constant) for one in argument.values)
        return texts[0] if kind == "string" else texts

    def _text(self, text: str, place: Place, *, is_constant: bool) -> Text:
        if "encoded-character" in self._required:
            text = decode_characters(text, place)
        if "variables" not in self._required:
            return text
        found = template_of(text, place, has_global="include" in self._required)
        if is_constant and not isinstance(found, str):
            raise SieveError("no variables are possible here", place)
        return found
