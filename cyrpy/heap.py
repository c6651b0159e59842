"""The memory of a process: the garbage collector's part in a start, and what is given back.

A start makes 130,000 objects for good and 2,000 that a round would free; the rounds that looked
through them took a fifth of its time. So there are none until everything that stays is there.
"""

from __future__ import annotations

import ctypes
import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

THRESHOLD: Final = 20_000  # new containers before a round; Python's own is 700
LARGE: Final = 1 << 20  # octets
_MMAP_THRESHOLD: Final = -3  # M_MMAP_THRESHOLD of malloc.h


def give_back() -> None:
    """Return large blocks to the system when they are freed, for as long as the process runs.

    Left alone, glibc keeps them once the first was freed: the 19 MiB of a password's hash, in each
    process. Other C libraries have no such function, and no such habit.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_MMAP_THRESHOLD, LARGE)


def rest() -> None:
    """No rounds from here on: what is being loaded stays, and looking through it finds nothing."""
    gc.disable()


def settle() -> None:
    """Leave what there is out of all rounds to come, and make these rarer."""
    gc.freeze()
    gc.set_threshold(THRESHOLD)
    gc.enable()


@contextmanager
def loading() -> Iterator[None]:
    """What is loaded inside is never looked through."""
    rest()
    try:
        yield
    finally:
        settle()
