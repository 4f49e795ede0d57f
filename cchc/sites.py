"""The portal's admin: a to-do per role, and the models in the order of the year."""

from typing import Any

from django.conf import settings
from django.contrib.admin import AdminSite, ModelAdmin
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assessments import permissions
from assessments.choices import CycleState
from assessments.queries import boards, progress
from assessments.queries.decisions_due import Item
from cchc.kit.admin import ListedLookups
from units.permissions import person_of

#: Models in the order in which the year needs them; others follow by name.
ORDER = (
    "UnitGroup", "Unit", "UnitAlias", "UnitHead", "SigningAuthorisation", "Membership",
    "Succession",
    "Merger", "User", "Scheme", "RespondentKind", "Cycle", "Extension", "WorkingDay", "Council",
    "Assignment", "DeclaredConflict", "Submission", "CriterionScore", "Appraisal", "Explanation",
    "Adjustment", "SurveyRound", "SurveyResult", "Meeting", "CouncilDecision", "SurveyDecision",
    "Appeal", "Approval", "Publication", "Event", "Appointment", "SiteIdentity",
)  # fmt: skip
_PLACE = {name: place for place, name in enumerate(ORDER)}
_PAGES = {
    "appraisal": "assessments_submission_appraisal",
    "council": "assessments_submission_council",
    "grid": "assessments_criterionscore_grid",
    "grids": "assessments_criterionscore_grids",
    "assignment_matrix": "assessments_assignment_matrix",
    "approvals": "assessments_cycle_approvals",
}


class PortalAdminSite(AdminSite):
    """The council's, secretariat's and Home Affairs' workplace."""

    site_header = _("Public administration reform index")
    site_title = _("CCHC administration")
    index_title = _("To do")
    index_template = "admin/todo.html"
    enable_nav_sidebar = True

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Let lists be filtered only by what they offer: other lookups read hidden fields."""
        shown = admin_class or ModelAdmin
        careful = type(shown.__name__, (ListedLookups, shown), {"__module__": shown.__module__})
        super().register(model_or_iterable, careful, **options)

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Send visitors to the portal's own sign-in, so that lockout and MFA hold here."""
        if request.user.is_authenticated:
            raise PermissionDenied
        target = request.GET.get(REDIRECT_FIELD_NAME) or request.get_full_path()
        return redirect_to_login(target, login_url=settings.LOGIN_URL)

    def has_permission(self, request: HttpRequest) -> bool:
        """Let in everyone who holds a role with work in the admin today."""
        user = request.user
        if not (user.is_active and user.is_authenticated):
            return False
        # Whoever enters has at least one code; the codes are read once in a request.
        return user.is_superuser or bool(permissions.RoleBackend().get_all_permissions(user))

    def index(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        """Show what waits for the person in each of their roles."""
        sections = [
            {"role": section.role,
             "hides": section.hides,
             "entries": [{"item": item, "url": self._address(item)} for item in section.shown]}
            for section in progress.todo(person_of(request), timezone.now())
        ]  # fmt: skip
        person, now = person_of(request), timezone.now()
        cycles = boards.boards_of(person, now)
        context = {
            "todo": sections,
            "boards": [cycle for cycle in cycles if cycle.state == CycleState.OPEN],
            "past_boards": [cycle for cycle in cycles if cycle.state != CycleState.OPEN],
            "declares": permissions.seats_of(person, permissions.day_of(now)).exists(),
            "reads_grids": permissions.readable_submissions(person, now).exists(),
        }  # fmt: skip
        return super().index(request, {**(extra_context or {}), **context})

    def _address(self, item: Item) -> str:
        if item.model in _PAGES:
            page = reverse(f"admin:{_PAGES[item.model]}", args=[item.pk] if item.pk else [])
            return f"{page}?{item.query}" if item.query else page
        view, args = ("change", [item.pk]) if item.pk else ("changelist", [])
        try:
            address = reverse(f"admin:assessments_{item.model}_{view}", args=args)
        except NoReverseMatch:  # a model whose pages are not built in
            return ""
        return f"{address}?{item.query}" if item.query else address

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """List the models in the order of the year."""
        apps: list[Any] = super().get_app_list(request, app_label)
        for app in apps:
            app["models"].sort(
                key=lambda model: (_PLACE.get(model["object_name"], len(_PLACE)), model["name"])
            )
        return apps
