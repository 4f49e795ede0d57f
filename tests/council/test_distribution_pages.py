"""The pages of the distribution: who reads and edits them, difference before saving, forms."""

import datetime as dt
from typing import Any

from django.urls import reverse
from django.utils import timezone

from assessments.models import Assignment, DeclaredConflict
from assessments.workflow import distribution
from tests.council.conftest import Enter
from tests.council.test_imports import ASSIGN, confirm, problems, send, sheet
from tests.factories.council import appraise, make_judged_year, make_member
from tests.factories.cycles import Year
from units.models import Membership, User

MATRIX = "assignment_matrix"


def page(year: Year, name: str = MATRIX) -> str:
    return reverse(f"admin:assessments_{name}", args=[year.council.pk])


def seen(year: Year) -> set[tuple[int, int]]:
    return distribution.cells(distribution.standing(year.council, timezone.localdate()))


def text(cells: set[tuple[int, int]]) -> list[str]:
    return [f"{seat}-{field}" for seat, field in sorted(cells)]


def sent(year: Year, wanted: set[tuple[int, int]], **more: str) -> dict[str, Any]:
    return {"cell": text(wanted), "seen": " ".join(text(seen(year)))} | more


def test_difference_is_shown_first_and_saved_when_confirmed(year: Year, enter: Enter) -> None:
    appraise(year, year.first, "1.1")
    seat = year.council.members.get(user=year.member)
    other = year.council.members.get(user=make_member(year, assigned=False))
    client, field = enter(year.secretary), year.criterion("1")
    wanted = seen(year) - {(seat.pk, field.pk)} | {(other.pk, field.pk)}
    shown = client.post(page(year), sent(year, wanted))
    assert shown.status_code == 200
    body = shown.content.decode()
    assert f"{other.user}: {field}" in body
    assert "Gave points on 1 leaves" in body
    assert not other.assignments.exists()
    assert client.post(page(year), sent(year, wanted, confirm="1")).status_code == 302
    assert seen(year) == wanted


def test_preview_tells_what_stays_without_an_appraiser(year: Year, enter: Enter) -> None:
    shown = enter(year.secretary).post(page(year), sent(year, set()))
    assert [column.field.code for column in shown.context["left"]] == ["1", "2"]


def test_refused_tick_keeps_the_others(year: Year, enter: Enter) -> None:
    own = (year.council.members.get(user=year.secretary).pk, year.criterion("1").pk)
    shown = enter(year.secretary).post(page(year), sent(year, seen(year) | {own}))
    assert "Nobody assigns a field to themself" in shown.content.decode()
    assert set(text(seen(year))) < shown.context["ticked"]


def test_others_read_the_matrix_and_save_nothing(year: Year, enter: Enter) -> None:
    for user in (year.officer, year.leader, year.auditor, year.chair):
        client = enter(user)
        shown = client.get(page(year))
        assert shown.status_code == 200
        assert 'type="checkbox"' not in shown.content.decode().split("<table", 1)[1]
        assert client.post(page(year), sent(year, set(), confirm="1")).status_code == 404
        assert client.get(page(year, "assignment_proposal")).status_code == 404
        assert client.get(page(year, "assignment_substitute")).status_code == 404
    assert seen(year)


def test_readers_are_led_from_the_list_to_the_matrix(year: Year, enter: Enter) -> None:
    address = reverse("admin:assessments_assignment_changelist")
    for user in (year.secretary, year.officer, year.leader, year.auditor, year.chair):
        assert enter(user).get(address).content.decode().count(f'"{page(year)}"') == 1


def test_matrix_of_another_council_is_missing(year: Year, enter: Enter) -> None:
    other = make_judged_year(year=2032)
    client = enter(year.secretary)
    assert client.get(page(other)).status_code == 404
    assert client.post(page(other), sent(other, set(), confirm="1")).status_code == 404
    assert enter(year.member).get(page(year)).status_code == 404


