"""vCard (RFC 2426, RFC 6350, RFC 9554), pure: octets, trees of lines, versions, JSON and XML."""
