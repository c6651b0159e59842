"""JSContact 2.0 (RFC 9553, RFC 9982) and its conversion from and to vCard (RFC 9555), pure."""
