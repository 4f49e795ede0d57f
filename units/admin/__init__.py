"""The admin of units, people and mergers."""

from units.admin import mergers, people, second_factors, units

__all__ = ["mergers", "people", "second_factors", "units"]
