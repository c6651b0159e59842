"""Signing in, as requests meet it."""
