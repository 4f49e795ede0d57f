"""Load the whole demo in one transaction: all of it is there, or nothing."""

import datetime as dt
from typing import Any

from django.db import transaction

from assessments.choices import Stage
from assessments.demo import people, records, units, years
from assessments.demo.calendar import Calendar
from assessments.demo.schemes import load_schemes
from assessments.models import Cycle, SiteIdentity, WorkingDay
from assessments.workflow import events

IDENTITY = {
    "city_name": "Thành phố Hồ Chí Minh", "governing_body": "Sở Nội vụ (minh họa)",
    "address": "Địa chỉ cơ quan chủ quản (minh họa)", "telephone": "028 0000 0000",
    "email": "cchc@example.vn", "responsible_person": "Người chịu trách nhiệm (minh họa)",
    "help_contact": "Tổ hỗ trợ: 028 0000 0000 (minh họa)",
}  # fmt: skip
#: The swap of January 2026 that the package of holidays does not know (design 10). Its decision's
#: number is not at hand, so none is given.
SWAPPED_DAYS: tuple[dict[str, Any], ...] = (
    {"day": dt.date(2026, 1, 2), "is_working": False, "note": "Nghỉ, làm bù Thứ Bảy 10/01/2026"},
    {"day": dt.date(2026, 1, 10), "is_working": True, "note": "Làm bù cho Thứ Sáu 02/01/2026"},
)


def is_loaded() -> bool:
    """Tell whether the demo is in the database."""
    return Cycle.objects.exists()


@transaction.atomic
def load(*, at: dt.datetime, say: years.Say) -> None:
    """Load units, people, schemes, records of the press and four illustrative years."""
    SiteIdentity.objects.create(pk=1, **IDENTITY)
    WorkingDay.objects.bulk_create(WorkingDay(**row) for row in SWAPPED_DAYS)
    say("Nhập đơn vị và tài khoản")
    units.load_units()
    people.load_people()
    units.rename_food_safety(by=people.person("chuyenvien.snv"), at=at)
    people.load_heads()
    say("Nhập và ban hành các bộ tiêu chí minh họa")
    start = Calendar(dt.date(2022, 12, 1)).opens(Stage.SELF_ASSESSMENT) - dt.timedelta(days=30)
    schemes = load_schemes(by=people.person("chuyenvien.snv"), at=start)
    say("Nhập kết quả báo chí đã nêu của năm 2021 và 2024")
    records.load_records(by=people.person("lanhdao.snv"), at=at)
    before = [schemes[code] for code in ("SBN", "CQND", "UBQH")]
    for year, by_pages in ((2022, False), (2023, True)):
        say(f"Năm {year}: tự đánh giá, thẩm định, phê duyệt, công bố")
        calendar = Calendar(dt.date(year, 12, 1))
        cycle = years.open_year(year, before, calendar)
        years.finish(cycle, calendar, say, by_pages=by_pages)
    say("Năm 2025: đang thẩm định")
    calendar = Calendar.with_now_in(Stage.APPRAISAL, at)
    years.leave_in_appraisal(years.open_year(2025, [schemes["UBPX"]], calendar), calendar, say)
    say("Năm 2026: đang tự đánh giá")
    calendar = Calendar.with_now_in(Stage.SELF_ASSESSMENT, at)
    years.leave_in_self_assessment(
        years.open_year(2026, [schemes["UBPX"]], calendar), calendar, say
    )
    for cycle in Cycle.objects.all():
        events.seal(cycle.pk)
