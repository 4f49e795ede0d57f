"""What an uploaded workbook would change, leaf by leaf, judged as the field page judges it."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from assessments import permissions
from assessments.errors import BadInput, Refused
from assessments.forms import LABELS, LeafForm
from assessments.models import CriterionScore, Submission
from assessments.queries import workspace as queries
from assessments.resources import dossiers
from assessments.resources.dossier_import import Problem, SheetRow, cell_of, heading_of
from assessments.resources.dossiers import Line
from assessments.workflow import scores
from units.models import User

#: The answer to a conflict that puts the workbook in place of the portal.
MINE = "mine"


def lines_of(submission: Submission, by: User, at: dt.datetime) -> list[Line]:
    """Return the leaves of a dossier with their inputs and what bars the person from them."""
    held = permissions.parts_of(by, at).get(submission.unit_id, set())
    rows = queries.leaves_of([submission]).select_related("delegation__user")
    lines = []
    for score in rows.prefetch_related("criterion__levels"):
        score.submission = submission
        lines.append(Line(score, _inputs_of(score), _why_locked(score, by, held)))
    return lines


def _inputs_of(score: CriterionScore) -> tuple[str, ...]:
    """Return what the field page's form of the leaf asks for, as far as the workbook has it."""
    if not score.criterion.is_self_scored:
        return ()
    offered = LeafForm(score=score).fields
    return tuple(column.key for column in dossiers.INPUTS if column.key in offered)


def _why_locked(score: CriterionScore, by: User, held: set[str]) -> str:
    try:
        scores.require_fillable(score, by, held)
    except Refused as refusal:
        return str(refusal)
    return ""


@dataclass
class Change:
    """One leaf that the workbook says otherwise of than the portal."""

    row: SheetRow
    line: Line
    claim: scores.Claim | None = None
    points: Decimal | None = None
    applicable: bool = True
    conflict: bool = False
    takes_mine: bool = False

    @property
    def score(self) -> CriterionScore:
        """Return the leaf as it is stored."""
        return self.line.score

    @property
    def differences(self) -> list[tuple[Any, str, str]]:
        """Return what differs: label, what the portal holds, what the workbook says."""
        held, words = dossiers.texts_of(self.score, self.line.inputs), _words(self.score)
        stored = _stored(self.score)
        return [
            (LABELS[name], _shown(words, name, held[name]), _shown(words, name, text))
            for name, text in self.row.texts.items()
            if text != held[name]
            and (self.claim is None or getattr(self.claim, name) != getattr(stored, name))
        ]


@dataclass
class Preview:
    """The differences of a workbook from its dossier, and what speaks against saving them."""

    changes: list[Change] = field(default_factory=list)
    refused: list[Change] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)

    @property
    def claims(self) -> dict[str, scores.Claim]:
        """Return what the workbook claims, leaf by leaf, also where the person may not."""
        rows = (*self.changes, *self.refused)
        return {change.row.code: change.claim for change in rows if change.claim is not None}

    @property
    def conflicts(self) -> list[Change]:
        """Return the leaves that somebody changed on the portal since the download."""
        return [change for change in self.changes if change.conflict]

    @property
    def plain(self) -> list[Change]:
        """Return the leaves that only the workbook changes."""
        return [change for change in self.changes if not change.conflict]


def preview_of(
    lines: Iterable[Line], rows: Iterable[SheetRow], *, asked: Iterable[str] = (),
    chosen: Mapping[str, str] | None = None,
) -> Preview:  # fmt: skip
    """Compare the rows of a workbook with the leaves as they are stored now; saves nothing.

    `asked` are the codes that were shown as conflicts before, `chosen` what was answered.
    """
    known = {line.score.criterion.code: line for line in lines}
    preview, asked = Preview(), set(asked)
    for row in rows:
        line = known[row.code]
        texts = dossiers.texts_of(line.score, line.inputs)
        if texts == row.texts:
            continue
        if row.untouched:
            preview.elsewhere.append(row.code)
            continue
        change = Change(row, line)
        change.conflict = row.code in asked or (
            row.mark.version != line.score.version and dossiers.digest_of(texts) != row.mark.digest
        )
        change.takes_mine = (chosen or {}).get(row.code) == MINE
        _place(preview, change)
    return preview


def _place(preview: Preview, change: Change) -> None:
    faults = list(_judge(change))
    if change.line.locked:
        preview.refused.append(change)
    elif faults:
        preview.problems += faults
    elif change.claim != _stored(change.score):
        preview.changes.append(change)


def _stored(score: CriterionScore) -> scores.Claim:
    """Return the stored claim as a workbook would bring it back."""
    claim = scores.claim_of(score)
    return replace(
        claim, note=dossiers.prose(claim.note),
        no_evidence_reason=dossiers.prose(claim.no_evidence_reason),
    )  # fmt: skip


def _judge(change: Change) -> Iterator[Problem]:
    """Put claim and points on a change by the page's form and the server's scoring."""
    form, inputs = LeafForm(_posted(change), score=change.score), change.line.inputs
    if not form.is_valid():
        for name, errors in form.errors.items():
            yield from (_problem(change, name, str(error)) for error in errors)
        return
    claim = scores.Claim(**{name: form.cleaned_data[name] for name in inputs})
    try:
        outcome = scores.outcome_of(change.score, claim)
    except BadInput as refusal:
        yield _problem(change, refusal.field, str(refusal))
        return
    change.claim = claim
    if outcome is not None:
        change.points, change.applicable = outcome.points, outcome.applicable


def _problem(change: Change, name: str, text: str) -> Problem:
    place = name if name in change.line.inputs else dossiers.CODE.key
    return Problem(text, cell_of(change.row.number, place), heading_of(place))


def _posted(change: Change) -> dict[str, str]:
    """Return the row in the words of the page's form."""
    data = {"version": str(change.score.version)} | dict(change.row.texts)
    if data.get("option"):
        level = change.score.criterion.levels.all()[int(data["option"]) - 1]
        data["option"] = str(level.pk)
    return data


def _words(score: CriterionScore) -> dict[str, dict[str, str]]:
    return {
        "met": {meaning: word for word, meaning in dossiers.MET_WORDS.items()},
        "option": {place: text for text, place in dossiers.options_of(score).items()},
        "not_applicable": {"1": "Có"},
    }


def _shown(words: Mapping[str, Mapping[str, str]], name: str, text: str) -> str:
    if name in dossiers.NUMBERS:
        return text.replace(".", ",")
    return words.get(name, {}).get(text, text)


def frozen_rows(changes: Sequence[Change]) -> list[SheetRow]:
    """Return the rows of a preview, marked by the leaves as they are shown in it.

    What changes on the portal after the preview differs from these marks.
    """
    return [
        replace(
            change.row,
            mark=dossiers.Mark(
                change.row.code, change.score.version,
                dossiers.digest_of(dossiers.texts_of(change.score, change.line.inputs)),
            ),
        )
        for change in changes
    ]  # fmt: skip
