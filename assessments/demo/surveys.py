"""Illustrative survey results, and the council's word where a sample is small."""

import datetime as dt

import tablib

from assessments.choices import Method, SampleDecision
from assessments.demo import answers
from assessments.demo.people import DECISION, person
from assessments.models import Criterion, Cycle, SurveyResult, SurveyRound
from assessments.resources.surveys import BODY as BODY_COLUMN
from assessments.resources.surveys import (
    CODE,
    KIND,
    MEAN,
    SAMPLE,
    UNIT_CODE,
    YEAR,
    SurveyResultResource,
)  # fmt: skip
from assessments.scoring import format_decimal
from assessments.workflow import surveys
from cchc.kit.imports import load

BODY = "Đơn vị điều tra xã hội học (minh họa)"
#: The place of the unit, in its group, whose sample of the last survey leaf is too small.
SMALL_AT = 2
SMALL = 12


def load_results(cycle: Cycle) -> SurveyRound:
    """Import the results of one round for every unit, leaf and kind of respondents."""
    survey = SurveyRound.objects.create(
        cycle=cycle, body=BODY, min_sample=30,
        method_note="Số liệu minh họa sinh tự động, không phải kết quả điều tra thật.", **DECISION,
    )  # fmt: skip
    table = tablib.Dataset(headers=[YEAR, BODY_COLUMN, UNIT_CODE, CODE, KIND, SAMPLE, MEAN])
    for part in cycle.cycle_schemes.all():
        leaves = _survey_leaves(part.scheme_id)
        for place, dossier in enumerate(part.submissions.all()):
            for leaf in leaves:
                small = place == SMALL_AT and leaf == leaves[-1]
                for row in _results(cycle.year, dossier.unit_code, leaf, small=small):
                    table.append(row)
    load(SurveyResultResource(), table)
    return survey


def _survey_leaves(scheme_id: int) -> list[Criterion]:
    leaves = Criterion.objects.filter(scheme=scheme_id, method=Method.SURVEY)
    return list(leaves.prefetch_related("components__kind"))


def _results(year: int, unit_code: str, leaf: Criterion, *, small: bool) -> list[list[str]]:
    rows = []
    for part in leaf.components.all():
        kind = part.kind.code
        sample = SMALL if small else answers.survey_sample(year, unit_code, leaf.code, kind)
        mean = answers.survey_mean(year, unit_code, leaf.code, kind)
        rows.append(
            [str(year), BODY, unit_code, leaf.code, kind, str(sample), format_decimal(mean)]
        )
    return rows


def decide_small_samples(cycle: Cycle, at: dt.datetime) -> None:
    """Let the chair decide every survey leaf whose sample is too small."""
    small = SurveyResult.objects.filter(round__cycle=cycle, sample=SMALL).select_related(
        "unit", "criterion"
    )
    for unit, criterion in {(row.unit, row.criterion) for row in small}:
        surveys.decide(
            cycle=cycle, unit=unit, criterion=criterion, by=person("chutich.hd"), at=at,
            decision=SampleDecision.GROUP_MEAN,
            reason="Minh họa: mẫu quá nhỏ, lấy trung bình của nhóm.",
        )  # fmt: skip
