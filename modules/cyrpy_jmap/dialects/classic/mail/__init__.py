"""Mail in the classic dialect: mailboxes, lists, threads, messages, identities, vacation."""

from cyrpy_jmap.dialects.classic.mail.calls import EARLY_MAIL, LATER_MAIL, MIDDLE_MAIL

__all__ = ["EARLY_MAIL", "LATER_MAIL", "MIDDLE_MAIL"]
