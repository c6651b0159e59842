"""Sieve: scripts over JMAP, at delivery and on the command line."""
