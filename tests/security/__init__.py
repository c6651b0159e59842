"""Attacks by their names: what one user must not reach of another's, over HTTP."""
