"""The ladder of days left: seven, three and one working days before a time ends (design 3)."""

import datetime as dt
from collections.abc import Iterator

from django.db import transaction
from django.urls import reverse
from django.utils import translation

from assessments import permissions
from assessments.choices import CouncilRole, CycleState, Stage, SubmissionState
from assessments.models import (
    CriterionScore,
    Cycle,
    Explanation,
    Message,
    NoticeCursor,
    Submission,
)  # fmt: skip
from assessments.notices.council_ends import CouncilEnds
from assessments.notices.ladders import End, Ladder
from assessments.notices.words import leaves
from assessments.queries import appraisal
from assessments.queries.workspace import closes_at
from units.models import User

_APPRAISING = (Stage.APPRAISAL, Stage.SECOND_APPRAISAL)


def remind(at: dt.datetime) -> int:
    """Write the reminders that are due in the year's cycles; return how many. Safe to repeat.

    Published cycles have them too: complaints are answered after the publication. Each cycle is
    looked at once a day, at the first call of the day. A step that nobody could be told of, because
    the clock stood still, is told late, with the days that are left.
    """
    day, written = permissions.day_of(at), 0
    for cycle in Cycle.objects.filter(state__in=[CycleState.OPEN, CycleState.PUBLISHED]):
        with transaction.atomic(), translation.override("vi"):
            NoticeCursor.objects.get_or_create(cycle=cycle)
            cursor = NoticeCursor.objects.select_for_update().get(cycle=cycle)
            if cursor.reminded_on != day:
                written += len(_write(cycle, at))
                cursor.reminded_on = day
                cursor.save(update_fields=["reminded_on"])
    return written


def _write(cycle: Cycle, at: dt.datetime) -> list[Message]:
    found = [*UnitEnds(cycle, at).messages(), *CouncilEnds(cycle, at).messages()]
    told = Message.objects.filter(key__in={one.key for one in found})
    known = set(told.values_list("user_id", "key"))
    new = [one for one in found if (one.user_id, one.key) not in known]
    return Message.objects.bulk_create(new, batch_size=1000, ignore_conflicts=True)


class UnitEnds(Ladder):
    """What the units are told, and the appraisers of what they have left."""

    def messages(self) -> Iterator[Message]:
        """Yield the reminders of every time that ends within the ladder."""
        yield from self._filling()
        yield from self._mending()
        yield from self._questions()
        yield from self._appraising()

    def _filling(self) -> Iterator[Message]:
        ends = {}
        for row in self.in_state(SubmissionState.DRAFT):
            closes = closes_at(row.cycle, Stage.SELF_ASSESSMENT, row.unit_id)
            if end := self.end(Stage.SELF_ASSESSMENT, row.pk, closes):
                ends[row] = end
        yield from self._of_dossiers(ends, "chưa nộp hồ sơ tự đánh giá", only_reopened=False)

    def _mending(self) -> Iterator[Message]:
        ends = {}
        for row in self.in_state(SubmissionState.RETURNED):
            if end := self.end("mending", row.pk, row.return_due_at):
                ends[row] = end
        yield from self._of_dossiers(ends, "chưa nộp lại hồ sơ bổ sung", only_reopened=True)

    def _of_dossiers(
        self, ends: dict[Submission, End], waits: str, *, only_reopened: bool
    ) -> Iterator[Message]:
        """Yield a message for those who run each dossier, and for who holds leaves not done."""
        rows = CriterionScore.objects.filter(
            submission__in=ends, delegation__done_at=None, delegation__user__is_active=True
        ).select_related("criterion", "delegation__user")
        if only_reopened:
            rows = rows.filter(open_to_unit=True)
        held: dict[int, dict[User, list[str]]] = {}
        for row in rows.order_by("criterion__position"):
            mine = held.setdefault(row.submission_id, {})
            mine.setdefault(row.delegation.user, []).append(row.criterion.code)
        for dossier, end in ends.items():
            running = self.people.unit(dossier.unit_id)
            head = f"Hồ sơ năm {self.cycle.year} của {dossier.unit_name}"
            for user in running:
                yield self._of_unit(user, dossier, end, f"{head} {waits}: {end.words}.")
            for user, codes in held.get(dossier.pk, {}).items():
                if user not in running and permissions.parts_of(user, self.at).get(dossier.unit_id):
                    said = f"{head}: anh/chị còn tiêu chí {leaves(codes)}; {end.words}."
                    yield self._of_unit(user, dossier, end, said)

    def _questions(self) -> Iterator[Message]:
        asked: dict[tuple[int, dt.datetime], list[Explanation]] = {}
        rows = Explanation.objects.filter(
            score__submission__cycle=self.cycle, closed_at=None
        ).select_related("score__criterion").order_by("score__criterion__position")  # fmt: skip
        for row in rows:
            asked.setdefault((row.score.submission_id, row.due_at), []).append(row)
        dossiers = {row.pk: row for row in self.dossiers} if asked else {}
        for (pk, due), questions in asked.items():
            if end := self.end("question", pk, due):
                dossier = dossiers[pk]
                codes = [row.score.criterion.code for row in questions]
                said = (
                    f"{dossier.unit_name} chưa giải trình tiêu chí {leaves(codes)} "
                    f"của hồ sơ năm {self.cycle.year}: {end.words}."
                )
                listeners = self.people.unit(dossier.unit_id)
                for user in listeners | self.people.holders(dossier, codes):
                    yield self._of_unit(user, dossier, end, said)

    def _of_unit(self, user: User, dossier: Submission, end: End, text: str) -> Message:
        return self.message(user, end, text, url=self.own_page(dossier), dossier=dossier)

    def _appraising(self) -> Iterator[Message]:
        planned = self.cycle.milestones.filter(stage__in=_APPRAISING, opens_at__lte=self.at)
        for stage in planned:
            longer = self.cycle.extensions.filter(stage=stage.stage, unit=None)
            until = max([stage.closes_at, *longer.values_list("until", flat=True)])
            if end := self.end(stage.stage, self.cycle.pk, until):
                for user in self.people.seated(CouncilRole.MEMBER):
                    yield from self._left_to(user, end)

    def _left_to(self, user: User, end: End) -> Iterator[Message]:
        rows = appraisal.waiting_for(user, self.at)
        count = rows.filter(submission__cycle=self.cycle).count()
        if count:
            said = f"Anh/chị còn {count} tiêu chí chưa chấm của năm {self.cycle.year}: {end.words}."
            url = reverse("admin:assessments_criterionscore_grids")
            yield self.message(user, end, said, url=url)
