"""Publications as the public meets them, without the year that leads there."""

import datetime as dt
import random
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils import timezone

from assessments.choices import PublicationKind, PublicationState, RankBasis
from assessments.models import (
    Cycle,
    Publication,
    PublishedGroup,
    PublishedResult,
    PublishedScore,
)  # fmt: skip
from assessments.queries.public.movement import year_before
from assessments.queries.public.opendata import open_data, sha256_of
from assessments.scoring import Entry, LeafScore, Tally, band, rank, tally
from assessments.workflow import effects
from cchc.kit.text import slugify, sort_key, unaccent

D = Decimal
BANDS = [("Tốt", D(80)), ("Khá", D(70)), ("Trung bình", D(50)), ("Yếu", D(0))]
_SUFFIX = {"official": "", "record": "-bao-chi", "illustrative": "-minh-hoa"}
FIELDS = {"1": "Chỉ đạo, điều hành", "2": "Cải cách thể chế", "3": "Thủ tục hành chính"}
Named = tuple[str, str]
UNITS: list[Named] = [
    ("SBN-01", "Sở Tư pháp"), ("SBN-02", "Sở Nội vụ"), ("SBN-03", "Sở Y tế"),
]  # fmt: skip


@dataclass(frozen=True)
class Given:
    """What a test wants of one unit: points by leaf (None: does not apply), bonus and penalty.

    `claims` are the points that the unit gave itself, 4 where none is given.
    """

    points: tuple[str | None, ...] = ()
    claims: tuple[str, ...] = ()
    bonus: str = "0"
    penalty: str = "0"


def make_publication(
    *, year: int = 2026, kind: str = PublicationKind.OFFICIAL, at: dt.datetime | None = None,
    groups: dict[Named, Sequence[Named]] | None = None, corrects: Publication | None = None,
    unranked: str = "", seed: int = 1, printed: bool = True, scheme_version: int = 1,
    predecessors: dict[str, list[str]] | None = None, given: dict[str, Given] | None = None,
    **fields: Any,
) -> Publication:  # fmt: skip
    """Make a computed publication due at `at`; the unit of code `unranked` has no rank.

    `predecessors` gives for the code of a unit the codes of those that it follows, `given`
    the points of a unit; those of the others are drawn by `seed`.
    """
    publication = _draft(year, kind, at, corrects, fields)
    dice = random.Random(f"{year} {seed}")
    chosen = groups or {("SBN", "Sở, ban, ngành"): UNITS}
    for position, (group, units) in enumerate(chosen.items()):
        _add_group(
            publication, group, units, position=position, unranked=unranked, dice=dice,
            version=scheme_version, predecessors=predecessors or {},
            given=given or {},
        )  # fmt: skip
    return _close(publication, printed)


def make_record(
    rows: Sequence[dict[str, Any]], *, year: int = 2021, at: dt.datetime | None = None,
    groups: Sequence[Named] = (("SBN", "Sở, ban, ngành"),), printed: bool = True, **fields: Any,
) -> Publication:  # fmt: skip
    """Make a record of the press; a row gives `unit` and what the press gave."""
    publication = _draft(year, PublicationKind.RECORD, at, None, fields)
    made = {
        code: PublishedGroup.objects.create(
            publication=publication, position=position, code=code, name=name
        )
        for position, (code, name) in enumerate(groups)
    }
    for number, row in enumerate(rows, start=1):
        values = {"rank_basis": RankBasis.STATED, "source": "https://bao.example/bai"} | row
        name, code = values.pop("unit"), values.pop("code", f"U-{number:02d}")
        group = made[values.pop("group", groups[0][0])]
        _result(publication, group, code, name, values)
    return _close(publication, printed)


def _draft(
    year: int,
    kind: str,
    at: dt.datetime | None,
    corrects: Publication | None,
    fields: dict[str, Any],
) -> Publication:
    made_up = kind == PublicationKind.ILLUSTRATIVE
    cycle = None
    if kind != PublicationKind.RECORD:
        cycle, _ = Cycle.objects.get_or_create(
            year=year, illustrative=made_up, defaults={"title": f"Kỳ đánh giá {year}"}
        )
    revision = corrects.revision + 1 if corrects else 1
    values = {
        "title": f"Chỉ số CCHC năm {year}" + (" (minh họa)" if made_up else ""),
        "slug": f"{year}{_SUFFIX[kind]}" + (f"-{revision}" if corrects else ""),
        "revision": revision,
        "published_at": at or timezone.now() - dt.timedelta(hours=1),
    }
    if cycle:
        values |= {
            "decision_number": f"{revision:02d}/QĐ-UBND",
            "decision_date": dt.date(year + 1, 2, 5),
            "decision_signer": "Người Ký",
        }
    return Publication.objects.create(
        kind=kind, year=year, cycle=cycle, corrects=corrects, **values | fields
    )


