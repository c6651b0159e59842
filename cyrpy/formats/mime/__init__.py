"""Messages (RFC 5322, RFC 2045 to 2049, RFC 2231, RFC 6532): read as they come, written as told."""
