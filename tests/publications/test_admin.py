"""The admin of publications: draft, dry run, schedule, withdraw, correct, import of records."""

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from assessments.choices import PublicationState as State
from assessments.models import Publication, Submission
from assessments.workflow import publications
from assessments.workflow.machine import perform
from tests.factories.cycles import PASSWORD, make_user
from tests.factories.results import DECISION, make_draft, make_finished_year
from units.models import Unit, UnitGroup

CSV = (
    "year,group_name,unit,index,rank,band,source,note\n"
    '2021,"Sở, ban, ngành",Sở Tư pháp,"95,06",1,,Báo,\n'
).encode()
DAY = dt.timedelta(days=1)
ACT = "admin:assessments_publication_act"


def client_of(user, *, authenticated=True):
    """Sign a person in; `authenticated`: with the password given again just now."""
    client = Client()
    client.force_login(user)
    if authenticated:
        client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    return client


@pytest.fixture
def leader(year):
    return client_of(year.leader)


def page(name, *args):
    return reverse(f"admin:assessments_publication_{name}", args=args)


def test_leader_makes_a_draft(year, leader):
    data = {"cycle": year.cycle.pk, "title": "", "note": "", **DECISION}
    data["decision_date"] = "01/03/2032"

    answer = leader.post(page("add"), data)

    draft = Publication.objects.get()
    assert answer.status_code == 302
    assert (draft.slug, draft.state, draft.decision_number) == ("2031", State.DRAFT, "12/QĐ-UBND")


def test_cycle_with_a_publication_is_not_offered(year, leader):
    make_draft(year, seen=False)

    answer = leader.get(page("add"))

    assert list(answer.context["adminform"].form.fields["cycle"].queryset) == []


def test_draft_is_edited_and_scheduled_one_only_read(year, leader):
    draft = make_draft(year)
    data = {"title": "Tên mới", "note": "", **DECISION, "decision_date": "01/03/2032"}
    data |= {"results-TOTAL_FORMS": 0, "results-INITIAL_FORMS": 0}

    assert leader.post(page("change", draft.pk), data).status_code == 302
    draft.refresh_from_db()
    assert draft.title == "Tên mới"

    perform("schedule", draft, by=year.leader, at=year.at, published_at=year.at + DAY)
    leader.post(page("change", draft.pk), data | {"title": "Khác"})
    draft.refresh_from_db()
    assert draft.title == "Tên mới"


def test_dry_run_page_is_read_then_confirmed(year, leader):
    draft = make_draft(year, seen=False)

    shown = leader.get(page("dry_run", draft.pk))
    run = shown.context["run"]
    assert year.first.unit.name in shown.content.decode()
    assert Publication.objects.get().dry_run_digest == ""

    leader.post(page("dry_run", draft.pk), {"digest": run.digest})
    assert Publication.objects.get().dry_run_digest == run.digest


def test_dry_run_page_shows_no_name_of_a_rank_until_approved(year, leader):
    Submission.objects.filter(pk=year.first.submission.pk).update(state="appraised")

    answer = leader.get(page("dry_run", make_draft(year, seen=False).pk))

    assert answer.context["run"].groups == ()
    assert "table-wrap" not in answer.content.decode()


def test_schedule_page_takes_a_moment(year, leader):
    draft = make_draft(year)
    when = timezone.localtime(timezone.now()).replace(second=0, microsecond=0) + DAY

    typed = f"{when:%Y-%m-%dT%H:%M}"

    leader.post(reverse(ACT, args=[draft.pk, "schedule"]), {"published_at": typed})

    made = Publication.objects.get()
    assert (made.state, made.published_at) == (State.SCHEDULED, when)


def test_schedule_page_without_a_moment_publishes_now(year, leader):
    leader.post(reverse(ACT, args=[make_draft(year).pk, "schedule"]), {"published_at": ""})

    assert Publication.objects.get().state == State.PUBLISHED


def test_schedule_page_names_what_stands_in_the_way(year, leader):
    draft = make_draft(year, seen=False)
    address = reverse(ACT, args=[draft.pk, "schedule"])

    assert len(leader.get(address).context["problems"]) == 1
    answer = leader.post(address, {"published_at": ""})

    assert len(answer.context["form"].non_field_errors()) == 1
    assert Publication.objects.get().state == State.DRAFT


