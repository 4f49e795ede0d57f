"""The admin, one file per stage; importing a file registers its models."""

from assessments.admin import publications, schemes

__all__ = ["publications", "schemes"]