def _close(publication: Publication, printed: bool) -> Publication:
    publication.compared_with = year_before(timezone.now(), publication)
    publication.sha256 = sha256_of(open_data(publication))
    if printed:
        effects.emit("publication.frozen", publication, timezone.now())
    due = publication.published_at <= timezone.now()
    publication.state = PublicationState.PUBLISHED if due else PublicationState.SCHEDULED
    publication.save()
    return publication


def _criteria() -> list[dict[str, Any]]:
    rows = []
    for code, name in FIELDS.items():
        rows.append(_node(code, None, name, level="field", points="8", method="sum"))
        rows += [
            _node(
                f"{code}.{n}",
                code,
                f"Tiêu chí {code}.{n}",
                level="criterion",
                points="4",
                method="ratio",
            )
            for n in (1, 2)
        ]
    return rows


def _node(
    code: str, parent: str | None, name: str, *, level: str, points: str, method: str
) -> dict[str, Any]:
    return {"code": code, "parent": parent, "name": name, "level": level,
            "max_points": f"{D(points):.4f}", "method": method}  # fmt: skip


def _add_group(
    publication: Publication, group: Named, units: Sequence[Named], *, position: int,
    unranked: str, dice: random.Random, version: int, predecessors: dict[str, list[str]],
    given: dict[str, Given],
) -> None:  # fmt: skip
    made = PublishedGroup.objects.create(
        publication=publication, position=position, code=group[0], name=group[1],
        scheme_code=f"bo-{group[0].lower()}", scheme_version=version,
        bonus_cap=D(2), penalty_cap=D(2),
        bands=[{"label": label, "min_index": f"{least:.4f}"} for label, least in BANDS],
        criteria=_criteria(),
    )  # fmt: skip
    wanted = {code: given.get(code, Given()) for code, _name in units}
    sheets = {code: _given(wanted[code]) or _leaves(dice) for code, _name in units}
    sums = {
        code: tally(leaves, bonus=D(wanted[code].bonus), penalty=D(wanted[code].penalty))
        for code, leaves in sheets.items()
    }
    ranks = rank([Entry(code, sums[code].index, code != unranked) for code, _name in units])
    for code, name in units:
        values = _computed(sums[code], ranks[code], code == unranked)
        values["predecessors"] = predecessors.get(code, [])
        result = _result(publication, made, code, name, values)
        PublishedScore.objects.bulk_create(
            PublishedScore(
                result=result, position=place, code=leaf.code, field_code=leaf.field,
                max_points=leaf.max_points, applicable=leaf.applicable,
                self_points=D(dict(enumerate(wanted[code].claims)).get(place, "4")),
                appraised_points=leaf.points, final_points=leaf.points or D(0),
                trace=f"b/a = {leaf.points}/4",
            )
            for place, leaf in enumerate(sheets[code])
        )  # fmt: skip


def _given(wanted: Given) -> list[LeafScore]:
    codes = [(code, n) for code in FIELDS for n in (1, 2)]
    return [
        LeafScore(f"{code}.{n}", code, max_points=D(4), applicable=points is not None,
                  points=D(points or 0))
        for (code, n), points in zip(codes, wanted.points, strict=False)
    ]  # fmt: skip


def _leaves(dice: random.Random) -> list[LeafScore]:
    return [
        LeafScore(
            f"{code}.{n}", code, max_points=D(4), points=D(dice.randint(24000, 40000)) / 10000,
            applicable=n == 1 or dice.random() > 0.2,
        )
        for code in FIELDS
        for n in (1, 2)
    ]  # fmt: skip


def _computed(sums: Tally, place: int | None, unranked: bool) -> dict[str, Any]:
    fields = [
        {"code": part.code, "achieved": f"{part.achieved:f}", "applicable": f"{part.applicable:f}",
         "index": None if part.index is None else f"{part.index:f}"}
        for part in sums.fields
    ]  # fmt: skip
    return {
        "index": sums.index, "rank": place, "band": band(sums.index, BANDS) or "",
        "ranked": not unranked, "unranked_reason": "Mới thành lập" if unranked else "",
        "achieved": sums.achieved, "applicable": sums.applicable, "bonus": sums.bonus,
        "penalty": sums.penalty, "fields": fields, "head_name": "Nguyễn Thị Đứng Đầu",
    }  # fmt: skip


def _result(
    publication: Publication, group: PublishedGroup, code: str, name: str, values: dict[str, Any]
) -> PublishedResult:
    keys = {"unit_slug": slugify(name), "search_name": unaccent(name), "sort_name": sort_key(name)}
    return PublishedResult.objects.create(
        publication=publication, group=group, unit_code=code, unit_name=name, **keys | values
    )
