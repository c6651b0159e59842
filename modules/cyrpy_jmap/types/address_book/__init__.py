"""AddressBook (RFC 9610 §2)."""

from cyrpy_jmap.types.address_book.model import CONTACTS, EXTENSION_HREF, AddressBook
from cyrpy_jmap.types.address_book.type import AddressBooks

__all__ = ["CONTACTS", "EXTENSION_HREF", "AddressBook", "AddressBooks"]
