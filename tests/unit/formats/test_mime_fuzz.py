"""Split like the standard library does, and whatever happens split at all; 100,000 by hand.

`python -m tests.robustness.mime_fuzz --count 100000` goes on where this ends.
"""

from __future__ import annotations

import pytest

from tests.robustness.mime_fuzz import check, sound
from tests.support.odd_mail import monsters

COUNT = 2000
BATCH = 250


@pytest.mark.parametrize("first", range(0, COUNT, BATCH))
def test_messages_are_split_as_the_standard_library_splits_them(first):
    for number in range(first, first + BATCH):
        check(number)


@pytest.mark.parametrize("number", range(len(list(monsters()))))
def test_too_much_of_anything_is_split_in_bounded_time(number):
    sound(list(monsters())[number])
