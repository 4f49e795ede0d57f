"""The roles of the portal as readable data: what each sees and does (design 3).

A role is held through a dated row (membership, tenure, council seat, appointment), never through
a flag of the account. The permission codes open admin menus; the objects behind them are scoped
by `permissions`.
"""

from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


def _codes(app: str, actions: str, models: str) -> frozenset[str]:
    return frozenset(
        f"{app}.{action}_{model}" for action in actions.split() for model in models.split()
    )


@dataclass(frozen=True)
class Role:
    """One role: its name, a sentence on what its holder does, and the admin menus it opens."""

    label: str | Promise
    sentence: str | Promise
    permissions: frozenset[str] = field(default_factory=frozenset)

    @property
    def enters_admin(self) -> bool:
        """Tell whether the role has work in the admin."""
        return bool(self.permissions)


_UNITS = "unitgroup unit unitalias unithead signingauthorisation membership succession merger"
_SCHEMES = "scheme criterion scorelevel band respondentkind surveycomponent"
_YEAR = "cycle cyclescheme milestone extension workingday siteidentity"
_COUNCIL = "council councilmember assignment declaredconflict meeting"
_SURVEYS = "surveyround surveyresult surveydecision"
_DOSSIER = "submission criterionscore"
_JUDGED = "appraisal explanation councildecision adjustment appeal approval"
_PUBLIC = "publication publishedresult"
_POST = "digest"
_ALL = f"{_SCHEMES} {_YEAR} {_COUNCIL} {_SURVEYS} {_DOSSIER} {_JUDGED} {_PUBLIC} event"
_EDIT = "view add change delete"

ROLES: dict[str, Role] = {
    "contributor": Role(
        _("contributor"),
        _(
            "Fills in the leaves of the own unit's dossier that are delegated to them or to"
            " nobody, adds evidence, and reports what is done."
        ),
    ),
    "focal": Role(
        _("focal officer"),
        _(
            "Looks after the own unit's dossier: delegates leaves to contributors, takes them back"
            " or returns them with a note, may fill in any leaf, and answers questions."
        ),
    ),
    "head": Role(_("head of unit"), _("Signs and submits the own unit's dossier.")),
    "member": Role(
        _("appraiser"),
        _("Appraises the assigned fields of all units but the own, and asks questions."),
        _codes("assessments", "view", f"{_DOSSIER} {_JUDGED}")
        | _codes("assessments", "add change", "appraisal explanation"),
    ),
    "secretary": Role(
        _("secretary"),
        _("Distributes the work, starts and returns dossiers, keeps rounds and minutes."),
        _codes("assessments", "view", f"{_DOSSIER} {_JUDGED} {_COUNCIL} {_YEAR} {_SCHEMES}")
        | _codes("assessments", "view", _SURVEYS)
        | _codes(
            "assessments", "add change delete", "assignment declaredconflict meeting adjustment"
        )
        | _codes("units", "view", "unit unitgroup"),
    ),
    "chair": Role(
        _("chair"),
        _("Decides disputed leaves and concludes dossiers, all but the own unit's."),
        _codes(
            "assessments", "view", f"{_DOSSIER} {_JUDGED} {_COUNCIL} {_YEAR} {_SCHEMES} {_SURVEYS}"
        )
        | _codes("assessments", "add change", "councildecision adjustment surveydecision"),
    ),
    "home_affairs_officer": Role(
        _("Home Affairs officer"),
        _("Prepares schemes, cycles, councils and surveys; sees progress but no scores."),
        _codes("assessments", _EDIT, f"{_SCHEMES} {_YEAR} council councilmember surveyround")
        | _codes("assessments", "view", "submission assignment publication")
        | _codes("units", _EDIT, _UNITS)
        | _codes("units", "view", "user"),
    ),
    "home_affairs_leader": Role(
        _("Home Affairs leader"),
        _("Approves final points in which they scored nothing; reopens, publishes, corrects."),
        _codes("assessments", "view", _ALL)
        | _codes("assessments", "add change", "approval publication")
        | _codes("units", "view", f"{_UNITS}"),
    ),
    "city_approver": Role(
        _("City approver"),
        _("Returns, concludes or approves a dossier whose usual actor has a conflict of interest."),
        _codes("assessments", "view", f"{_DOSSIER} {_JUDGED} {_SCHEMES} {_YEAR} {_SURVEYS}")
        | _codes("assessments", "add", "approval"),
    ),
    "survey_officer": Role(
        _("survey officer"),
        _("Imports the aggregates of the sociological surveys."),
        _codes("assessments", _EDIT, "surveyresult")
        | _codes("assessments", "view", "surveyround respondentkind"),
    ),
    "inspector": Role(_("inspector"), _("Files the findings of inspections.")),
    "auditor": Role(
        _("auditor"),
        _("Reads everything but the own unit's appraisal and changes nothing."),
        _codes("assessments", "view", f"{_ALL} {_POST}")
        | _codes("units", "view", f"{_UNITS} user"),
    ),
    "administrator": Role(
        _("administrator"),
        _("Keeps accounts, employment and settings; sees no scores."),
        _codes("units", _EDIT, f"{_UNITS} user")
        | _codes("assessments", _EDIT, "appointment siteidentity")
        | _codes("assessments", "view", _POST),
    ),
}
