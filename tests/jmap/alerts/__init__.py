"""Alerts of events: pushed, and mailed, on both databases."""
