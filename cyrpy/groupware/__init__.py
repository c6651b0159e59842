"""Use cases that more than one protocol performs."""
