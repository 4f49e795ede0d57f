"""What a check says of a dossier or of one of its leaves, before the dossier is submitted."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from assessments.models import CriterionScore


class Severity(StrEnum):
    """Whether a finding stands in the way of submitting, or only asks for a second look."""

    BLOCKING = "blocking"
    ADVISORY = "advisory"


@dataclass(frozen=True)
class Finding:
    """One thing that a check found; without a leaf it speaks of the whole dossier."""

    code: str
    sentence: str
    leaf: CriterionScore | None = None
    severity: Severity = Severity.ADVISORY


@dataclass(frozen=True)
class LeafFindings:
    """All that was found on one leaf, or on the dossier as a whole."""

    leaf: CriterionScore | None
    findings: list[Finding] = field(default_factory=list)


def by_leaf(findings: Iterable[Finding]) -> list[LeafFindings]:
    """Return the findings leaf by leaf, in the order of the scheme, those of the dossier last."""
    groups: dict[int | None, LeafFindings] = {}
    for finding in findings:
        key = finding.leaf.pk if finding.leaf else None
        groups.setdefault(key, LeafFindings(finding.leaf)).findings.append(finding)
    return sorted(groups.values(), key=_place)


def _place(group: LeafFindings) -> tuple[bool, int]:
    return group.leaf is None, group.leaf.criterion.position if group.leaf else 0
