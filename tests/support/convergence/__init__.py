"""Clients that only follow changes, users who change everything, and what must be true of both."""
