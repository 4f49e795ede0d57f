"""The admin of units, people and mergers."""

from units.admin import mergers, people, units

__all__ = ["mergers", "people", "units"]
