"""Mail that lives on an IMAP server (RFC 3501, RFC 9051): copied from there, or kept in step."""
