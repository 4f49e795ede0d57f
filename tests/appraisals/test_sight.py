"""What appraisers are shown while they judge: two flags × role × before and after own points.

Abstaining opens nothing: it can be taken back.
"""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from assessments import permissions
from assessments.choices import CouncilRole, PortalRole, SubmissionState
from assessments.errors import BadInput
from assessments.models import Abstention, Appointment, Appraisal, CriterionScore, Event
from assessments.queries import appraisal
from assessments.queries.papers import reads_whole
from assessments.workflow import appraisals
from tests.factories.council import appraise, make_judged_year, make_member
from tests.factories.cycles import D, Year, make_user
from units.models import User

#: Points that stand nowhere else: what the other gave, what the unit claims.
GIVEN, CLAIM = "1.7319", "1.8642"
ROLES = ("member", "secretary", "chair", "leader", "approver", "auditor")


@pytest.fixture(autouse=True)
def _english_site(settings: Any) -> None:
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def judged(db: Any) -> Year:
    """Return a year in which another member judged the leaf 1.1 and the member did not yet."""
    year = make_judged_year()
    CriterionScore.objects.filter(pk=year.first.score("1.1").pk).update(
        self_points=D(CLAIM), self_trace=f"tự chấm {CLAIM}"
    )
    other = make_member(year)
    appraise(year, year.first, "1.1", by=other, points=GIVEN, reason=f"Chỉ {GIVEN}")
    year.other = other  # type: ignore[attr-defined]
    return year


@pytest.fixture
def enter() -> Callable[[User], Client]:
    def sign_in(user: User) -> Client:
        client = Client(headers={"accept-language": "en"})
        client.force_login(user, "django.contrib.auth.backends.ModelBackend")
        return client

    return sign_in


def person(year: Year, role: str) -> User:
    if role != "auditor":
        found: User = getattr(year, role)
        return found
    user = make_user("Kiểm toán")
    since = year.leader.appointments.get().since
    Appointment.objects.create(user=user, role=PortalRole.AUDITOR, since=since)
    return user


def put(year: Year, **flags: bool) -> None:
    for name, value in flags.items():
        setattr(year.council, name, value)
    year.council.save()


def leaf_of(year: Year, user: User) -> Any:
    """Return the leaf 1.1 as the person's sight annotates it."""
    sight = permissions.sight_of(user, year.at)
    return sight.on_leaves(CriterionScore.objects.all()).get(pk=year.first.score("1.1").pk)


def act(year: Year, how: str) -> None:
    row = year.first.score("1.1")
    if how == "points":
        appraise(year, year.first, "1.1", points="1", reason="Của tôi")
    elif how == "abstention":
        appraisals.abstain(score=row, by=year.member, at=year.at, reason="Nhường")


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("claims", [True, False])
@pytest.mark.parametrize("own_first", [True, False])
@pytest.mark.parametrize("acted", ["", "points", "abstention"])
def test_flags_bind_members_until_they_gave_points(
    judged: Year, role: str, claims: bool, own_first: bool, acted: str
) -> None:
    put(judged, claims_shown=claims, others_after_own=own_first)
    act(judged, acted)
    user = person(judged, role)
    row = leaf_of(judged, user)
    bound = role == "member"
    assert row.claim_seen is (claims or not bound)
    assert row.others_seen is (not bound or not own_first or acted == "points")
    assert row.shown_self == (D(CLAIM) if row.claim_seen else None)
    assert row.shown_appraised == (row.appraised_points if row.others_seen else None)
    seen = permissions.sight_of(user, judged.at).seen_appraisals(Appraisal.objects.all())
    assert seen.filter(member__user=judged.other).exists() is row.others_seen  # type: ignore[attr-defined]
    twins = permissions.sight_of(user, judged.at)
    assert twins.shows_claims(row.submission) is row.claim_seen
    leaf = CriterionScore.objects.filter(pk=row.pk)
    assert twins.seen_leaves(leaf).exists() is row.others_seen


@pytest.mark.parametrize("acted", ["", "points", "abstention"])
def test_abstentions_of_others_wait_for_own_points(judged: Year, acted: str) -> None:
    third = make_member(judged)
    appraisals.abstain(score=judged.first.score("1.1"), by=third, at=judged.at, reason="Người quen")
    act(judged, acted)

    def seen(user: User) -> set[User]:
        rows = permissions.sight_of(user, judged.at).seen_abstentions(Abstention.objects.all())
        return {row.member.user for row in rows}

    own = {judged.member} if acted == "abstention" else set()
    assert seen(judged.member) == ({third} if acted == "points" else own)
    assert seen(judged.chair) == {third} | own
    put(judged, others_after_own=False)
    assert seen(judged.member) == {third} | own


