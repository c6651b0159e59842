"""The word between processes that push subscriptions changed: who sends must look at them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from cyrpy.data.notifier import Notifier

CHANNEL: Final = 0  # an account that there never is


def tell(notifier: Notifier, ids: Iterable[int]) -> None:
    """These subscriptions are new or changed."""
    moved = {str(id): 1 for id in ids}
    if moved:
        notifier.publish({CHANNEL: moved})
