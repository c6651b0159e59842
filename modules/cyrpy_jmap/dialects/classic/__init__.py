"""The classic dialect: JMAP as its drafts of 2016 and 2017 had it, in four profiles."""

from __future__ import annotations

from cyrpy_jmap.dialects.classic.dialect import Classic
from cyrpy_jmap.dialects.classic.headers import check_headers
from cyrpy_jmap.dialects.classic.profiles import PROFILES, Profile

__all__ = ["PROFILES", "Classic", "Profile", "check_headers"]
