"""Moving calendars and contacts in and out: files, folders and other servers."""
