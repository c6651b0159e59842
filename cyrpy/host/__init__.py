"""The host: a configuration, served."""
