"""The admin, one file per stage; importing a file registers its models."""

from assessments.admin import schemes

__all__ = ["schemes"]
