"""Options as they were read: name, value, file and line; nothing is interpreted yet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

DEFAULT_CONFIGDIRECTORY = "/var/lib/cyrpy"
SERVICE = "http"
_PLACEHOLDER = "{configdirectory}"


@dataclass(frozen=True, slots=True)
class Option:
    """One line of the file; `name` is in lower case."""

    name: str
    value: str
    file: Path
    line: int

    @property
    def where(self) -> str:
        """`file:line`, as editors understand it."""
        return f"{self.file}:{self.line}"


class Options(Mapping[str, Option]):
    """What a configuration file says, by the name that stands in it."""

    def __init__(self, options: Mapping[str, Option], file: Path) -> None:
        self._options = dict(options)
        self.file = file

    def __getitem__(self, name: str) -> Option:
        return self._options[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._options)

    def __len__(self) -> int:
        return len(self._options)

    def find(self, name: str, *former: str) -> Option | None:
        """The line that decides option `name`, looked for under its `former` names as well.

        A line of our service (`http_httptimeout`) goes before the plain one (`httptimeout`),
        and the present name before a former one, as in Cyrus.
        """
        for candidate in (name, *former):
            option = self.get(f"{SERVICE}_{candidate}") or self.get(candidate)
            if option is not None:
                return option
        return None

    def value(self, option: Option) -> str:
        """The option's value with a leading `{configdirectory}` replaced.

        Cyrus replaces it at the start of a value and nowhere else.
        """
        if option.value[: len(_PLACEHOLDER)].lower() != _PLACEHOLDER:
            return option.value
        directory = self.find("configdirectory")
        prefix = DEFAULT_CONFIGDIRECTORY if directory is None else directory.value
        return prefix + option.value[len(_PLACEHOLDER) :]
