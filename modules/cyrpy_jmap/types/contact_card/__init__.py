"""ContactCard (RFC 9610 §3), and the two types that the classic dialect has for it."""

from cyrpy_jmap.types.contact_card.classic import ContactGroup, ContactGroups, Contacts
from cyrpy_jmap.types.contact_card.media import MEDIA
from cyrpy_jmap.types.contact_card.model import DEFAULTS, PARSING, ContactCard
from cyrpy_jmap.types.contact_card.type import ContactCards

__all__ = [
    "DEFAULTS",
    "MEDIA",
    "PARSING",
    "ContactCard",
    "ContactCards",
    "ContactGroup",
    "ContactGroups",
    "Contacts",
]
