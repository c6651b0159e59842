"""What goes wrong with another server."""

from __future__ import annotations

from cyrpy.errors import CyrpyError


class RemoteError(CyrpyError):
    """The other server cannot be reached, or does not do what is needed.

    Attributes:
        status: Of its answer; 0 if there was none.
    """

    def __init__(self, message: str, status: int = 0) -> None:
        super().__init__(message)
        self.status = status
