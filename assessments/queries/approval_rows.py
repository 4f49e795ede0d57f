"""One dossier, and one group of them, as the approver sees it."""

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal

from assessments.choices import SubmissionState
from assessments.models import Approval, Criterion, CycleScheme, Event, Submission
from assessments.queries import gaps


@dataclass
class Row:
    """One dossier of the group; `fields` are its gaps by field id, `far` the fields far off.

    `acts`: the reader approves and sends back here; `involved`: but gave points or concluded, so
    that somebody else approves (four eyes). `filed`: appeals that wait for their answer; `upheld`:
    found right, in whole or in part, and not sent back to the council yet.
    """

    submission: Submission
    fields: dict[int | None, gaps.Gap] = field(default_factory=dict)
    leaves: int = 0
    final: int = 0
    surveys: int = 0
    surveyed: int = 0
    decided: int = 0
    left_out: list[str] = field(default_factory=list)
    questions: int = 0
    proposed: int = 0
    bonus: Decimal = Decimal(0)
    penalty: Decimal = Decimal(0)
    filed: int = 0
    upheld: int = 0
    flagged: int = 0
    concluded: Event | None = None
    approval: Approval | None = None
    far: set[int | None] = field(default_factory=set)
    far_in_all: bool = False
    acts: bool = False
    involved: bool = False

    @property
    def whole(self) -> gaps.Gap:
        """Return the gap over all fields."""
        return gaps.together(self.fields.values())

    @property
    def cells(self) -> list[tuple[gaps.Gap, bool]]:
        """Return the gap of each field in the order of the scheme, and whether it is far off."""
        return [(gap, key in self.far) for key, gap in self.fields.items()]

    @property
    def surveys_missing(self) -> int:
        """Return how many survey leaves have no points yet."""
        return self.surveys - self.surveyed

    @property
    def complete(self) -> bool:
        """Tell whether nothing of what this page counts stands in the way of the approval.

        The days of the stages are not counted here.
        """
        waits = (self.questions, self.proposed, self.filed, self.upheld, self.flagged)
        return not any(waits) and 0 < self.leaves == self.final

    @property
    def ready(self) -> bool:
        """Tell whether the reader may tick it: concluded, complete, and his to approve."""
        concluded = self.submission.state == SubmissionState.APPRAISED
        return concluded and self.complete and self.acts and not self.involved

    @property
    def may_send_back(self) -> bool:
        """Tell whether the reader may send leaves of it back to the council."""
        return self.acts and self.submission.state == SubmissionState.APPRAISED


@dataclass(frozen=True)
class Overview:
    """The group: its fields, its dossiers by name, and the median gap of each field and of all."""

    part: CycleScheme
    fields: list[Criterion]
    rows: list[Row]
    medians: list[Decimal | None]
    median: Decimal | None

    @property
    def counted(self) -> list[tuple[SubmissionState, int]]:
        """Return the states that occur, each with its number, in the order of the year."""
        found = Counter(row.submission.state for row in self.rows)
        return [(state, found[state]) for state in SubmissionState if found[state]]

    @property
    def ready(self) -> int:
        """Return how many dossiers the reader may approve as far as this page knows."""
        return sum(row.ready for row in self.rows)

    @property
    def outlying(self) -> list[Row]:
        """Return the dossiers that are far from the group over all fields."""
        return [row for row in self.rows if row.far_in_all]

    @property
    def outlying_in_fields(self) -> list[tuple[Row, list[str]]]:
        """Return the others that are far off in fields only, each with the fields' codes."""
        return [
            (row, [one.code for one in self.fields if one.pk in row.far])
            for row in self.rows if row.far and not row.far_in_all
        ]  # fmt: skip
