"""The minutes of a meeting of the council (biên bản): one structure for PDF and Word.

It holds what the reader may read: units in whose appraisal they take no part are left out, and the
paper then says that it is an extract, not for signature. The paper is Vietnamese in either
language of the portal; what the portal does not know stays blank for the office.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from assessments.choices import AdjustmentKind, AdjustmentState, AgendaReason, CouncilRole
from assessments.models import Adjustment, CouncilMember, CriterionScore, Meeting, SiteIdentity
from assessments.papers.heading import BLANK, Heading, basis, written
from assessments.papers.text import clean, paragraphs
from assessments.papers.words import DRAFT, EXTRACT, ILLUSTRATIVE, MinutesWords
from assessments.queries import agenda, sessions
from assessments.scoring import format_decimal
from assessments.workflow import conclusions, meetings
from units.models import User

_ROLES = {
    CouncilRole.CHAIR: "Chủ tịch Hội đồng", CouncilRole.SECRETARY: "Thư ký",
    CouncilRole.MEMBER: "Thành viên",
}  # fmt: skip
_REASONS = {
    AgendaReason.DISPUTED: "các thành viên thẩm định chênh lệch",
    AgendaReason.UNSETTLED: "chưa có điểm thẩm định",
    AgendaReason.CHOSEN: "Tổ Thư ký đề nghị xem xét",
}
_KINDS = {AdjustmentKind.BONUS: "Điểm thưởng", AdjustmentKind.PENALTY: "Điểm trừ"}


@dataclass(frozen=True)
class Decided:
    """A leaf decided in the meeting: one line of a unit's table."""

    code: str
    name: str
    maximum: str
    claimed: str
    appraised: str
    decided: str
    notes: tuple[str, ...]


@dataclass(frozen=True)
class UnitPart:
    """What the meeting did about one unit."""

    name: str
    without: str
    rows: tuple[Decided, ...]
    open: tuple[str, ...]


@dataclass(frozen=True)
class Minutes:
    """The whole paper, ready to be set."""

    heading: Heading
    subject: str
    bases: tuple[str, ...]
    begun: str
    place: str
    present_head: str
    present: tuple[str, ...]
    absent: tuple[str, ...]
    chair: str
    secretary: str
    agenda: tuple[str, ...]
    units: tuple[UnitPart, ...]
    proceedings: tuple[str, ...]
    left_out: tuple[str, ...]
    adjustments: tuple[str, ...]
    omission: str
    closing: str
    recipients: tuple[str, ...]
    draft: bool
    marks: tuple[str, ...]
    words: MinutesWords = field(default_factory=MinutesWords)


def minutes_of(meeting: Meeting, *, reader: User, at: dt.datetime) -> Minutes:
    """Return the minutes as they stand at `at`, as far as the reader may read them."""
    site, council = SiteIdentity.objects.first(), meeting.council
    lines = agenda.items(meeting, reader, at)
    roll = _Roll(meeting)
    omitted = not meetings.reads_whole(reader, meeting, at)
    number = clean(meeting.minutes_number)
    return Minutes(
        heading=_heading(meeting, site),
        subject=f"Họp {clean(council.name)} về kết quả thẩm định Chỉ số cải cách hành chính"
        f" năm {council.cycle.year}",
        bases=_bases(meeting, site),
        begun=_moment(meeting.begins_at, meeting.held_on),
        place=clean(meeting.place) or BLANK,
        present_head=roll.head, present=roll.present, absent=roll.absent,
        chair=roll.acting(CouncilRole.CHAIR), secretary=roll.acting(CouncilRole.SECRETARY),
        agenda=_agenda(agenda.by_unit(lines, meeting, at)),
        units=_units(meeting, lines, reader, at),
        # Free text of the whole meeting: nobody can take a unit out of it.
        proceedings=() if omitted else paragraphs(meeting.proceedings),
        left_out=tuple(_left_out(meeting, reader, at)),
        adjustments=tuple(_adjusted(sessions.adjustments(meeting, reader, at))),
        omission=MinutesWords.omission if omitted else "",
        closing=f"Biên bản kết thúc lúc {_moment(meeting.ends_at, meeting.held_on)}./.",
        recipients=(f"- {clean(council.name)};", "- Lưu: VT, Tổ Thư ký."),
        draft=not number or omitted,
        marks=_marks(
            (DRAFT, not number), (EXTRACT, omitted), (ILLUSTRATIVE, council.cycle.illustrative)
        ),
    )  # fmt: skip


def _marks(*marks: tuple[str, bool]) -> tuple[str, ...]:
    return tuple(mark for mark, holds in marks if holds)


def _heading(meeting: Meeting, site: SiteIdentity | None) -> Heading:
    """Return the heading; the city's committee stands over a council that it set up itself."""
    council, number = meeting.council, clean(meeting.minutes_number)
    by_city = bool(site) and (council.decision_number or "").upper().endswith("-UBND")
    return Heading(
        parent=f"Ủy ban nhân dân {clean(site.city_name)}".upper() if site and by_city else "",
        body=(clean(council.name).upper(),),
        number=f"Số: {number or f'{BLANK}/BB-{BLANK}'}",
        number_note="" if number else "(chưa cấp số)",
        place_and_date="",  # minutes say when and where in their first lines
    )


def _bases(meeting: Meeting, site: SiteIdentity | None) -> tuple[str, ...]:
    council = meeting.council
    if not council.decision_number or council.decision_date is None:
        return ()
    decision = {"number": council.decision_number, "date": council.decision_date.isoformat()}
    about = f"về việc thành lập {clean(council.name)}"
    return tuple(map(clean, basis(decision, about, site.city_name if site else "")))


