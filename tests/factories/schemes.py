"""Small schemes as content, saved drafts, and workbooks spoilt in one place."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from io import BytesIO
from typing import Any

import openpyxl

from assessments.choices import Level, Method, NaPolicy, PortalRole
from assessments.models import Appointment, Scheme
from assessments.queries.schemes import (
    BandContent,
    ComponentContent,
    CriterionContent,
    SchemeContent,
)
from assessments.resources.scheme_export import write_scheme
from assessments.scoring import Level as ScoringLevel
from assessments.workflow.schemes import import_scheme
from tests.factories.cycles import make_user
from units.models import UnitGroup, User

D = Decimal


def make_content(**heading: Any) -> SchemeContent:
    """Return a scheme of one field of 10.5 points with a leaf of three methods."""
    tiers = (
        ScoringLevel("Từ 70%", D(4), lower=D(70)),
        ScoringLevel("Từ 30% đến dưới 70%", lower=D(30), upper=D(70), proportional=True,
                     target=D(70)),
        ScoringLevel("Dưới 30%", upper=D(30)),
    )  # fmt: skip
    people = ComponentContent("NDTC", "Người dân, tổ chức", D(1))
    criteria = (
        CriterionContent("1", "", Level.FIELD, "Chỉ đạo, điều hành", D("10.5"), Method.SUM,
                         evidence_required=False),
        CriterionContent("1.1", "1", Level.CRITERION, "Hồ sơ trực tuyến", D(4), Method.TIERS,
                         rule_text="Từ 70%: 4 điểm", levels=tiers),
        CriterionContent("1.2", "1", Level.CRITERION, "Hồ sơ đúng hạn", D(3), Method.RATIO,
                         floor=D("95.5"), na_policy=NaPolicy.EXCLUDE, needs_procedures=True),
        CriterionContent("1.10", "1", Level.CRITERION, "Mức độ hài lòng", D("3.5"), Method.SURVEY,
                         evidence_required=False, components=(people,)),
    )  # fmt: skip
    values: dict[str, Any] = {
        "code": "thu", "version": 1, "title": "Bộ tiêu chí thử", "group": "SBN",
        "declared_total": D("10.5"), "criteria": criteria,
        "bands": (BandContent("Tốt", D(80)), BandContent("Yếu", D(0))),
        "illustrative": True, "decision_number": "01/QĐ", "decision_date": dt.date(2026, 1, 5),
        "decision_signer": "Chủ tịch",
    }  # fmt: skip
    return SchemeContent(**values | heading)


def with_criterion(content: SchemeContent, code: str, /, **values: Any) -> SchemeContent:
    """Return the content with fields of one criterion replaced."""
    criteria = tuple(
        replace(part, **values) if part.code == code else part for part in content.criteria
    )
    return replace(content, criteria=criteria)


def make_officer(at: dt.datetime) -> User:
    """Make a Home Affairs officer appointed before `at`."""
    user = make_user("Chuyên viên", is_staff=True)
    Appointment.objects.create(
        user=user, role=PortalRole.HOME_AFFAIRS_OFFICER, since=at.date() - dt.timedelta(days=30)
    )
    return user


def make_draft(officer: User, at: dt.datetime, content: SchemeContent | None = None) -> Scheme:
    """Import the content as a draft; its group is made when missing."""
    content = content or make_content()
    UnitGroup.objects.get_or_create(code=content.group, defaults={"name": "Sở, ban, ngành"})
    return import_scheme(content=content, by=officer, at=at)


def spoilt(spoil: Callable[[Any], object], content: SchemeContent | None = None) -> bytes:
    """Return the workbook of the content after `spoil` changed it."""
    book = openpyxl.load_workbook(BytesIO(write_scheme(content or make_content())))
    spoil(book)
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()
