"""JMAP over its endpoints."""
