"""Push, over real sockets."""
