"""`python -m cyrpy`."""

from cyrpy.cli import main

main()
