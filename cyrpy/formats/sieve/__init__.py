"""Sieve (RFC 5228): scripts that say what is to become of mail, as text and as they are run."""
