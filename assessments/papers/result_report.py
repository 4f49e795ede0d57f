"""The report of the results of a publication (báo cáo kết quả): one structure for page and PDF.

Said in the active language; the PDF is Vietnamese. The paper bears no number and no signature:
it is drawn from the published data and stands beside the decision, not in its place.
"""

from dataclasses import asdict, dataclass, replace

from django.utils import timezone
from django.utils.translation import gettext as _

from assessments.models import Publication, SiteIdentity
from assessments.papers import result_moves, result_sentences
from assessments.papers.heading import BLANK, Heading, heading_of
from assessments.papers.said import Sentence, name, plain, say, shown, signed
from assessments.papers.words import ILLUSTRATIVE
from assessments.queries.public.result_report import GroupFigures


@dataclass(frozen=True)
class FieldRow:
    """One field as printed: its mean index now, the year before, and the change; "–" if none."""

    name: str
    now: str
    before: str
    change: str


@dataclass(frozen=True)
class Part:
    """A part of the report on a group: sentences, a list under them, the sentences after it."""

    key: str
    title: str
    sentences: tuple[Sentence, ...]
    items: tuple[Sentence, ...] = ()
    after: tuple[Sentence, ...] = ()
    fields: tuple[FieldRow, ...] = ()
    compared: bool = False


@dataclass(frozen=True)
class GroupReport:
    """The report on one group."""

    code: str
    name: str
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class ResultReport:
    """The whole report; `year_before` heads the column of the means compared with."""

    year: int
    year_before: int
    groups: tuple[GroupReport, ...]
    method: tuple[Sentence, ...]
    basis: tuple[Sentence, ...]
    sha256: str


def result_report_of(publication: Publication, figures: list[GroupFigures]) -> ResultReport:
    """Return the report in the active language, from the figures of every group."""
    return ResultReport(
        year=publication.year,
        year_before=publication.year - 1,
        groups=tuple(map(_group, figures)),
        method=tuple(_method(figures)),
        basis=tuple(_basis(publication, figures)),
        sha256=publication.sha256,
    )


def paper_of(publication: Publication, made: ResultReport) -> dict[str, object]:
    """Return what the template of the PDF needs, all of it text; call it in Vietnamese."""
    site = SiteIdentity.objects.first()
    mark = " (MINH HỌA)" if publication.is_illustrative else ""
    return {
        "title": f"Báo cáo kết quả Chỉ số cải cách hành chính năm {made.year}{mark}",
        "kind": "BÁO CÁO",
        "subject": f"Kết quả Chỉ số cải cách hành chính năm {made.year}{mark}",
        "heading": asdict(_heading(publication, site)),
        "marks": (ILLUSTRATIVE,) if publication.is_illustrative else (),
        "columns": ("Lĩnh vực", f"Năm {made.year}", f"Năm {made.year_before}", "Tăng, giảm"),
        "groups": [_printed(group) for group in made.groups],
        "method_title": _("How the figures are made"),
        "method": [str(each) for each in made.method],
        "basis_title": _("Decision, data and sources"),
        "basis": [str(each) for each in made.basis],
        "hash_title": _("SHA-256 of the data"),
        "sha256": made.sha256,
    }


def _printed(group: GroupReport) -> dict[str, object]:
    return {"name": group.name, "parts": [
        {
            "title": part.title, "compared": part.compared,
            "sentences": [str(each) for each in part.sentences],
            "items": [str(each) for each in part.items],
            "after": [str(each) for each in part.after],
            "fields": [(row.name, row.now, row.before, row.change) for row in part.fields],
        } for part in group.parts
    ]}  # fmt: skip


def _heading(publication: Publication, site: SiteIdentity | None) -> Heading:
    day = timezone.localdate(publication.published_at) if publication.published_at else None
    body = site.governing_body if site else BLANK
    made = heading_of(body, site, year=publication.year + 1, day=day)
    return replace(made, number="", number_note="")


def _group(figures: GroupFigures) -> GroupReport:
    said, moves = result_sentences, result_moves
    if not figures.ranked:
        parts = [Part("standing", _("Units and bands"), tuple(said.standing(figures))),
                 Part("changes", _("Changes since the year before"),
                      tuple(moves.changes(figures)))]  # fmt: skip
        return GroupReport(figures.group.code, figures.group.name, tuple(parts))
    hard, items = said.hardest(figures)
    parts = [
        Part("standing", _("Units and bands"), tuple(said.standing(figures))),
        Part("leaders", _("First and last"), tuple(said.leaders(figures))),
        Part("changes", _("Changes since the year before"), tuple(moves.changes(figures))),
        Part(
            "fields", _("Fields"), tuple(moves.fields(figures)), fields=tuple(_fields(figures)),
            compared=any(row.before is not None for row in figures.fields),
        ),
        Part("gaps", _("Self-assessed and final points"), tuple(said.gaps(figures))),
        Part("criteria", _("Criteria"), (hard,), tuple(items), (said.full(figures),)),
        Part("adjustments", _("Bonus and penalty"), tuple(said.adjustments(figures))),
    ]  # fmt: skip
    return GroupReport(figures.group.code, figures.group.name, tuple(parts))


