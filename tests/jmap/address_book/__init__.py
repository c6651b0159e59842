"""AddressBook (RFC 9610 §2)."""
