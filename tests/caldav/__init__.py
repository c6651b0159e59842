"""Over ASGI, with a real database."""
