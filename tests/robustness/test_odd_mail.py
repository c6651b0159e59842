"""Odd messages are taken, kept and shown; none of them stops the server."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.robustness import odd_mail

COUNT = 150


@pytest.mark.timeout(240)
def test_odd_messages_are_taken_and_can_be_read(tmp_path: Path):
    assert odd_mail.run(tmp_path, COUNT) > COUNT // 2
