"""Tests: through the protocols, on both databases."""
