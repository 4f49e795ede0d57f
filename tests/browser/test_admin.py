"""The admin under axe: every list its role may see, the pages of the year, and the imports."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib import admin
from django.urls import reverse

from assessments.models import Publication
from tests.browser.looking import Visitor
from tests.factories.council import appraise_all, make_judged_year, make_meeting, survey
from tests.factories.cycles import Year
from tests.factories.published import make_publication
from tests.factories.results import make_draft, make_finished_year
from tests.factories.schemes import spoilt

pytestmark = pytest.mark.browser
Enter = Callable[[Any], Visitor]
#: Who looks at a list: the first of these who may.
READERS = ("officer", "chair", "leader", "administrator", "auditor")
LISTS = sorted(
    model._meta.label_lower for model in admin.site._registry if model._meta.app_label in
    ("units", "assessments")
)  # fmt: skip


@pytest.fixture(scope="module")
def year(db: None) -> Year:
    """Store a year under appraisal, its first dossier appraised, and a publication."""
    judged = make_judged_year()
    appraise_all(judged, judged.first)
    survey(judged, judged.first)
    make_meeting(judged)
    make_publication(year=2024)
    return judged


@pytest.fixture(scope="module")
def finished(db: None) -> Year:
    """Store a year whose publication is drafted."""
    done = make_finished_year(year=2029)
    make_draft(done)
    return done


def both(visitor: Visitor) -> None:
    visitor.check()
    visitor.check(dark=True, narrow=True)


@pytest.mark.parametrize("role", ["secretary", "member", "chair", "leader", "officer", "approver"])
def test_todo_has_no_fault(year: Year, enter: Enter, role: str) -> None:
    visitor = enter(getattr(year, role))
    visitor.go("/admin/")
    both(visitor)


@pytest.mark.parametrize("label", LISTS)
def test_list_has_no_fault(year: Year, enter: Enter, label: str) -> None:
    app, model = label.split(".")
    path = reverse(f"admin:{app}_{model}_changelist")
    for reader in READERS:
        visitor = enter(getattr(year, reader))
        answer = visitor.page.goto(visitor.base + path)
        assert answer is not None
        if answer.status == 200:
            break
    else:
        pytest.fail(f"nobody may read {label}")
    visitor.check(dark=True, narrow=True)


@pytest.mark.parametrize("label", ["submission", "scheme", "publication", "criterionscore"])
def test_list_most_used_has_no_fault_on_a_wide_screen(year: Year, enter: Enter, label: str) -> None:
    visitor = enter(year.leader)
    visitor.go(reverse(f"admin:assessments_{label}_changelist"))
    visitor.check()


def test_unit_with_its_inlines_has_no_fault(year: Year, enter: Enter) -> None:
    visitor = enter(year.officer)
    visitor.go(reverse("admin:units_unit_change", args=[year.first.unit.pk]))
    both(visitor)


@pytest.mark.parametrize("label", ["units.unit", "assessments.cycle", "units.membership"])
def test_form_of_new_row_has_no_fault(year: Year, enter: Enter, label: str) -> None:
    visitor = enter(year.officer)
    visitor.go(reverse(f"admin:{label.replace('.', '_')}_add"))
    both(visitor)
    visitor.page.evaluate("document.querySelectorAll('form').forEach((it) => it.noValidate = true)")
    with visitor.page.expect_navigation():
        visitor.page.click("input[name=_save]")
    assert visitor.page.locator(".errornote").count() == 1
    both(visitor)


def test_dossier_has_no_fault(year: Year, enter: Enter) -> None:
    visitor = enter(year.secretary)
    visitor.go(reverse("admin:assessments_submission_change", args=[year.second.submission.pk]))
    both(visitor)


@pytest.mark.parametrize("narrow", [False, True])
def test_buttons_of_acts_are_plain_words_in_line(year: Year, enter: Enter, narrow: bool) -> None:
    visitor = enter(year.secretary)
    if narrow:
        visitor.page.set_viewport_size({"width": 360, "height": 740})
    visitor.go(reverse("admin:assessments_submission_change", args=[year.second.submission.pk]))

    found = visitor.page.locator(".object-tools li").evaluate_all(
        "(all) => all.map((it) => { const link = getComputedStyle(it.firstElementChild);"
        " return [getComputedStyle(it).marginLeft, link.textTransform, link.backgroundImage]; })"
    )

    assert len(found) > 2
    assert {tuple(each) for each in found} == {("0px", "none", "none")}


def test_confirm_page_has_no_fault(year: Year, enter: Enter) -> None:
    visitor = enter(year.secretary)
    visitor.go(reverse("admin:assessments_submission_change", args=[year.second.submission.pk]))
    visitor.page.locator(".object-tools a[href*='/act/']").first.click()
    assert "/act/" in visitor.page.url
    both(visitor)


@pytest.mark.parametrize(("page", "role"), [("appraisal", "member"), ("council", "chair")])
def test_page_of_appraisal_has_no_fault(year: Year, enter: Enter, page: str, role: str) -> None:
    visitor = enter(getattr(year, role))
    visitor.go(reverse(f"admin:assessments_submission_{page}", args=[year.first.submission.pk]))
    both(visitor)


def test_scheme_has_no_fault(year: Year, enter: Enter) -> None:
    visitor = enter(year.officer)
    visitor.go(reverse("admin:assessments_scheme_change", args=[year.scheme.pk]))
    both(visitor)


def test_dry_run_has_no_fault(finished: Year, enter: Enter) -> None:
    visitor = enter(finished.leader)
    draft = Publication.objects.get(cycle=finished.cycle)
    visitor.go(reverse("admin:assessments_publication_change", args=[draft.pk]))
    both(visitor)
    visitor.go(reverse("admin:assessments_publication_dry_run", args=[draft.pk]))
    both(visitor)


def test_scheme_import_tells_its_errors_without_a_fault(year: Year, enter: Enter) -> None:
    visitor = enter(year.officer)
    visitor.go(reverse("admin:assessments_scheme_import"))
    both(visitor)
    book = spoilt(lambda it: setattr(it.worksheets[0]["B6"], "value", "=1+1"))
    visitor.page.set_input_files("input[type=file]", {
        "name": "bo.xlsx", "buffer": book,
        "mimeType": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    })  # fmt: skip
    visitor.page.click("#content [type=submit]")
    both(visitor)


def test_unit_import_has_no_fault(year: Year, enter: Enter) -> None:
    visitor = enter(year.officer)
    visitor.go(reverse("admin:units_unit_import"))
    both(visitor)
