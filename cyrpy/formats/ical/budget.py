"""A bound on the work that one recurrence set may cost, however hostile its rules."""

from __future__ import annotations

from cyrpy.errors import FormatError

MAX_STEPS = 100_000  # 50 to 250 ms, by how much there is to test in a step


class RecurrenceTooComplex(FormatError):
    """Expanding the recurrence costs more than is granted; the text says how much that is."""


class Budget:
    """Steps that are left: one for each period looked at and each time that it gives."""

    __slots__ = ("granted", "left")

    def __init__(self, steps: int = MAX_STEPS) -> None:
        self.granted = steps
        self.left = steps

    def spend(self, steps: int) -> None:
        """Take `steps` away.

        Raises:
            RecurrenceTooComplex: Fewer were left.
        """
        self.left -= steps
        if self.left < 0:
            raise RecurrenceTooComplex(
                f"the recurrence takes more than {self.granted} steps to expand; ask for a shorter "
                "time range, or give the event a rarer or a shorter recurrence"
            )
