"""Blob/upload, Blob/get and Blob/lookup (RFC 9404)."""

from cyrpy_jmap.types.blob_management.type import BlobManagement

__all__ = ["BlobManagement"]
