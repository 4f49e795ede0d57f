"""The fixed parts of an official paper (Nghị định 30/2020/NĐ-CP): heading, dates, signature.

What the portal does not know stays blank for the office to fill in; nothing is invented.
"""

import datetime as dt
import re
from dataclasses import dataclass

from assessments.models import SiteIdentity
from assessments.papers.words import DRAFT, ILLUSTRATIVE, UNNUMBERED
from assessments.permissions import Signature

#: What the office writes in by hand or in Word.
BLANK = "………"
_COMMITTEE = re.compile(r"^(?:UBND|Ủy ban nhân dân|Uỷ ban nhân dân)\s+", re.IGNORECASE)
_AREA = re.compile(r"^(?:Phường|Xã|Đặc khu|Thị trấn|Quận|Huyện)\s", re.IGNORECASE)
#: Organs of the city; other bodies answer to a ministry, which the portal does not know.
_OF_THE_CITY = re.compile(r"^(?:Sở|Ban|Thanh tra|Văn phòng|Trung tâm|Viện|Trường)\s")
_CHAIR = re.compile(r"^(?:Phó )?Chủ tịch", re.IGNORECASE)
_KINDS = (("/QĐ", "Quyết định"), ("/KH", "Kế hoạch"), ("/NQ", "Nghị quyết"), ("/CT", "Chỉ thị"))


@dataclass(frozen=True)
class Heading:
    """The head of page 1: who issues, under which number, where and when."""

    parent: str
    body: tuple[str, ...]
    number: str
    number_note: str
    place_and_date: str
    nation: str = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
    motto: str = "Độc lập - Tự do - Hạnh phúc"

    def marks(self, *, signed: bool, illustrative: bool) -> tuple[str, ...]:
        """Return what the paper is marked with: a draft until it is signed and has a number."""
        unnumbered = UNNUMBERED if BLANK in self.number else ""
        found = (unnumbered if signed else DRAFT, ILLUSTRATIVE if illustrative else "")
        return tuple(mark for mark in found if mark)


@dataclass(frozen=True)
class SignatureBlock:
    """The lines over the signature, TM./KT./TUQ. as it is due, and the name under it."""

    lines: tuple[str, ...]
    name: str


def is_committee(unit: str) -> bool:
    """Tell whether the unit is a people's committee, which signs as a body (TM.)."""
    return bool(_COMMITTEE.match(unit) or _AREA.match(unit))


def full_name(unit: str) -> str:
    """Return the unit's name as it stands in a sentence."""
    area = _area_of(unit)
    return f"Ủy ban nhân dân {area[0].lower()}{area[1:]}" if area else unit


def _area_of(unit: str) -> str:
    return _COMMITTEE.sub("", unit) if is_committee(unit) else ""


def heading_of(unit: str, site: SiteIdentity | None, *, year: int, day: dt.date | None) -> Heading:
    """Return the heading of the unit's report; `day` is None while nobody has signed it."""
    area, city = _area_of(unit), site.city_name if site else ""
    body: tuple[str, ...] = ("ỦY BAN NHÂN DÂN", area.upper()) if area else (unit.upper(),)
    under_city = not area and bool(city) and bool(_OF_THE_CITY.match(unit))
    return Heading(
        parent=f"Ủy ban nhân dân {city}".upper() if under_city else "",
        body=body,
        number=f"Số: {BLANK}/BC-{BLANK}",
        # On a signed paper the office writes the number in by hand: no note may deny it then.
        number_note="" if day else "(chưa cấp số)",
        place_and_date=f"{area or city or BLANK}, {written(day) if day else _undated(year)}",
    )


def written(day: dt.date) -> str:
    """Return a day as papers write it: a zero before days under 10 and months 1 and 2 only."""
    month = f"{day.month:02d}" if day.month < 3 else str(day.month)
    return f"ngày {day.day:02d} tháng {month} năm {day.year}"


def _undated(year: int) -> str:
    return f"ngày …… tháng …… năm {year}"


def basis(decision: dict[str, str] | None, about: str, city: str) -> list[str]:
    """Return the line of a paper on which the report rests, none when it is not on record."""
    if decision is None:
        return []
    number = decision["number"]
    kind = next((word for mark, word in _KINDS if mark in number.upper()), "Văn bản")
    issuer = f" của Ủy ban nhân dân {city}" if number.upper().endswith("-UBND") and city else ""
    day = written(dt.date.fromisoformat(decision["date"]))
    return [f"Căn cứ {kind} số {number} {day}{issuer} {about}"]


def signature_block(unit: str, signed: Signature) -> SignatureBlock:
    """Return how the signature stands under the report."""
    committee = is_committee(unit)
    title, head = (_office(text, committee) for text in (signed.title, signed.head_title))
    lines = ["TM. ỦY BAN NHÂN DÂN"] if committee and signed.form != "TUQ" else []
    lines += [f"{signed.form}. {head}", title] if signed.form else [title]
    return SignatureBlock(tuple(line.upper() for line in lines), signed.name)


def _office(title: str, committee: bool) -> str:
    """Cut the committee's name off its chair's title: the line above says it."""
    short = _CHAIR.match(title) if committee else None
    return short[0] if short else title