@pytest.mark.parametrize("state", sorted(SubmissionState.values))
def test_everything_is_free_once_concluded(judged: Year, state: str) -> None:
    put(judged, claims_shown=False)
    judged.first.submission.state = state
    judged.first.submission.save()
    row = leaf_of(judged, judged.member)
    open_states = {"submitted", "returned", "appraising", "explaining", "correcting"}
    assert row.claim_seen is row.others_seen is (state not in open_states)


def test_next_round_hides_only_what_is_given_in_it(judged: Year) -> None:
    appraise(judged, judged.first, "1.1", points="1", reason="Vòng một")
    judged.first.submission.round = 2
    judged.first.submission.save()
    appraise(judged, judged.first, "1.1", by=judged.other, points="0.5", reason="Vòng hai")  # type: ignore[attr-defined]
    seen = permissions.sight_of(judged.member, judged.at).seen_appraisals(Appraisal.objects.all())
    assert set(seen.values_list("points", flat=True)) == {D(GIVEN), D(1)}
    assert leaf_of(judged, judged.member).others_seen is False
    appraise(judged, judged.first, "1.1", points="1", reason="Vòng hai")
    assert leaf_of(judged, judged.member).others_seen is True


def test_second_seat_that_sees_all_frees_the_first(judged: Year) -> None:
    judged.council.members.create(
        user=judged.member, role=CouncilRole.SECRETARY,
        since=judged.council.members.get(user=judged.member).since,
    )  # fmt: skip
    put(judged, claims_shown=False)
    assert permissions.sight_of(judged.member, judged.at).own_first == frozenset()
    assert leaf_of(judged, judged.member).claim_seen is True


def test_flags_of_one_year_do_not_reach_another(judged: Year) -> None:
    sight = permissions.sight_of(judged.member, judged.at)
    assert sight.own_first == {judged.cycle.pk}
    assert permissions.sight_of(judged.leader, judged.at) == permissions.Sight(judged.leader.pk)


# The admin ----------------------------------------------------------------------------------------
def pages(client: Client, year: Year) -> str:
    """Return what lists and pages of the leaf show: leaves, points, orders, filters."""
    leaves = reverse("admin:assessments_criterionscore_changelist")
    given = reverse("admin:assessments_appraisal_changelist")
    row = year.first.score("1.1")
    urls = [leaves, f"{leaves}?o=3", f"{leaves}?o=-4", f"{leaves}?q=1.1", given, f"{given}?o=-4",
            f"{leaves}?appraised=yes", reverse("admin:assessments_councildecision_changelist"),
            reverse("admin:assessments_criterionscore_change", args=[row.pk]),
            reverse("admin:assessments_submission_appraisal", args=[row.submission_id]),
            ]  # fmt: skip
    urls += [
        reverse("admin:assessments_appraisal_change", args=[one.pk])
        for one in Appraisal.objects.all()
    ]
    found = [client.get(url, follow=True) for url in urls]
    assert found[0].status_code == 200
    return "".join(response.content.decode() for response in found).replace(",", ".")


@pytest.mark.parametrize("role", ROLES)
def test_points_of_others_are_nowhere_before_own(
    judged: Year, role: str, enter: Callable[[User], Client]
) -> None:
    user = person(judged, role)
    seen = pages(enter(user), judged)
    assert (GIVEN in seen) is (role != "member")
    act(judged, "points")
    assert GIVEN in pages(enter(user), judged)


def test_abstaining_and_taking_it_back_teaches_nothing(
    judged: Year, enter: Callable[[User], Client]
) -> None:
    client, row = enter(judged.member), judged.first.score("1.1")
    appraisals.abstain(score=row, by=judged.member, at=timezone.now(), reason="Nhường")
    more = [
        reverse("admin:assessments_criterionscore_panel", args=[row.pk]),
        reverse("admin:assessments_criterionscore_grid", args=[row.criterion_id]),
        reverse("admin:assessments_submission_lineage", args=[row.submission_id]),
    ]

    def read() -> str:
        found = "".join(client.get(url).content.decode() for url in more)
        return found.replace(",", ".") + pages(client, judged)

    assert "Nhường" in read()
    assert GIVEN not in read()
    act(judged, "points")
    assert not Abstention.objects.exists()
    assert GIVEN in read()


@pytest.mark.parametrize("role", ROLES)
def test_claims_are_nowhere_while_they_are_hidden(
    judged: Year, role: str, enter: Callable[[User], Client]
) -> None:
    put(judged, claims_shown=False)
    act(judged, "points")
    assert (CLAIM in pages(enter(person(judged, role)), judged)) is (role != "member")


