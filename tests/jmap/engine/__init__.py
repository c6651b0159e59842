"""The engine of RFC 8620, tried with a type of its own."""
