"""Mail: what comes in, where it is, and what it counts."""
