"""What an open year has to say about a merger of units."""


def register() -> None:
    """Register the checks that units.mergers asks (design 0.16)."""
