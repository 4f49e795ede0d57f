"""Many leaves at once: the very rows, histories and events of the verbs on single leaves."""

import pytest

from assessments.errors import BadInput, NotPermitted, Refused, WindowClosed, WrongState
from assessments.models import Appraisal, Event, ScoreHistory
from assessments.workflow.scores import Claim, save_leaf
from assessments.workflow.sets import Judgement, judge_leaves, save_leaves
from tests.factories.council import CLAIMED, appraise, make_judged_year
from tests.factories.cycles import D
from tests.workflow.world import picture

pytestmark = pytest.mark.django_db
LEAF = [
    "met", "a", "b", "count", "claimed_percent", "not_applicable", "self_applicable", "self_points",
    "self_trace", "no_evidence_reason", "note", "appraised_points", "appraised_applicable",
    "appraised_round", "version", "saved_at", "option__label", "criterion__code",
]  # fmt: skip


def claims_of(year):
    option = year.first.score("1.2").criterion.levels.all()[1]
    return {
        "1.1": Claim(met=False, note="Chưa kịp"), "1.2": Claim(option=option),
        "1.3": Claim(not_applicable=True, no_evidence_reason="Không phát sinh"),
        "1.4": Claim(a=D(20), b=D(17), no_evidence_reason="Có bảng kê"), "1.5": Claim(count=D(1)),
        "2.1": Claim(count=D(2)), "2.2": Claim(count=D(0)),
    }  # fmt: skip


def leaves(dossier):
    return list(dossier.submission.scores.order_by("criterion__position").values(*LEAF))


def histories(dossier):
    rows = ScoreHistory.objects.filter(score__submission=dossier.submission)
    return list(rows.order_by("score__criterion__position", "pk").values(
        "score__criterion__code", "version", "at", "action", "values"))  # fmt: skip


def log(dossier):
    ids = [str(pk) for pk in dossier.submission.scores.values_list("pk", flat=True)]
    rows = Event.objects.filter(object_type="criterionscore", object_id__in=ids)
    found = rows.values("action", "at", "refused", "data", "unit_id_at", "cycle")
    return sorted(
        ({**row, "unit_id_at": row["unit_id_at"] == dossier.unit.pk} for row in found),
        key=lambda row: row["data"]["code"],
    )


def test_save_leaves_equals_save_leaf_leaf_by_leaf(year):
    claims = claims_of(year)
    for code, claim in claims.items():
        row = year.first.score(code)
        save_leaf(
            score=row, by=year.first.focal, at=year.at, version=row.version,
            **{name: getattr(claim, name) for name in Claim.__dataclass_fields__},
        )  # fmt: skip

    save_leaves(submission=year.second.submission, by=year.second.focal, at=year.at, claims=claims)

    assert leaves(year.second) == leaves(year.first)
    assert histories(year.second) == histories(year.first)
    assert log(year.second) == log(year.first)
    assert len(log(year.second)) == len(claims)


def test_judge_leaves_equals_appraise(db):
    year = make_judged_year()
    given = {code: Judgement(points) for code, points in CLAIMED.items()}
    given["1.1"] = Judgement(D("1.25"), reason="Ban hành muộn")
    given["2.3"] = Judgement(D("1.5"))
    for code, judgement in given.items():
        appraise(year, year.first, code, points=judgement.points, reason=judgement.reason)

    judge_leaves(submission=year.second.submission, by=year.member, at=year.at, judgements=given)

    assert leaves(year.second) == leaves(year.first)
    assert histories(year.second) == histories(year.first)
    assert log(year.second) == log(year.first)
    fields = ["score__criterion__code", "round", "points", "applicable", "reason", "responsible",
              "seen_version", "trace", "member", "at"]  # fmt: skip
    one, two = (
        list(Appraisal.objects.filter(score__submission=dossier.submission)
             .order_by("score__criterion__position").values(*fields))
        for dossier in year.dossiers
    )  # fmt: skip
    assert one == two
    assert len(one) == len(given)


@pytest.mark.parametrize(
    ("spoil", "refusal"),
    [
        ({"1.3": Claim(a=D(5), b=D(6))}, BadInput), ({"9.9": Claim(met=True)}, BadInput),
        ({"2.3": Claim(count=D(1))}, NotPermitted),
    ],
)  # fmt: skip
def test_one_wrong_leaf_stops_all(year, spoil, refusal):
    before = picture()

    with pytest.raises(refusal):
        save_leaves(
            submission=year.first.submission, by=year.first.focal, at=year.at,
            claims={"1.1": Claim(met=True)} | spoil,
        )  # fmt: skip

    assert picture() == before


def test_others_may_not_and_a_closed_window_stops(year):
    claims = {"1.1": Claim(met=True)}
    for by, at, refusal in (
        (year.second.focal, year.at, NotPermitted), (year.secretary, year.at, NotPermitted),
        (year.first.focal, year.milestone().closes_at, WindowClosed),
    ):  # fmt: skip
        with pytest.raises(refusal):
            save_leaves(submission=year.first.submission, by=by, at=at, claims=claims)
    assert year.first.score("1.1").version == 0


def test_judging_twice_or_without_reason_or_right_is_refused(db):
    year = make_judged_year()
    submission = year.first.submission
    appraise(year, year.first, "1.1")
    for by, given, refusal in (
        (year.member, {"1.1": Judgement(D(2))}, WrongState),
        (year.member, {"1.2": Judgement(D(1))}, BadInput),
        (year.member, {"2.4": Judgement(D(1))}, WrongState),
        (year.chair, {"1.2": Judgement(D("1.5"))}, NotPermitted),
    ):  # fmt: skip
        before = picture()
        with pytest.raises(refusal) as caught:
            judge_leaves(submission=submission, by=by, at=year.at, judgements=given)
        assert isinstance(caught.value, Refused)
        assert picture() == before
