"""Sieve at delivery: scripts are run before anything is locked, and what they say is done then."""
