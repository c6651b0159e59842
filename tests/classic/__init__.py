"""The classic dialect over HTTP."""
