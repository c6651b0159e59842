"""Signing in: passwords, tokens, and the identity that they lead to."""
