"""Find units by the codes and names that stand in files (design 0.13)."""

import difflib
from collections import defaultdict

from django.utils.translation import gettext as _

from cchc.kit.text import fold, unaccent
from units.models import Unit, UnitAlias

SUGGESTIONS = 3


class UnitBook:
    """All units by code, name and other name, read once for a whole file."""

    def __init__(self) -> None:
        units = {unit.pk: unit for unit in Unit.objects.select_related("group")}
        self._by_code = {fold(unit.code): unit for unit in units.values()}
        self._by_name = {unit.folded_name: unit for unit in units.values()}
        self._plain: dict[str, list[Unit]] = defaultdict(list)
        for unit in units.values():
            self._plain[unit.search_name].append(unit)
        for alias in UnitAlias.objects.all():
            unit = units[alias.unit_id]
            self._by_name.setdefault(alias.folded_name, unit)
            if unit not in self._plain[alias.search_name]:
                self._plain[alias.search_name].append(unit)

    def find(self, *, code: str = "", name: str = "") -> Unit:
        """Return the unit with this code or name; raise ValueError that says what is wrong.

        A name matches after folding or not at all: one that agrees only without accents is
        a suggestion (Xã Thanh An and Xã Thạnh An are two).
        """
        if not (code or name):
            raise ValueError(_("Give the code or the name of the unit."))
        named = self._by_name.get(fold(name)) if name else None
        if not code:
            if named is None:
                raise ValueError(self._unknown(name))
            return named
        unit = self._by_code.get(fold(code))
        if unit is None:
            raise ValueError(_("No unit has the code “%(code)s”.") % {"code": code})
        if name and named != unit:
            words = {"code": code, "unit": unit.name, "name": name}
            raise ValueError(
                _("The code %(code)s is that of “%(unit)s”, not of “%(name)s”.") % words
            )
        return unit

    def suggestions(self, name: str) -> list[Unit]:
        """Return units whose name resembles `name`, the nearest first."""
        key = unaccent(name)
        near = difflib.get_close_matches(key, self._plain, n=SUGGESTIONS, cutoff=0.75)
        keys = dict.fromkeys([key, *near] if key in self._plain else near)
        return list(dict.fromkeys(unit for match in keys for unit in self._plain[match]))

    def _unknown(self, name: str) -> str:
        near = ", ".join(f"{unit.name} ({unit.code})" for unit in self.suggestions(name))
        if not near:
            return _("No unit is called “%(name)s”.") % {"name": name}
        words = {"name": name, "near": near}
        return _("No unit is called “%(name)s”. Did you mean: %(near)s?") % words
