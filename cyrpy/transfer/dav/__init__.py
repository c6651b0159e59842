"""Copying calendars and address books from another server over CalDAV and CardDAV."""