@pytest.mark.parametrize("action", ["schedule", "withdraw"])
def test_password_is_asked_again(year, action):
    draft = make_draft(year)
    if action == "withdraw":
        perform("schedule", draft, by=year.leader, at=year.at, published_at=year.at + DAY)
    client = client_of(year.leader, authenticated=False)

    answer = client.post(reverse(ACT, args=[draft.pk, action]), {"note": "x"})

    assert answer.url.startswith(reverse("account_reauthenticate"))


def test_withdraw_page(year, leader):
    draft = make_draft(year)
    perform("schedule", draft, by=year.leader, at=year.at, published_at=year.at + DAY)

    leader.post(reverse(ACT, args=[draft.pk, "withdraw"]), {"note": "Sai quyết định"})

    assert Publication.objects.get().state == State.WITHDRAWN


def test_correction_page(year, leader):
    old = publications.publish_now(publication=make_draft(year), by=year.leader, at=year.at)

    leader.post(page("correct", old.pk), {"reason": "Khiếu nại được chấp nhận"})

    assert Publication.objects.get(corrects=old).correction_reason == "Khiếu nại được chấp nhận"


def test_correction_page_needs_a_reason(year, leader):
    old = publications.publish_now(publication=make_draft(year), by=year.leader, at=year.at)

    assert leader.post(page("correct", old.pk), {"reason": ""}).context["form"].errors
    assert Publication.objects.count() == 1


@pytest.mark.parametrize("role", ["officer", "auditor", "chair", "member", "administrator"])
@pytest.mark.parametrize("name", ["dry_run", "correct"])
def test_pages_of_the_leader_are_closed_to_others(year, role, name):
    draft = make_draft(year)

    answer = client_of(getattr(year, role)).get(page(name, draft.pk))

    assert answer.status_code == 404


@pytest.mark.parametrize("role", ["officer", "auditor"])
def test_embargoed_results_are_not_on_the_page_of_others(year, role):
    draft = make_draft(year)
    perform("schedule", draft, by=year.leader, at=year.at, published_at=year.at + DAY)

    answer = client_of(getattr(year, role)).get(page("change", draft.pk))

    assert answer.status_code == 200
    assert year.first.unit.name not in answer.content.decode()


def test_outsider_is_sent_to_sign_in(year):
    answer = client_of(make_user()).get(page("changelist"))

    assert answer.status_code in (302, 403)


# Records


@pytest.fixture
def unit(db):
    group = UnitGroup.objects.create(code="SBN", name="Sở, ban, ngành")
    return Unit.objects.create(code="S1", name="Sở Tư pháp", group=group)


def upload(client, content):
    return client.post(page("import"), {"file": SimpleUploadedFile("kq.csv", content)})


def test_import_previews_then_makes_drafts(year, leader, unit):
    preview = upload(leader, CSV)
    assert "95.06" in preview.content.decode()
    assert Publication.objects.count() == 0

    leader.post(page("import"), {"payload": preview.context["payload"]})
    draft = Publication.objects.get()
    assert (draft.slug, draft.state) == ("2021-bao-chi", State.DRAFT)

    leader.post(reverse(ACT, args=[draft.pk, "record"]), {"note": ""})
    assert Publication.objects.current(timezone.now()).get() == draft


def test_import_names_the_place_and_saves_nothing(year, leader, unit):
    answer = upload(leader, CSV.replace(b'"95,06"', b"cao"))

    assert answer.context["payload"] is None
    assert [error.column for error in answer.context["plan"].errors] == ["index"]
    assert "index" in answer.content.decode()


def test_import_refuses_a_preview_of_somebody_else(year, leader, unit):
    payload = upload(leader, CSV).context["payload"]
    other = make_finished_year(year=2033).leader

    client_of(other).post(page("import"), {"payload": payload})
    leader.post(page("import"), {"payload": payload + "x"})

    assert Publication.objects.count() == 0


@pytest.mark.parametrize("role", ["officer", "auditor", "administrator"])
def test_import_is_the_leaders(year, role, unit):
    assert client_of(getattr(year, role)).get(page("import")).status_code == 404
