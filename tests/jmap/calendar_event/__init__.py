"""Calendar over HTTP, on both databases."""