def test_secretary_in_conflict_finds_that_unit_nowhere(year: Year, enter: Enter) -> None:
    Assignment.objects.all().delete()
    Membership.objects.create(user=year.secretary, unit=year.first.unit, since=dt.date(2020, 1, 1))
    body = enter(year.secretary).get(page(year)).content.decode()
    assert year.first.unit.name not in body
    assert "5 leaves × 1 dossiers" in body


def test_matrix_costs_the_same_for_one_dossier_and_three(
    db: None, enter: Enter, django_assert_max_num_queries: Any
) -> None:
    costs = []
    for number, units in enumerate((1, 3)):
        year = make_judged_year(year=2033 + number, units=units)
        client = enter(year.secretary)
        with django_assert_max_num_queries(60) as asked:
            assert client.get(page(year)).status_code == 200
        costs.append(len(asked))
    # One query more per year in the portal is the reader's conflicts in each of them.
    assert costs[1] - costs[0] <= 2


def test_proposal_is_shown_with_its_reasons_and_saves_nothing(year: Year, enter: Enter) -> None:
    Assignment.objects.filter(field=year.criterion("2")).delete()
    client = enter(year.secretary)
    assert page(year, "assignment_proposal") in client.get(page(year)).content.decode()
    shown = client.get(page(year, "assignment_proposal"))
    assert "Least to appraise of 1 members" in shown.content.decode()
    assert not Assignment.objects.filter(field=year.criterion("2")).exists()
    wanted = {tuple(map(int, value.split("-"))) for value in shown.context["wanted"]}
    client.post(page(year), sent(year, wanted, confirm="1"))
    assert Assignment.objects.get(field=year.criterion("2")).member.user == year.member


def test_gap_is_offered_to_the_free_and_given(year: Year, enter: Enter) -> None:
    year.council.members.filter(user=year.member).update(unit=year.first.unit)
    free = year.council.members.get(user=make_member(year, assigned=False))
    client = enter(year.secretary)
    gap = client.get(page(year)).context["gaps"][0]
    assert [row.seat for row in gap["free"]] == [free]
    value = f"{free.pk}-{gap['column'].field.pk}-{gap['dossier'].unit_id}"
    assert client.post(page(year, "assignment_cover"), {"cover": ["", value]}).status_code == 302
    assert free.assignments.get().unit == year.first.unit
    for none in ("9" * 4400, f"{free.pk}-1-²", f"{free.pk}-1-0"):
        answer = client.post(page(year, "assignment_cover"), {"cover": none})
        assert answer.status_code == 404


def test_substitute_form_tells_what_is_wrong_and_saves(year: Year, enter: Enter) -> None:
    seat = year.council.members.get(user=year.member)
    other = year.council.members.get(user=make_member(year, assigned=False))
    client, day = enter(year.secretary), timezone.localdate()
    given = {"member": seat.pk, "to": seat.pk, "since": f"{day}", "until": f"{day}"}
    address = page(year, "assignment_substitute")
    assert "Choose another member" in client.post(address, given).content.decode()
    assert client.post(address, given | {"to": other.pk}).status_code == 302
    assert {row.stands_in_for for row in other.assignments.all()} == {seat}
    assert f"for {year.member}" in client.get(page(year)).content.decode()


def test_secretary_gives_the_own_seat_nothing_by_form_or_table(year: Year, enter: Enter) -> None:
    seat = year.council.members.get(user=year.secretary)
    client = enter(year.secretary)
    shown = client.post(
        reverse("admin:assessments_assignment_add"),
        {"member": seat.pk, "field": year.criterion("1").pk, "since": "2031-02-01"},
    )
    assert "member" in shown.context["adminform"].form.errors
    row = [year.secretary.username, year.scheme.code, "1", "", "01/02/2031"]
    assert "themself" in problems(send(client, "assignment", ASSIGN, row))[0]
    assert not seat.assignments.exists()