def _fields(figures: GroupFigures) -> list[FieldRow]:
    places = figures.group.decimals
    return [
        FieldRow(
            f"{part.code}. {part.name}",
            "–" if part.now is None else shown(part.now, places),
            "–" if part.before is None else shown(part.before, places),
            "–" if part.gained is None else signed(part.gained, places),
        )
        for part in figures.fields
    ]


def _method(figures: list[GroupFigures]) -> list[Sentence]:
    said = [
        say(_("The index of a unit is the sum of its final points divided by the highest points of"
              " the criteria that apply to it, times 100, rounded half up to ten decimals; bonus"
              " points are added and penalty points taken, each up to the cap of the scheme, and"
              " the index stays between 0 and 100.")),
        say(_("Ranks and bands stand on the ten decimals, not on the figure that is printed. Units"
              " of equal index share a rank and the next rank is left out. Where two units would"
              " print alike but rank apart, more decimals are printed.")),
        say(_("Means, medians and counts are over the ranked units of a group; the index of a field"
              " is the mean of the units' indexes in it. Own and final points are set beside each"
              " other only where a unit has points of its own in a criterion that applies.")),
    ]  # fmt: skip
    return said + [_scheme(each) for each in figures if each.group.scheme_code]


def _scheme(figures: GroupFigures) -> Sentence:
    group, scheme = figures.group, figures.scheme
    said = say(
        _("The group %(group)s was assessed by the scheme %(scheme)s, version %(version)s; highest"
          " bonus %(bonus)s, highest penalty %(penalty)s index points."),
        group=name(group.name), scheme=group.scheme_code, version=group.scheme_version or "–",
        bonus="–" if group.bonus_cap is None else plain(group.bonus_cap),
        penalty="–" if group.penalty_cap is None else plain(group.penalty_cap),
    )  # fmt: skip
    if scheme is None or not scheme.is_decided or scheme.decision_date is None:
        return said
    issued = say(
        _("The scheme was issued by decision %(number)s of %(day)s."),
        number=name(scheme.decision_number), day=f"{scheme.decision_date:%d/%m/%Y}",
    )  # fmt: skip
    return say("%(said)s %(issued)s", said=said, issued=issued)


def _basis(publication: Publication, figures: list[GroupFigures]) -> list[Sentence]:
    said = []
    if publication.is_illustrative:
        said.append(say(_("The figures are illustrative: they were made up to show how the portal"
                          " works and are not the results of any unit.")))  # fmt: skip
    said.append(_decision(publication))
    if old := publication.corrects:
        said.append(say(
            _("This publication corrects “%(title)s” (%(slug)s). Reason: %(reason)s"),
            title=name(old.title), slug=old.slug, reason=name(publication.correction_reason),
        ))  # fmt: skip
    if publication.published_at:
        moment = timezone.localtime(publication.published_at)
        said.append(say(_("Published at %(time)s on %(day)s."), time=f"{moment:%H:%M:%S}",
                        day=f"{moment:%d/%m/%Y}"))  # fmt: skip
    sources = say(_("Source of every figure: the scorecards in the data file %(file)s of this"
                    " publication."), file=f"{publication.slug}.json")  # fmt: skip
    if any(each.movement.before for each in figures):
        sources = say("%(one)s %(two)s", one=sources, two=say(
            _("Figures of %(year)s are those in force when this report was printed."),
            year=publication.year - 1))  # fmt: skip
    said.append(sources)
    if publication.note:
        said.append(say(_("Note: %(note)s"), note=name(publication.note)))
    return said


def _decision(publication: Publication) -> Sentence:
    if not publication.is_decided or publication.decision_date is None:
        return say(_("No decision is on record for these figures."))
    return say(
        _("Decision %(number)s of %(day)s, signed by %(signer)s."),
        number=name(publication.decision_number), day=f"{publication.decision_date:%d/%m/%Y}",
        signer=name(publication.decision_signer),
    )  # fmt: skip
