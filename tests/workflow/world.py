"""A dossier for which every act of the table is possible, and all the people who may try."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db import connection

from assessments.choices import Stage, SubmissionState
from assessments.models import Explanation, Meeting, Milestone, Submission
from tests.factories.council import appraise_all, make_judged_year, make_meeting, survey
from tests.factories.cycles import Year, make_user
from units.models import User

DAY = dt.timedelta(days=1)
CLOCK = "clock"
#: What a refused act must leave as it was; the log of refusals apart.
_WATCHED = (
    "submission",
    "criterionscore",
    "scorehistory",
    "receipt",
    "appraisal",
    "explanation",
    "councildecision",
    "approval",
    "adjustment",
    "appeal",
    "publication",
    "publishedresult",
    "cycle",
    "scheme",
    "eventnote",
)
_PICTURE = " UNION ALL ".join(
    f"SELECT '{name}', md5(string_agg(t::text, '|' ORDER BY t.id)) FROM assessments_{name} t"
    for name in _WATCHED
)


@dataclass
class World:
    """One year; `people` maps what somebody is to the account, the clock to None."""

    year: Year
    meeting: Meeting
    people: dict[str, User | None]

    @property
    def submission(self) -> Submission:
        """Return the first unit's dossier, fresh."""
        return Submission.objects.get(pk=self.year.first.submission.pk)

    def put(self, state: str) -> Submission:
        """Bring the dossier into a state past the table, as if it had come there."""
        Submission.objects.filter(pk=self.year.first.submission.pk).update(
            state=state, returned_from=SubmissionState.SUBMITTED if state == "returned" else "",
            return_due_at=self.year.at + DAY,
        )  # fmt: skip
        return self.submission


def make_world() -> World:
    """Make a dossier filled in, appraised and surveyed, with final points on every leaf."""
    year = make_judged_year()
    appraise_all(year, year.first)
    survey(year, year.first)
    for row in year.first.submission.scores.select_related("criterion"):
        row.no_evidence_reason = "Chưa có văn bản"
        row.final_points, row.final_applicable = row.criterion.max_points, True
        row.save()
    open_windows(year, year.at)
    people: dict[str, User | None] = {
        name: getattr(year, name)
        for name in ("chair", "secretary", "member", "officer", "leader", "approver",
                     "survey_officer", "auditor", "administrator", "outsider")
    }  # fmt: skip
    people |= {name: getattr(year.first, name) for name in ("contributor", "focal", "head")}
    people |= {
        "another head": year.second.head,
        "superuser": make_user(is_superuser=True),
        CLOCK: None,
    }
    return World(year, make_meeting(year), people)


def open_windows(year: Year, at: dt.datetime) -> None:
    """Let every stage of the year be open at `at`, but the appeals, which are over."""
    Milestone.objects.filter(cycle=year.cycle).update(opens_at=at - DAY, closes_at=at + DAY)
    Milestone.objects.filter(cycle=year.cycle, stage=Stage.APPEAL).update(closes_at=at)


def close_windows(year: Year, at: dt.datetime) -> None:
    """Let every stage of the year end at `at`: that moment itself is outside."""
    Milestone.objects.filter(cycle=year.cycle).update(opens_at=at - DAY, closes_at=at)


def ask(year: Year, *, due_at: dt.datetime) -> Explanation:
    """Leave a question open on the first leaf."""
    return Explanation.objects.create(
        score=year.first.score("1.1"),
        round=1,
        question="Vì sao?",
        asked_at=year.at - DAY,
        due_at=due_at,
        asked_by=year.council.members.get(user=year.member),
    )


def picture() -> list[Any]:
    """Return a digest of every row that acts may change."""
    with connection.cursor() as cursor:
        cursor.execute(_PICTURE)
        return cursor.fetchall()


def past_triggers(sql: str, *values: Any) -> None:
    """Run SQL as a superuser who has switched the triggers off."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        try:
            cursor.execute(sql, values)
        finally:
            cursor.execute("SET session_replication_role = DEFAULT")
