"""The text of imapd.conf.example, written from the settings models."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterator, Mapping

from cyrpy.config.model import ModuleSettings, Setting, settings_of
from cyrpy.config.settings import CoreSettings

WIDTH = 90

_HEAD = """\
Every option with its meaning and default; take out the # of a line to change it.

A line is "option: value". Lines that begin with # are comments, a \\ at the very end of a
line continues it, and "@include: file" reads another file (a relative path starts from this
file's folder). An option may be given once; http_ before its name makes it win over the plain
one, where the file is shared with other servers. Options of Cyrus IMAP that do not concern
this server are passed over."""


def example(models: Mapping[str, type[ModuleSettings]]) -> str:
    """The file: the core's options, then those of each module by its name.

    An option that several models have stands where it comes first.

    Raises:
        ValueError: two models give one option different defaults, or a field says nothing of
            its meaning.
    """
    seen: dict[str, str] = {}
    parts = [_comment(_HEAD.splitlines()), *_section("The server", CoreSettings, "", seen)]
    for name, model in models.items():
        parts += _section(f"Module {name}", model, name, seen)
    return "\n\n".join(parts) + "\n"


def _section(
    title: str, model: type[ModuleSettings], module_name: str, seen: dict[str, str]
) -> Iterator[str]:
    yield f"# ── {title} {'─' * (WIDTH - len(title) - 6)}"
    for setting in settings_of(model, module_name):
        if setting.option not in seen:
            seen[setting.option] = setting.default_meaning
            yield _entry(setting)
        elif seen[setting.option] != setting.default_meaning:
            raise ValueError(
                f"{setting.option}: the default of {model.__name__} is {setting.default_meaning}, "
                f"that of a model before it {seen[setting.option]}; make them the same"
            )


def _entry(setting: Setting) -> str:
    if not setting.meaning:
        raise ValueError(f"{setting.option} has no description; give its Field one")
    says = f"Allowed: {setting.allowed}. Default: {setting.default_meaning}."
    sample = setting.default or next(iter(setting.info.examples or ("…",)))
    return "\n".join(
        (_comment(_wrap(setting.meaning)), _comment(_wrap(says)), f"#{setting.option}: {sample}")
    )


def _wrap(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH - 2, break_on_hyphens=False, break_long_words=False)


def _comment(lines: list[str]) -> str:
    return "\n".join(f"# {line}".rstrip() for line in lines)


if __name__ == "__main__":
    sys.stdout.write(example({}))
