"""The people of the demo: role accounts with a printed password, and heads who sign."""

import datetime as dt
from dataclasses import dataclass

from django.contrib.auth.hashers import make_password

from assessments import permissions
from assessments.choices import CouncilRole, PortalRole
from assessments.models import Appointment, Submission
from units.models import Membership, Unit, UnitHead, User

#: One password for every account of the demo; it serves on the loopback address only.
PASSWORD = "minh-hoa-cai-cach-2026"  # noqa: S105 - printed on purpose
SINCE = dt.date(2021, 1, 1)
DECISION = {
    "decision_number": "MH-01/QĐ (minh họa)",
    "decision_date": SINCE,
    "decision_signer": "Người ký (minh họa)",
}
#: Which appraiser has which fields; the fourth stands in where another has a conflict.
FIELDS = {
    "thamdinh1": ("1", "2"),
    "thamdinh2": ("3", "4"),
    "thamdinh3": ("5", "6", "7"),
    "thamdinh4": ("1", "2", "3", "4", "5", "6", "7"),
}
#: Who usually acts in a role; the City approver stands in for all of them (design 0.1).
USUAL = {
    CouncilRole.CHAIR: ("chutich.hd",),
    CouncilRole.SECRETARY: ("thuky.hd", "thuky2.hd"),
    PortalRole.HOME_AFFAIRS_LEADER: ("lanhdao.snv",),
}


@dataclass(frozen=True)
class Account:
    """One printed account: who it is, by what right, and where that person works."""

    username: str
    name: str
    role: str
    unit: str = ""
    part: str = ""


#: Appointed roles and council members; the council seats are given by each year.
COUNCIL = (
    Account("chutich.hd", "Chủ tịch Hội đồng", "Chủ tịch Hội đồng"),
    Account("thuky.hd", "Thư ký Hội đồng", "Tổ Thư ký", "SBN-04", Membership.Role.STAFF),
    Account("thuky2.hd", "Thư ký thứ hai", "Tổ Thư ký"),
    Account(
        "thamdinh1",
        "Thành viên thẩm định 1",
        "Thẩm định lĩnh vực 1, 2",
        "SBN-01",
        Membership.Role.STAFF,
    ),
    Account(
        "thamdinh2",
        "Thành viên thẩm định 2",
        "Thẩm định lĩnh vực 3, 4",
        "SBN-15",
        Membership.Role.STAFF,
    ),
    Account("thamdinh3", "Thành viên thẩm định 3", "Thẩm định lĩnh vực 5, 6, 7"),
    Account("thamdinh4", "Thành viên dự khuyết", "Thẩm định thay khi có xung đột lợi ích"),
)
APPOINTED = {
    PortalRole.ADMINISTRATOR: Account("quantri", "Quản trị hệ thống", "Quản trị tài khoản"),
    PortalRole.HOME_AFFAIRS_OFFICER: Account(
        "chuyenvien.snv",
        "Chuyên viên Sở Nội vụ",
        "Chuyên viên Sở Nội vụ",
        "SBN-04",
        Membership.Role.STAFF,
    ),
    PortalRole.HOME_AFFAIRS_LEADER: Account(
        "lanhdao.snv", "Lãnh đạo Sở Nội vụ", "Lãnh đạo Sở Nội vụ", "SBN-04", Membership.Role.STAFF
    ),
    PortalRole.CITY_APPROVER: Account(
        "pheduyet.tp", "Người phê duyệt của Thành phố", "Phê duyệt thay khi có xung đột lợi ích"
    ),
    PortalRole.SURVEY_OFFICER: Account(
        "dieutra", "Cán bộ điều tra xã hội học", "Nhập kết quả điều tra"
    ),
    PortalRole.AUDITOR: Account("kiemsoat", "Cán bộ kiểm soát", "Chỉ xem"),
}
UNIT_STAFF = (
    Account(
        "chuyenvien.saigon",
        "Chuyên viên Phường Sài Gòn",
        "Cán bộ thực hiện",
        "26740",
        Membership.Role.CONTRIBUTOR,
    ),
    Account("daumoi.saigon", "Đầu mối Phường Sài Gòn", "Đầu mối", "26740", Membership.Role.FOCAL),
    Account(
        "chutich.saigon", "Chủ tịch Phường Sài Gòn", "Người đứng đầu", "26740", Membership.Role.HEAD
    ),
    Account("daumoi.tuphap", "Đầu mối Sở Tư pháp", "Đầu mối", "SBN-01", Membership.Role.FOCAL),
)
ACCOUNTS = (*APPOINTED.values(), *COUNCIL, *UNIT_STAFF)


def load_people() -> None:
    """Make the printed accounts with their employment and appointments; units must exist."""
    hashed = make_password(PASSWORD)
    for account in ACCOUNTS:
        user = User.objects.create(
            username=account.username,
            full_name=f"{account.name} (minh họa)",
            email=f"{account.username}@example.vn",
            job_title=account.role,
            password=hashed,
        )
        if account.unit:
            unit = Unit.objects.get(code=account.unit)
            Membership.objects.create(
                user=user, unit=unit, role=account.part, since=unit.established_on or SINCE
            )
    for role, account in APPOINTED.items():
        user = User.objects.get(username=account.username)
        Appointment.objects.create(user=user, role=role, since=SINCE, **DECISION)


#: How the head of a unit is called, by how the unit's name begins (illustrative).
TITLES = {
    "Sở": "Giám đốc", "Văn phòng": "Chánh Văn phòng", "Thanh tra": "Chánh Thanh tra",
    "Ban": "Trưởng ban", "Công an": "Giám đốc", "Cục": "Cục trưởng", "Phường": "Chủ tịch",
    "Xã": "Chủ tịch", "Đặc khu": "Chủ tịch", "Quận": "Chủ tịch", "Huyện": "Chủ tịch",
    "Thành phố": "Chủ tịch", "UBND": "Chủ tịch",
}  # fmt: skip


def _title(unit: Unit) -> str:
    named = (title for start, title in TITLES.items() if unit.name.startswith(start))
    return next(named, "Thủ trưởng")


def load_heads() -> None:
    """Give every unit a head who can sign; nobody can sign in as one but the printed account."""
    for unit in Unit.objects.select_related("group"):
        printed = next(
            (a for a in UNIT_STAFF if a.unit == unit.code and a.part == Membership.Role.HEAD), None
        )
        username = printed.username if printed else f"dungdau.{unit.code.lower()}"
        user, _made = User.objects.get_or_create(
            username=username,
            defaults={
                "full_name": f"Người đứng đầu {unit.name} (minh họa)",
                "email": f"{username}@example.vn",
                "password": make_password(None),
            },
        )
        UnitHead.objects.create(
            unit=unit,
            user=user,
            full_name="Họ tên (minh họa)",
            title=_title(unit),
            since=unit.established_on or SINCE,
            until=unit.dissolved_on and unit.dissolved_on - dt.timedelta(days=1),
        )


def person(username: str) -> User:
    """Return one of the accounts."""
    return User.objects.get(username=username)


def signer(submission: Submission, at: dt.datetime) -> User:
    """Return the account of the unit's head on that day."""
    return User.objects.get(tenures__in=submission.unit.heads.on(permissions.day_of(at)))


def actor(submission: Submission, role: CouncilRole | PortalRole, at: dt.datetime) -> User:
    """Return who acts on the dossier in that role: the usual person, else the City approver."""
    for username in (*USUAL[role], "pheduyet.tp"):
        user = person(username)
        if permissions.acts_for(user, submission, role, at):
            return user
    raise LookupError(f"nobody may act as {role} on {submission}")
