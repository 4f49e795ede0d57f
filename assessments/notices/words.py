"""The sentences of messages, and where they lead.

A message is stored text, and therefore Vietnamese like the traces of points. It holds names of
units and codes of criteria; no points, ranks or bands, and no text that somebody wrote, but for a
reminder of the secretariat, which is quoted.
"""

import datetime as dt
from collections.abc import Callable, Iterable

from django.urls import reverse
from django.utils import timezone

from assessments.choices import Stage
from assessments.models import EventNote, Milestone, Publication
from assessments.notices.told import Told
from assessments.queries.public.addresses import address
from cchc.kit.text import squeeze

Words = Callable[[Told], str]
#: So many codes of leaves are named; more are counted.
CODES_NAMED = 8
#: Characters of a person's own text that a message quotes.
QUOTED = 300


def leaves(codes: Iterable[str]) -> str:
    """Return codes as a sentence names them: the first few, and how many more."""
    named = list(codes)
    shown, more = ", ".join(named[:CODES_NAMED]), len(named) - CODES_NAMED
    return f"{shown} và {more} tiêu chí khác" if more > 0 else shown


def moment(end: dt.datetime | None) -> str:
    """Return the last second before `end`: time up to midnight prints as 23:59:59."""
    if end is None:
        return "chưa định"
    return f"{timezone.localtime(end - dt.timedelta(seconds=1)):%H:%M:%S ngày %d/%m/%Y}"


def quoted(text: str) -> str:
    """Return a person's text on one line, in quotation marks, at most QUOTED characters of it."""
    line = squeeze(text)
    return f"“{line}”" if len(line) <= QUOTED else f"“{line[: QUOTED - 1].rstrip()}…”"


def said(sentence: str) -> Words:
    """Return the sentence with {unit}, {year}, {codes}, {due}, {mend} and {round} filled in."""

    def text(told: Told) -> str:
        dossier = told.submission
        return sentence.format(
            unit=dossier.unit_name if dossier else "", year=told.cycle.year,
            codes=leaves(told.codes), due=moment(told.due),
            mend=moment(dossier.return_due_at if dossier else None),
            round=dossier.round if dossier else "",
        )  # fmt: skip

    return text


def concluded(told: Told) -> str:
    """Tell the unit that the council concluded, and until when it may appeal."""
    told_so = said("Hội đồng đã kết luận hồ sơ năm {year} của {unit}.")(told)
    window = Milestone.objects.filter(
        cycle=told.cycle, stage=Stage.APPEAL, closes_at__gt=told.people.at
    ).first()
    if window is None:
        return told_so
    return f"{told_so} Thời hạn kiến nghị xem xét lại điểm đến {moment(window.closes_at)}."


def longer(told: Told) -> str:
    """Tell until when a stage was extended."""
    stage = Stage(told.last.data["stage"]).label
    until = moment(dt.datetime.fromisoformat(told.last.data["until"]))
    return f"Giai đoạn {stage} năm {told.cycle.year} được gia hạn đến {until}."


def reminded(told: Told) -> str:
    """Quote what the secretariat wrote; it stands apart from the chain and may be erased."""
    note = EventNote.objects.filter(event=told.last).first()
    begun = said("Tổ Thư ký nhắc {unit} về hồ sơ năm {year}")(told)
    return f"{begun}: {quoted(note.text)}" if note else f"{begun}."


def published(told: Told) -> str:
    """Tell that results, or their correction, are public."""
    row = Publication.objects.get(pk=told.last.object_id)
    if row.corrects_id:
        return f"Kết quả năm {row.year} đã được đính chính và công bố."
    return f"Kết quả năm {row.year} đã được công bố."


# Addresses --------------------------------------------------------------------------------------


def own(page: str = "dossier") -> Words:
    """Return the address of the unit's own page of that name."""
    return lambda told: told.own(page)


def own_question(told: Told) -> str:
    """Return the page of the question, where it is about one, else the dossier's."""
    asked = told.ids("question")
    return told.own("question", pk=asked[0]) if len(asked) == 1 else told.own()


def own_home(told: Told) -> str:
    """Return the start of the workspace."""
    return reverse("workspace:home")


def office(page: str = "change") -> Words:
    """Return the address of the admin's page of that name about the dossier."""
    return lambda told: told.office(page)


def office_object(told: Told) -> str:
    """Return the admin's page of what the act was done on."""
    name = f"admin:assessments_{told.last.object_type}_change"
    return reverse(name, args=[told.last.object_id])


def office_leaf(told: Told) -> str:
    """Return the first of the leaves on the appraisal page of the dossier."""
    return f"{told.office('appraisal')}#leaf-{told.last.object_id}"


def office_list(query: str = "", model: str = "submission") -> Words:
    """Return a list of the admin."""
    return lambda told: reverse(f"admin:assessments_{model}_changelist") + query


def office_home(told: Told) -> str:
    """Return the start of the admin."""
    return reverse("admin:index")


def rankings(told: Told) -> str:
    """Return the public page of the publication."""
    row = Publication.objects.get(pk=told.last.object_id)
    return address("ranking_of", "vi", key=row.slug)