def _moment(time: dt.time | None, day: dt.date) -> str:
    hour, minute = (f"{time:%H}", f"{time:%M}") if time else ("……", "……")
    return f"{hour} giờ {minute}, {written(day)}"


class _Roll:
    """Who was there: from the attendance on record, blank where there is none."""

    def __init__(self, meeting: Meeting) -> None:
        self.seats = agenda.seats_of_day(meeting)
        self.rows = {row.member_id: row for row in meeting.attendances.all()}
        came = [seat for seat in self.seats if self._came(seat)]
        self.present = tuple(map(_titled, came)) if self.rows else ()
        away = [seat for seat in self.seats if self.rows and not self._came(seat)]
        self.absent = tuple(f"{_titled(seat)}: {self._excuse(seat)}" for seat in away)
        counted = f"{len(came)}/{len(self.seats)}" if self.rows else f"{BLANK}/{len(self.seats)}"
        self.head = f"Có mặt {counted} thành viên Hội đồng:"

    def _came(self, seat: CouncilMember) -> bool:
        row = self.rows.get(seat.pk)
        return row is not None and row.present

    def _excuse(self, seat: CouncilMember) -> str:
        row = self.rows.get(seat.pk)
        return (clean(row.note) if row else "") or "không ghi lý do"

    def acting(self, role: str) -> str:
        """Return who held the role there; blank where it was nobody, or nobody alone."""
        names = [
            clean(seat.user.full_name)
            for seat in self.seats if seat.role == role and (not self.rows or self._came(seat))
        ]  # fmt: skip
        return names[0] if len(names) == 1 else BLANK


def _titled(seat: CouncilMember) -> str:
    return f"{clean(seat.user.full_name)}, {_ROLES[CouncilRole(seat.role)]}"


def _agenda(units: Iterable[agenda.UnitLines]) -> tuple[str, ...]:
    found = []
    for unit in units:
        codes: dict[AgendaReason, list[str]] = {}
        for line in unit.lines:
            codes.setdefault(line.reason, []).append(line.score.criterion.code)
        told = "; ".join(f"{', '.join(each)} ({_REASONS[why]})" for why, each in codes.items())
        found.append(f"{clean(unit.submission.unit_name)}: tiêu chí {told}")
    return tuple(found)


def _units(
    meeting: Meeting, lines: list[agenda.Line], reader: User, at: dt.datetime
) -> tuple[UnitPart, ...]:
    """Return the units of agenda and decisions; a decision may come without an item."""
    done = {row.pk: row for row in agenda.decided(meeting, reader, at)}
    waiting = [line for line in lines if line.score.pk not in done]
    rows = [agenda.Line(row, AgendaReason.CHOSEN) for row in done.values()]
    parts = []
    for unit in agenda.by_unit([*rows, *waiting], meeting, at):
        scores = [line.score for line in unit.lines]
        names = ", ".join(map(clean, unit.without))
        parts.append(
            UnitPart(
                name=clean(unit.submission.unit_name),
                without=f"Không tham gia nội dung này: {names}." if names else "",
                rows=tuple(_decided(row) for row in scores if row.pk in done),
                open=tuple(
                    f"{row.criterion.code}. {clean(row.criterion.name)}"
                    for row in scores if row.pk not in done
                ),
            )
        )  # fmt: skip
    return tuple(sorted(parts, key=lambda part: not part.rows))


def _decided(row: CriterionScore) -> Decided:
    decision, leaf = row.decision, row.criterion
    dissent = paragraphs(decision.dissent)
    votes = _votes(decision.votes_for, decision.votes_against, decision.votes_abstained)
    return Decided(
        code=leaf.code, name=clean(leaf.name), maximum=format_decimal(leaf.max_points),
        claimed=_points(row.self_points, row.self_applicable) if leaf.is_self_scored else "–",
        appraised=_range(row), decided=_points(decision.points, decision.applicable),
        notes=(
            f"Biểu quyết: {votes}.", *_led("Lý do: ", paragraphs(decision.reason)),
            *_led("Ý kiến khác: ", dissent),
        ),
    )  # fmt: skip


def _led(head: str, lines: tuple[str, ...]) -> tuple[str, ...]:
    return (f"{head}{lines[0]}", *lines[1:]) if lines else ()


def _votes(for_: int, against: int, abstained: int) -> str:
    if not for_ + against + abstained:
        return "thống nhất"
    return f"{for_} tán thành, {against} không tán thành, {abstained} không có ý kiến"


def _points(points: Decimal | None, applicable: bool | None) -> str:
    if points is None:
        return "–"
    return format_decimal(points) if applicable is not False else "không tính"


def _range(row: CriterionScore) -> str:
    lowest, highest = (getattr(row, name) for name in ("lowest", "highest"))
    own = _points(row.appraised_points, row.appraised_applicable)
    if lowest is None or lowest == highest:
        return own
    return f"{own} ({format_decimal(lowest)}–{format_decimal(highest)})"


def _left_out(meeting: Meeting, reader: User, at: dt.datetime) -> Iterable[str]:
    for submission in sessions.with_left_out(meeting, reader, at):
        for row, why in conclusions.left_out(submission):
            leaf = f"{row.criterion.code}. {clean(row.criterion.name)}"
            reason = clean(why) or "không ghi lý do"
            yield f"{clean(submission.unit_name)}: {leaf} ({reason})"


def _adjusted(rows: Iterable[Adjustment]) -> Iterable[str]:
    for row in rows:
        word = "chấp thuận" if row.state == AdjustmentState.ACCEPTED else "không chấp thuận"
        kind = _KINDS[AdjustmentKind(row.kind)]
        unit, points = clean(row.submission.unit_name), format_decimal(row.points)
        yield f"{unit}: {kind} {points} điểm – {word} ({clean(row.reason)})"
