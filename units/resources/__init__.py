"""Units and people as tables: what is imported and exported under which headings."""

from units.resources.people import MembershipResource
from units.resources.units import AliasResource, UnitResource

__all__ = ["AliasResource", "MembershipResource", "UnitResource"]
