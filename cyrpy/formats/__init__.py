"""Formats, pure: octets and plain values in, octets and plain values out."""
