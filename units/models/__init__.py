"""Who is assessed and by whom they are staffed; knows nothing of assessments."""

from units.models.mergers import Merger
from units.models.people import Membership, SigningAuthorisation, UnitHead, User
from units.models.units import Succession, Unit, UnitAlias, UnitGroup

__all__ = [
    "Membership",
    "Merger",
    "SigningAuthorisation",
    "Succession",
    "Unit",
    "UnitAlias",
    "UnitGroup",
    "UnitHead",
    "User",
]
