"""SieveScript (RFC 9661)."""

from cyrpy_jmap.types.sieve_script.type import SieveScripts

__all__ = ["SieveScripts"]
