"""The demo's generated figures: the same at every run, and such as scoring accepts."""

from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from assessments.choices import Method
from assessments.demo import answers
from assessments.demo.schemes import load_schemes
from assessments.models import CriterionScore, Scheme, Submission
from assessments.queries.scheme_checks import problems_of
from assessments.queries.schemes import content_of
from assessments.scoring import Facts, score
from assessments.workflow.scores import outcome_of
from tests.factories.schemes import make_officer
from units.models import UnitGroup

pytestmark = pytest.mark.django_db
GROUPS = ("SBN", "UBQH", "CQND", "UBPX")
#: Units enough that every branch of the generator is met.
CODES = [f"DV-{number:02d}" for number in range(12)]


@pytest.fixture
def schemes() -> list[Scheme]:
    """Return the illustrative schemes, imported and issued as an officer does."""
    from django.utils import timezone

    for code in GROUPS:
        UnitGroup.objects.get_or_create(code=code, defaults={"name": f"Nhóm {code}"})
    now = timezone.now()
    return list(load_schemes(by=make_officer(now), at=now).values())


def dossier(code: str) -> Any:
    """Return what the generator reads of a dossier."""
    return SimpleNamespace(unit_code=code, cycle=SimpleNamespace(year=2022))


def leaves_of(scheme: Scheme) -> list[Any]:
    return list(scheme.criteria.leaves().prefetch_related("levels"))


def test_there_are_four_illustrative_schemes(schemes: list[Scheme]) -> None:
    assert {scheme.group.code for scheme in schemes} == set(GROUPS)
    for scheme in schemes:
        assert scheme.illustrative
        assert problems_of(content_of(scheme)) == []


def test_every_claim_is_accepted_and_every_judgement_possible(schemes: list[Scheme]) -> None:
    for scheme in schemes:
        leaves = leaves_of(scheme)
        own = [leaf for leaf in leaves if leaf.is_self_scored]
        for code in CODES:
            claims = answers.claims(dossier(code), leaves)
            assert list(claims) == [leaf.code for leaf in own]
            for leaf in own:
                row = CriterionScore(criterion=leaf)
                outcome = outcome_of(row, claims[leaf.code])
                assert outcome is not None, (scheme.code, leaf.code)
                assert 0 <= outcome.points <= leaf.max_points
                assert claims[leaf.code].no_evidence_reason or not leaf.evidence_required
                row.self_points, row.self_applicable = outcome.points, outcome.applicable
                _check_judgement(row, code)


def _check_judgement(row: CriterionScore, code: str) -> None:
    submission = Submission(unit_code=code)
    submission.cycle = _cycle()
    row.submission = submission
    given = answers.judgements([row])[row.criterion.code]
    assert 0 <= given.points <= row.criterion.max_points
    if row.criterion.method == Method.YES_NO:
        assert given.points in (0, row.criterion.max_points)
    if row.criterion.method == Method.OPTIONS:
        steps = {level.points for level in row.criterion.levels.all()}
        assert given.points in steps | {Decimal(0)}
    assert given.reason or (given.points, given.applicable) == (
        row.self_points,
        row.self_applicable,
    )


def _cycle() -> Any:
    from assessments.models import Cycle

    return Cycle(year=2022)


def test_generators_give_the_same_at_every_run(schemes: list[Scheme]) -> None:
    leaves = leaves_of(schemes[0])
    first, again = (answers.claims(dossier("DV-01"), leaves) for _ in range(2))
    assert first == again
    assert first != answers.claims(dossier("DV-02"), leaves)
    # One figure by heart: a change of seed or order would renumber the whole demo.
    assert answers.quality(dossier("DV-01")) == answers.quality(dossier("DV-01"))
    assert answers.survey_mean(2022, "DV-01", "8.1", "nd") == answers.survey_mean(
        2022, "DV-01", "8.1", "nd"
    )


def test_survey_figures_are_percent_with_a_sample(schemes: list[Scheme]) -> None:
    for scheme in schemes:
        for leaf in leaves_of(scheme):
            if leaf.method != Method.SURVEY:
                continue
            for code in CODES:
                mean = answers.survey_mean(2022, code, leaf.code, "nd")
                sample = answers.survey_sample(2022, code, leaf.code, "nd")
                assert Decimal(0) <= mean <= Decimal(100)
                assert sample > 0
                assert (
                    score(leaf.to_rule(), Facts(percent=mean, sample=sample)).points
                    <= leaf.max_points
                )
