"""Reads of what is published, the only ones that the public pages may make (design 0.15)."""
