"""Options that nobody knows, and what their writer may have meant."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from fnmatch import fnmatchcase

from cyrpy.config.cyrus import CYRUS_OPTIONS, is_cyrus_option
from cyrpy.config.options import SERVICE, Options


def unknown(
    options: Options, known: Iterable[str], families: Callable[[], Iterable[str]] = tuple
) -> list[str]:
    """A warning for each option that is neither `known` nor one of Cyrus's.

    An entry of `known` may end in `*`: `jmap_*` says that a module which is not enabled, and
    whose options nobody can tell, owns what begins so. `families` are more such, which are only
    looked for when there may be a warning.
    """
    names = frozenset(known)
    stars = {name for name in names if name.endswith("*")}
    strange = [
        option
        for option in options.values()
        if names.isdisjoint(_spellings(option.name)) and not is_cyrus_option(option.name)
    ]
    patterns = (*stars, *families()) if strange else ()
    warnings = []
    for option in strange:
        if any(fnmatchcase(name, star) for name in _spellings(option.name) for star in patterns):
            continue
        hint = (
            did_you_mean(option.name, names - stars)
            or did_you_mean(option.name, CYRUS_OPTIONS)
            or "remove the line if nothing else reads it"
        )
        warnings.append(f"{option.where}: {option.name} is unknown and ignored; {hint}")
    return warnings


def did_you_mean(name: str, candidates: Collection[str]) -> str:
    """`did you mean x?`, or nothing if no candidate resembles `name`."""
    from difflib import get_close_matches  # noqa: PLC0415 - needed for a mistake only

    close = get_close_matches(name, sorted(candidates), n=1, cutoff=0.75)
    return f"did you mean {close[0]}?" if close else ""


def _spellings(name: str) -> tuple[str, str]:
    """An option's name, and the same without the service's prefix."""
    return name, name.removeprefix(f"{SERVICE}_")
