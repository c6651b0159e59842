"""Messages for tests."""

from __future__ import annotations

from itertools import count
from typing import Any

NUMBERS = count(1)


def message(subject: str = "Hello", body: str = "Hi there.", **fields: Any) -> bytes:
    """A message of its own; of fields, `_` is `-`."""
    number = next(NUMBERS)
    given = {
        "From": "Ada <ada@example.com>",
        "To": "bob@example.com",
        "Subject": subject,
        "Message-ID": f"<{number}@example.com>",
        "Date": "Tue, 14 Nov 2023 22:13:20 +0000",
        **{name.replace("_", "-"): value for name, value in fields.items()},
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in given.items() if value is not None)
    return f"{head}\r\n{body}\r\n".encode()
