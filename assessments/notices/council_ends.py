"""Ends that bind those who decide: answers to appeals, the council's stage, the approvals; and the
end of a unit's time to appeal."""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from operator import attrgetter

from django.db.models import F, Q
from django.urls import reverse

from assessments.choices import (
    AppealKind,
    AppealState,
    CouncilRole,
    PortalRole,
    Stage,
    SubmissionState,
)  # fmt: skip
from assessments.models import Appeal, CriterionScore, Message, Submission
from assessments.notices.audience import Users
from assessments.notices.ladders import SHORT_STEPS, Ladder
from assessments.notices.words import leaves
from assessments.queries.workspace import closes_at

_ASKED = {AppealKind.APPEAL: "Kiến nghị", AppealKind.COMPLAINT: "Khiếu nại"}
_STATE = SubmissionState
#: Handed in, and not concluded by the council yet.
_WITH_COUNCIL = (
    _STATE.SUBMITTED, _STATE.RETURNED, _STATE.LOCKED, _STATE.APPRAISING, _STATE.EXPLAINING,
)  # fmt: skip


class CouncilEnds(Ladder):
    """What chair and Home Affairs leader are told, each of dossiers on which they act."""

    def messages(self) -> Iterator[Message]:
        """Yield the reminders of every time that ends within the ladder."""
        yield from self._answers()
        yield from self._appealing()
        yield from self._left(
            Stage.COUNCIL,
            self.in_state(*_WITH_COUNCIL),
            "hồ sơ chưa kết luận",
            reverse("admin:assessments_cycle_board", args=[self.cycle.pk]),
            lambda unit: self.people.seated(CouncilRole.CHAIR, unit),
        )
        concluded = f"?state__exact={_STATE.APPRAISED}&cycle__id__exact={self.cycle.pk}"
        yield from self._left(
            Stage.APPROVAL, self.in_state(_STATE.APPRAISED), "hồ sơ chưa phê duyệt",
            reverse("admin:assessments_submission_changelist") + concluded,
            lambda unit: self.people.appointed(PortalRole.HOME_AFFAIRS_LEADER, unit),
        )  # fmt: skip

    def _answers(self) -> Iterator[Message]:
        """Tell those who may answer an appeal or a complaint before it is due, and once after."""
        filed = Appeal.objects.filter(submission__cycle=self.cycle, state=AppealState.FILED)
        rows = filed.select_related("submission__unit").prefetch_related("leaves__criterion")
        for row in rows.order_by("pk"):
            end = self.end("appeal", row.pk, row.due_at, SHORT_STEPS) or self.over(
                "appeal", row.pk, row.due_at
            )
            if end is None:
                continue
            dossier, kind = row.submission, AppealKind(row.kind)
            criteria = sorted(
                (leaf.criterion for leaf in row.leaves.all()), key=attrgetter("position")
            )
            said = (
                f"{_ASKED[kind]} của {dossier.unit_name} về tiêu chí "
                f"{leaves(each.code for each in criteria)} (hồ sơ năm {self.cycle.year}) "
                f"chưa được trả lời: {end.words}."
            )
            url = reverse("admin:assessments_appeal_change", args=[row.pk])
            for user in self._answering(kind, dossier.unit_id):
                yield self.message(user, end, said, url=url, dossier=dossier, council=True)

    def _answering(self, kind: AppealKind, unit_id: int) -> Users:
        if kind == AppealKind.APPEAL:
            return self.people.seated(CouncilRole.CHAIR, unit_id)
        return self.people.appointed(PortalRole.HOME_AFFAIRS_LEADER, unit_id)

    def _appealing(self) -> Iterator[Message]:
        """Tell a unit whose points were changed until when it may appeal, unless it did."""
        if not self._begun(Stage.APPEAL):
            return
        ends = {}
        for row in self.in_state(_STATE.APPRAISED):
            closes = closes_at(row.cycle, Stage.APPEAL, row.unit_id)
            if end := self.end(Stage.APPEAL, row.pk, closes, SHORT_STEPS):
                ends[row.pk] = (row, end)
        for pk in sorted(_differing(ends)):
            dossier, end = ends[pk]
            said = (
                f"Kết luận thẩm định hồ sơ năm {self.cycle.year} của {dossier.unit_name} có tiêu "
                f"chí khác với tự đánh giá; thời gian gửi kiến nghị: {end.words}."
            )
            url = self.own_page(dossier, "appeals")
            for user in self.people.unit(dossier.unit_id):
                yield self.message(user, end, said, url=url, dossier=dossier)

    def _left(
        self, stage: Stage, dossiers: Iterable[Submission], what: str, url: str,
        acting: Callable[[int | None], Users],
    ) -> Iterator[Message]:  # fmt: skip
        """Tell each person how many of the dossiers on which they act are left at a stage's end."""
        if not self._begun(stage):
            return
        by_end: dict[dt.datetime, list[int]] = {}
        for row in dossiers:
            if closes := closes_at(row.cycle, stage, row.unit_id):
                by_end.setdefault(closes, []).append(row.unit_id)
        usual = acting(None)
        for closes, units in by_end.items():
            if end := self.end(stage, self.cycle.pk, closes):
                left = Counter(
                    user for unit in units
                    for user in self.people.clear(usual, unit) or acting(unit)
                )  # fmt: skip
                for user, count in left.items():
                    said = f"Còn {count} {what} của năm {self.cycle.year}: {end.words}."
                    yield self.message(user, end, said, url=url)

    def _begun(self, stage: Stage) -> bool:
        return self.cycle.milestones.filter(stage=stage, opens_at__lte=self.at).exists()


def _differing(submissions: Iterable[int]) -> set[int]:
    """Return the dossiers with leaves that do not count as claimed, and no appeal that waits."""
    changed = CriterionScore.objects.filter(
        ~Q(final_points=F("self_points"), final_applicable=F("self_applicable")),
        submission__in=list(submissions), self_points__isnull=False, final_points__isnull=False,
    )  # fmt: skip
    waiting = Appeal.objects.filter(
        submission__in=list(submissions), kind=AppealKind.APPEAL, state=AppealState.FILED
    )
    found = set(changed.order_by().values_list("submission_id", flat=True))
    return found - set(waiting.values_list("submission_id", flat=True))
