"""Import, issue, copy and retire as verbs; what the database refuses by itself."""

from dataclasses import replace
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from assessments.errors import GuardFailed, NotPermitted, WrongState
from assessments.models import Event, Scheme
from assessments.queries.schemes import content_of
from assessments.workflow.machine import perform
from assessments.workflow.schemes import copy_scheme, import_scheme
from tests.factories.cycles import make_user
from tests.factories.schemes import make_content, make_draft, with_criterion

FORBIDDEN = [
    "UPDATE assessments_scheme SET title = 'x'",
    "UPDATE assessments_scheme SET state = 'draft'",
    "UPDATE assessments_scheme SET decision_number = 'x'",
    "DELETE FROM assessments_band",
    "UPDATE assessments_criterion SET max_points = 9 WHERE code = '1.1'",
    "UPDATE assessments_scorelevel SET points = 9",
    "UPDATE assessments_surveycomponent SET weight = 0.5",
    "TRUNCATE assessments_band",
    "INSERT INTO assessments_band (scheme_id, label, min_index)"
    " SELECT id, 'x', 5 FROM assessments_scheme",
]


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_issued_scheme_refuses_sql(officer, at, statement) -> None:
    perform("issue", make_draft(officer, at), by=officer, at=at)
    with connection.cursor() as cursor:
        # The test's own inserts still await their foreign keys, which would stop a TRUNCATE.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
            cursor.execute(statement)


def test_issue_stamps_and_logs(officer, at) -> None:
    scheme = perform("issue", make_draft(officer, at), by=officer, at=at)
    assert (scheme.state, scheme.issued_at) == ("issued", at)
    assert Event.objects.filter(action="issue", refused=False).count() == 1


def test_issue_lists_every_problem(officer, at) -> None:
    content = make_content(
        declared_total=Decimal(100), illustrative=False, decision_number="", decision_date=None,
        decision_signer="",
    )  # fmt: skip
    content = with_criterion(content, "1", max_points=Decimal("10.05"))
    with pytest.raises(GuardFailed) as refusal:
        perform("issue", make_draft(officer, at, content), by=officer, at=at)
    reasons = [str(reason) for reason in refusal.value.reasons]
    assert len(reasons) == 4
    assert reasons[0].startswith("1: ")
    assert "10,05" in reasons[0]
    assert Scheme.objects.get().state == "draft"


def test_only_the_officer_imports_and_issues(officer, at) -> None:
    draft = make_draft(officer, at)
    outsider = make_user(is_superuser=True)
    with pytest.raises(NotPermitted):
        perform("issue", draft, by=outsider, at=at)
    with pytest.raises(NotPermitted):
        import_scheme(content=make_content(version=2), by=outsider, at=at)
    assert Event.objects.filter(refused=True).count() == 2


def test_issued_version_is_not_overwritten(officer, at) -> None:
    perform("issue", make_draft(officer, at), by=officer, at=at)
    with pytest.raises(WrongState):
        import_scheme(content=make_content(title="x"), by=officer, at=at)


def test_versions_leave_no_gap(officer, at) -> None:
    perform("issue", make_draft(officer, at), by=officer, at=at)
    with pytest.raises(GuardFailed):
        import_scheme(content=make_content(version=3), by=officer, at=at)


def test_copy_is_an_equal_draft_without_the_decision(officer, at) -> None:
    scheme = perform("issue", make_draft(officer, at), by=officer, at=at)
    draft = copy_scheme(scheme=scheme, by=officer, at=at)
    assert (draft.state, draft.version, draft.supersedes_id) == ("draft", 2, scheme.pk)
    expected = replace(
        content_of(scheme), version=2, decision_number="", decision_date=None, decision_signer=""
    )
    assert content_of(draft) == expected


def test_copy_of_an_older_version_is_refused(officer, at) -> None:
    scheme = perform("issue", make_draft(officer, at), by=officer, at=at)
    copy_scheme(scheme=scheme, by=officer, at=at)
    with pytest.raises(GuardFailed):
        copy_scheme(scheme=scheme, by=officer, at=at)


def test_retire_ends_an_issued_scheme(officer, at) -> None:
    scheme = perform("issue", make_draft(officer, at), by=officer, at=at)
    assert perform("retire", scheme, by=officer, at=at).state == "retired"


def test_criteria_know_their_field(officer, at) -> None:
    draft = make_draft(officer, at)
    field = draft.criteria.get(code="1")
    assert set(draft.criteria.exclude(code="1").values_list("field", flat=True)) == {field.pk}


def test_admin_pages_of_a_scheme_answer(officer_client, officer, at) -> None:
    scheme = perform("issue", make_draft(officer, at), by=officer, at=at)
    draft = copy_scheme(scheme=scheme, by=officer, at=at)
    pages = [reverse("admin:assessments_scheme_changelist")]
    for obj in (scheme, draft):
        for name in ("change", "export", "differences"):
            pages.append(reverse(f"admin:assessments_scheme_{name}", args=[obj.pk]))
    pages.append(reverse("admin:assessments_scheme_copy", args=[scheme.pk]))
    pages.append(reverse("admin:assessments_scheme_act", args=[draft.pk, "issue"]))
    pages.append(reverse("admin:assessments_scheme_delete", args=[draft.pk]))
    assert {page: officer_client.get(page).status_code for page in pages} == dict.fromkeys(
        pages, 200
    )


def test_draft_is_discarded_and_issued_scheme_is_not(officer_client, officer, at) -> None:
    scheme = perform("issue", make_draft(officer, at), by=officer, at=at)
    draft = copy_scheme(scheme=scheme, by=officer, at=at)
    delete = "admin:assessments_scheme_delete"
    assert (
        officer_client.post(reverse(delete, args=[scheme.pk]), {"post": "yes"}).status_code == 403
    )
    assert officer_client.post(reverse(delete, args=[draft.pk]), {"post": "yes"}).status_code == 302
    assert list(Scheme.objects.all()) == [scheme]
