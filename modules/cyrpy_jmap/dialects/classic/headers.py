"""X-JMAP-Version and X-JMAP-Extensions: what the client wants spoken (profiles A0 and A)."""

from __future__ import annotations

import re
from typing import Final

from starlette.types import Scope

from cyrpy_jmap.dialects.classic.profiles import VERSIONS, Profile
from cyrpy_jmap.errors import RequestError

SHOWN: Final = 80
_VERSION: Final = re.compile(r"\s*([0-9]{1,9})\s*")


def check_headers(scope: Scope, profile: Profile) -> RequestError | None:
    """Why the request cannot be served as its headers ask (412); None if it can.

    We have one version, and no extension that must be asked for.
    """
    if not profile.has_headers:
        return None
    version = _value(scope, b"x-jmap-version")
    if version is not None and not _is_spoken(version):
        spoken = ", ".join(map(str, VERSIONS))
        return _refused(f"X-JMAP-Version {version[:SHOWN]!r} is not spoken here, but: {spoken}")
    extensions = _value(scope, b"x-jmap-extensions")
    if extensions is not None and extensions.replace(",", "").strip():
        return _refused(
            f"X-JMAP-Extensions {extensions[:SHOWN]!r}: there are none here; leave the header out"
        )
    return None


def _is_spoken(version: str) -> bool:
    found = _VERSION.fullmatch(version)
    return found is not None and int(found[1]) in VERSIONS


def _value(scope: Scope, name: bytes) -> str | None:
    """All lines of a header; None if there is none."""
    lines = [value.decode("latin-1") for key, value in scope["headers"] if key == name]
    return ",".join(lines) if lines else None


def _refused(detail: str) -> RequestError:
    return RequestError("about:blank", 412, detail)
