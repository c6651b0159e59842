"""Which content coding a client would like its answers in (RFC 9110 §12.5.3)."""

from __future__ import annotations

from functools import lru_cache

CODINGS = ("zstd", "gzip")  # what we can, in the order of our preference
LONGEST = 256  # octets of a header that are looked at; real ones have 30


def preferred(header: bytes) -> str | None:
    """The coding to use, or None for none; equal weights leave the choice to us."""
    return _preferred(header) if len(header) <= LONGEST else None


@lru_cache(maxsize=256)
def _preferred(header: bytes) -> str | None:
    weights = parse_accept_encoding(header)
    anything = weights.get("*", 0.0)
    weights.setdefault("gzip", weights.get("x-gzip", anything))
    best = max(CODINGS, key=lambda coding: weights.get(coding, anything))
    weight = weights.get(best, anything)
    # Naming identity with a greater weight is the way to ask for it.
    return best if weight > 0 and weight >= weights.get("identity", 0.0) else None


def parse_accept_encoding(header: bytes) -> dict[str, float]:
    """Weight by coding, in lower case; members that are malformed are left out."""
    weights: dict[str, float] = {}
    for member in header.decode("latin-1").lower().split(","):
        coding, _, parameter = member.partition(";")
        weight = _weight(parameter)
        if weight is not None and coding.strip():
            weights.setdefault(coding.strip(), weight)
    return weights


def _weight(parameter: str) -> float | None:
    """The value of `q=…`, from 0 to 1; 1 if there is none (RFC 9110 §12.4.2)."""
    if not parameter.strip():
        return 1.0
    name, _, value = parameter.partition("=")
    digits = value.strip()
    if name.strip() != "q" or not digits.replace(".", "", 1).isdecimal() or len(digits) > 5:
        return None
    return min(float(digits), 1.0)
