"""Dialects: spellings of JMAP requests and responses, translated to RFC 8620's and back."""