def test_export_comes_back_as_it_went(year: Year, enter: Enter) -> None:
    first = year.council.members.get(user=year.member)
    other = year.council.members.get(user=make_member(year, assigned=False))
    Assignment.objects.create(
        member=other, field=year.criterion("1"), unit=year.first.unit, stands_in_for=first,
        since=dt.date(2031, 2, 1), until=dt.date(2031, 3, 1),
    )  # fmt: skip
    client = enter(year.secretary)
    names = [
        f"assignmentresource_{name}"
        for name in ("username", "full_name", "scheme", "field_code", "field_name", "unit_code",
                     "unit_name", "since", "until", "stands_in")
    ]  # fmt: skip
    address = reverse("admin:assessments_assignment_export")
    out = client.post(address, {"format": "0", "resource": "", **dict.fromkeys(names, "on")})
    assert "phan-cong-" in out["Content-Disposition"]
    stream = sheet()
    stream.seek(0)
    stream.truncate()
    stream.write(out.content)
    stream.seek(0)
    address = reverse("admin:assessments_assignment_import")
    preview = client.post(address, {"import_file": stream, "format": ""})
    assert problems(preview) == []
    assert {row.import_type for row in preview.context["result"].rows} == {"skip"}


def test_table_names_whom_a_substitute_stands_in_for(year: Year, enter: Enter) -> None:
    other = make_member(year, assigned=False)
    client = enter(year.secretary)
    head = [*ASSIGN, "Thay cho"]
    row = [other.username, year.scheme.code, "1", "", "01/02/2031", year.member.username]
    assert "no seat" in problems(send(client, "assignment", head, [*row[:5], "ai-do"]))[0]
    confirm(client, "assignment", send(client, "assignment", head, row))
    made = year.council.members.get(user=other).assignments.get()
    assert made.stands_in_for.user == year.member


def test_error_of_a_unit_stands_in_the_column_that_names_it(year: Year, enter: Enter) -> None:
    head = ["Tài khoản", "Mã bộ tiêu chí", "Mã lĩnh vực", "Mã đơn vị", "Chỉ cho đơn vị", "Từ ngày"]
    row = [year.chair.username, year.scheme.code, "1", "KHONG-CO", "", "01/02/2031"]
    found = problems(send(enter(year.secretary), "assignment", head, row))
    assert [each.split(":")[0] for each in found] == ["Row 2, column D (Mã đơn vị)"]


# Declared conflicts ---------------------------------------------------------------------------


def declare(enter: Enter, user: User, year: Year) -> Any:
    seat = year.council.members.get(user=user)
    return enter(user).post(
        reverse("admin:assessments_declaredconflict_declare"),
        {"seat": seat.pk, "unit": year.first.unit.pk, "since": f"{timezone.localdate()}",
         "reason": "Vợ là công chức ở đó"},
    )  # fmt: skip


def test_member_declares_on_the_own_page(year: Year, enter: Enter) -> None:
    assert declare(enter, year.member, year).status_code == 302
    row = DeclaredConflict.objects.get()
    assert (row.member.user, row.unit) == (year.member, year.first.unit)
    address = reverse("admin:assessments_declaredconflict_declare")
    assert "Vợ là công chức" in enter(year.member).get(address).content.decode()
    assert address in enter(year.member).get(reverse("admin:index")).content.decode()


def test_nobody_without_a_seat_declares(year: Year, enter: Enter) -> None:
    address = reverse("admin:assessments_declaredconflict_declare")
    for user in (year.officer, year.leader, year.auditor):
        assert enter(user).get(address).status_code == 404


def test_secretary_does_not_end_the_own_declaration(year: Year, enter: Enter) -> None:
    declare(enter, year.secretary, year)
    row = DeclaredConflict.objects.get()
    client = enter(year.secretary)
    for name in ("change", "delete"):
        address = reverse(f"admin:assessments_declaredconflict_{name}", args=[row.pk])
        assert client.post(address, {"post": "yes"}).status_code in (302, 403)
    row.refresh_from_db()
    assert row.until is None


def test_unit_in_conflict_already_is_not_offered(year: Year, enter: Enter) -> None:
    year.council.members.filter(user=year.member).update(unit=year.first.unit)
    address = reverse("admin:assessments_declaredconflict_declare")
    body = enter(year.member).get(address).content.decode()
    assert year.second.unit.name in body
    assert year.first.unit.name not in body
