"""The garbage collector rests while things are loaded, and goes on afterwards."""

from __future__ import annotations

import gc

import pytest

from cyrpy.heap import LARGE, give_back, loading


@pytest.fixture(autouse=True)
def as_it_was():
    threshold = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*threshold)


def test_there_are_no_rounds_while_things_are_loaded():
    with loading():
        assert not gc.isenabled()
    assert gc.isenabled()


def test_rounds_go_on_after_what_could_not_be_loaded():
    with pytest.raises(ImportError), loading():
        raise ImportError
    assert gc.isenabled()


def test_what_was_loaded_is_left_out_of_the_rounds():
    before = gc.get_freeze_count()
    with loading():
        kept = [[] for _ in range(100)]
    assert gc.get_freeze_count() >= before + len(kept)


def test_large_blocks_are_given_back_when_they_are_freed():
    def resident() -> int:
        with open("/proc/self/statm") as file:  # noqa: PTH123
            return int(file.read().split()[1]) * 4096

    give_back()
    b"x" * (40 * LARGE)  # glibc's own threshold grows with such a block
    before = resident()
    b"x" * (30 * LARGE)
    assert resident() - before < 10 * LARGE
