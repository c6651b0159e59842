"""Plain files over WebDAV."""
