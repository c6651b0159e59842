"""Anna, whose time others ask for."""

from __future__ import annotations

from tests.support.web import anna, bert, web

__all__ = ["anna", "bert", "web"]
