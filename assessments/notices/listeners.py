"""Who hears of acts: named groups of people, for the rows of the table."""

from assessments.choices import CouncilRole, PortalRole, Stage
from assessments.notices.audience import Users
from assessments.notices.told import Told

#: Stages whose time is the unit's own.
_OF_UNITS = (Stage.SELF_ASSESSMENT, Stage.EXPLANATION, Stage.APPEAL)


# The unit's own people --------------------------------------------------------------------------


def unit(told: Told) -> Users:
    """Return focal officers and heads of the unit."""
    return told.people.unit(told.dossier.unit_id)


def focal(told: Told) -> Users:
    """Return the focal officers of the unit."""
    return told.people.focal(told.dossier.unit_id)


def head(told: Told) -> Users:
    """Return heads and signers of the unit."""
    return told.people.head(told.dossier.unit_id)


def holders(told: Told) -> Users:
    """Return who holds one of the leaves."""
    return told.people.holders(told.dossier, told.codes)


def new_holders(told: Told) -> Users:
    """Return to whom the leaves were given, and who holds them still."""
    return {user for user in holders(told) if user.pk in told.ids("to")}


def unit_and_holders(told: Told) -> Users:
    """Return focal officers, heads, and who holds one of the leaves."""
    return unit(told) | holders(told)


def every_unit(told: Told) -> Users:
    """Return focal officers and heads of every unit of the cycle."""
    found: Users = set()
    for unit_id in told.cycle.submissions.values_list("unit_id", flat=True):
        found |= told.people.unit(unit_id)
    return found


def given_time(told: Told) -> Users:
    """Return the people of the unit that got more time, or of every unit."""
    if told.last.data["stage"] not in _OF_UNITS:
        return set()
    return told.people.unit(told.unit_id) if told.unit_id else every_unit(told)


# The council's side, never anybody with a conflict of interest ----------------------------------


def secretaries(told: Told) -> Users:
    """Return the secretaries."""
    return told.people.seated(CouncilRole.SECRETARY, told.unit_id)


def chairs(told: Told) -> Users:
    """Return the chair."""
    return told.people.seated(CouncilRole.CHAIR, told.unit_id)


def leaders(told: Told) -> Users:
    """Return the Home Affairs leaders."""
    return told.people.appointed(PortalRole.HOME_AFFAIRS_LEADER, told.unit_id)


def chairs_and_leaders(told: Told) -> Users:
    """Return the chair and the Home Affairs leaders."""
    return chairs(told) | leaders(told)


def office(told: Told) -> Users:
    """Return leaders and officers of Home Affairs."""
    return leaders(told) | told.people.appointed(PortalRole.HOME_AFFAIRS_OFFICER, told.unit_id)


def appraisers(told: Told) -> Users:
    """Return who appraises the leaves named, or all of the dossier."""
    return told.people.assigned(told.dossier, told.codes)


def all_appraisers(told: Told) -> Users:
    """Return who appraises a field of the dossier, whatever leaves are named."""
    return told.people.assigned(told.dossier)


def whole_council(told: Told) -> Users:
    """Return chair, secretaries, and who appraises the leaves named."""
    return appraisers(told) | chairs(told) | secretaries(told)


def askers(told: Told) -> Users:
    """Return who asked the questions."""
    return told.people.askers(told.ids("question"), told.dossier.unit_id)


def judges(told: Told) -> Users:
    """Return whose points stood on the leaf when it was changed."""
    return told.people.judges(int(told.last.object_id), told.last.at, told.dossier.unit_id)


def seated(told: Told) -> Users:
    """Return who was given the seats."""
    return {user for user in told.people.council if user.pk in told.ids("user")}


def assigned(told: Told) -> Users:
    """Return whose assignments changed."""
    return told.people.members(told.ids("member"))


def everybody(told: Told) -> Users:
    """Return every unit's people and the whole council."""
    return every_unit(told) | told.people.council
