"""cyrpy: a pluggable httpd for mail, calendars and contacts."""

__version__ = "0.1.0"