def test_order_and_filters_tell_nothing(judged: Year, enter: Callable[[User], Client]) -> None:
    put(judged, claims_shown=False)
    client = enter(judged.member)
    leaves = reverse("admin:assessments_criterionscore_changelist")
    row = judged.first.score("1.1")

    def listed(query: str) -> list[int]:
        found = client.get(f"{leaves}?{query}").context["cl"].result_list
        return [each.pk for each in found]

    by_claim, by_given = listed("o=3"), listed("o=-4")
    assert by_claim == listed("o=-3")
    assert row.pk not in listed("appraised=yes")
    assert row.pk in listed("appraised=no")
    # Whatever the figures are, the order stays.
    CriterionScore.objects.filter(pk=row.pk).update(self_points=D(0), appraised_points=D(0))
    assert (by_claim, by_given) == (listed("o=3"), listed("o=-4"))
    for lookup in ("self_points__gte=1", "appraised_points__isnull=0", "final_points=1"):
        assert client.get(f"{leaves}?{lookup}").status_code == 400
    given = reverse("admin:assessments_appraisal_changelist")
    assert client.get(f"{given}?trace__contains=1").status_code == 400


def test_disputes_are_told_to_those_who_may_see_them(
    db: Any, enter: Callable[[User], Client]
) -> None:
    year = make_judged_year(heading={"dispute_spread": D("0.5")})
    for points in ("2", "0,5"):
        appraise(year, year.first, "1.1", by=make_member(year), points=points, reason="Khác")
    url = reverse("admin:assessments_criterionscore_changelist") + "?waiting=disputed"

    def counted(user: User) -> int:
        count: int = enter(user).get(url).context["cl"].result_count
        return count

    assert (counted(year.member), counted(year.chair)) == (0, 1)
    appraise(year, year.first, "1.1", points="1", reason="Của tôi")
    assert counted(year.member) == 1


def test_todo_and_its_list_leave_out_what_the_member_abstained_from(
    year: Year, enter: Callable[[User], Client]
) -> None:
    url = reverse("admin:assessments_criterionscore_changelist") + "?waiting=mine"
    client = enter(year.member)
    before = client.get(url).context["cl"].result_count
    appraisals.abstain(
        score=year.first.score("1.1"), by=year.member, at=timezone.now(), reason="Nhường"
    )
    assert client.get(url).context["cl"].result_count == before - 1


def test_papers_and_checks_that_tell_the_claim_are_kept_back(
    year: Year, enter: Callable[[User], Client]
) -> None:
    submission = year.first.submission
    checks = reverse("admin:assessments_submission_checks", args=[submission.pk])
    assert enter(year.member).get(checks).status_code == 200
    assert reads_whole(year.member, submission, year.at)
    put(year, claims_shown=False)
    assert enter(year.member).get(checks).status_code == 404
    assert enter(year.secretary).get(checks).status_code == 200
    assert not reads_whole(year.member, submission, year.at)
    assert reads_whole(year.secretary, submission, year.at)


def test_hidden_claims_ask_every_reason(year: Year) -> None:
    put(year, claims_shown=False)
    said = set()
    for points in ("2", "1"):
        with pytest.raises(BadInput) as caught:
            appraise(year, year.first, "1.1", points=points)
        said.add(str(caught.value))
    assert said == {"Write the reason for the points."}
    appraise(year, year.first, "1.1", points="2", reason="Đủ")


def test_leaves_of_the_appraisal_page_hold_no_hidden_points(judged: Year) -> None:
    rows = appraisal.page_of(
        appraisal.readable_leaves(judged.member, judged.at), judged.first.submission,
        sight=permissions.sight_of(judged.member, judged.at),
    )  # fmt: skip
    assert [row.criterion.code for row in rows if row.appraisals.all()] == []
    assert {row.criterion.code for row in rows if not row.others_seen} == {"1.1"}


def test_change_of_the_flags_is_logged(year: Year, enter: Callable[[User], Client]) -> None:
    client = enter(year.officer)
    url = reverse("admin:assessments_council_change", args=[year.council.pk])
    form = client.get(url).context["adminform"].form
    data = {f"members-{name}": 0 for name in ("TOTAL_FORMS", "INITIAL_FORMS")} | {
        name: "" if form[name].value() is None else form[name].value()
        for name in form.fields
        if name not in ("claims_shown", "others_after_own")
    }
    response = client.post(url, data | {"others_after_own": "on"})
    assert response.status_code == 302, response.context["adminform"].form.errors
    event = Event.objects.get(action="set_sight")
    assert (event.actor, event.data) == (
        year.officer, {"claims": False, "others_after_own": True},
    )  # fmt: skip
