"""The standard methods (RFC 8620 §5), each written once for all types."""
