"""iCalendar (RFC 5545): its tree, what it means, and what DAV and JMAP ask of it."""
