"""HTTP below the modules: bodies, answers and problem documents of raw ASGI applications."""
