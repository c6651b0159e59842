"""JMAP Tasks over HTTP, on both databases."""
