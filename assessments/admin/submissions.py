"""Dossiers and their leaves in the admin: to read, with the acts of the table as buttons."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from assessments import permissions
from assessments.admin.act_forms import (
    CloseForm,
    ConcludeForm,
    LeavesForm,
    ReturnForm,
    SendBackForm,
)
from assessments.admin.appraisal_pages import AppraisalPagesMixin, may_decide
from assessments.admin.base import ActForm, WorkflowAdmin
from assessments.admin.bulk_acts import BulkActsMixin
from assessments.admin.check_pages import CheckPagesMixin
from assessments.admin.grid_pages import GridPagesMixin
from assessments.admin.lineage_pages import LineagePagesMixin
from assessments.admin.office_pages import OfficePagesMixin
from assessments.admin.paper_pages import PaperPagesMixin
from assessments.admin.reminder_pages import ReminderPagesMixin
from assessments.admin.scoped import LeafScopedAdmin, ReadOnlyAdmin, user_of
from assessments.admin.sighted import AppraisedLeaves, SightedLeavesMixin
from assessments.admin.waiting import ReadyDossiers, WaitingLeaves
from assessments.choices import PortalRole
from assessments.models import Approval, CriterionScore, Submission
from assessments.queries.papers import reads_whole
from assessments.resources.independent import IndependentResource
from assessments.workflow import approvals, conclusions, machine, surveys
from cchc.kit.admin import PlainSearch, TableAdmin
from cchc.kit.imports import ImportResult

#: Importing the stages puts their rows into the table of acts.
STAGES = (conclusions, approvals, surveys)
_LISTED = (
    "unit_name", "unit_code", "group", "cycle", "state", "round", "late", "submitted_at",
    "return_due_at", "ranked", "unranked_reason",
)  # fmt: skip
_CONTENT = ("head_title", "head_name", "difficulties", "proposals", "approved")


@admin.register(Submission)
class SubmissionAdmin(
    AppraisalPagesMixin,
    BulkActsMixin,
    CheckPagesMixin,
    LineagePagesMixin,
    OfficePagesMixin,
    PaperPagesMixin,
    ReminderPagesMixin,
    PlainSearch,
    WorkflowAdmin,
    ReadOnlyAdmin,
):
    """All dossiers but those of units in which the person has a conflict of interest."""

    list_display = (
        "unit_name",
        "group",
        "cycle",
        "state",
        "round",
        "late",
        "submitted_at",
        "pages",
    )
    list_filter = (
        "state", ReadyDossiers, "late", ("cycle", admin.RelatedOnlyFieldListFilter),
        ("group", admin.RelatedOnlyFieldListFilter),
    )  # fmt: skip
    list_select_related = ("group", "cycle")
    search_fields = ("unit_code", "unit__search_name", "unit__aliases__search_name")
    plain_fields = ("unit_name",)
    act_forms: ClassVar[dict[str, type[ActForm]]] = {
        "return": ReturnForm, "send_back": SendBackForm, "reopen": LeavesForm,
        "open_correction": LeavesForm, "conclude": ConcludeForm, "close_without_dossier": CloseForm,
    }  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Submission]:
        """Return the dossiers that the person may see in lists (design 3)."""
        listed = permissions.listed_submissions(user_of(request), timezone.now())
        rows: QuerySet[Submission] = super().get_queryset(request)
        return rows.filter(pk__in=listed.values("pk"))

    def get_fields(self, request: HttpRequest, obj: Submission | None = None) -> tuple[str, ...]:
        """Show the unit's own words only to those who may read its scores."""
        user, now = user_of(request), timezone.now()
        if obj and permissions.may_read_scores(user, obj, now):
            whole = ("papers",) if reads_whole(user, obj, now) else ()
            return (*_LISTED, *_CONTENT, *whole, "pages")
        return _LISTED

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Show everything and edit nothing."""
        return (*_LISTED, *_CONTENT, "papers", "pages")

    def get_list_display(self, request: HttpRequest) -> tuple[str, ...]:
        """Link to the pages with scores only for those whom they let in."""
        shown: tuple[str, ...] = self.list_display
        readable = permissions.readable_submissions(user_of(request), timezone.now())
        return shown if readable.exists() else tuple(name for name in shown if name != "pages")

    def reads_reasons(self, request: HttpRequest, obj: Submission) -> bool:
        """Keep reasons, which speak of points, to those who may read the scores."""
        return bool(permissions.may_read_scores(user_of(request), obj, timezone.now()))

    def remedy(
        self, request: HttpRequest, obj: Submission, row: machine.Transition
    ) -> dict[str, Any]:
        """Send to the council's page, or leaf by leaf, whoever may read the scores."""
        name, label = "appraisal", _("To the appraisal, leaf by leaf")
        if may_decide(request, obj):
            name, label = "council", _("To the council's decisions")
        elif not permissions.may_read_scores(user_of(request), obj, timezone.now()):
            return super().remedy(request, obj, row)
        return {
            "label": label,
            "url": reverse(f"admin:assessments_submission_{name}", args=[obj.pk]),
        }

    @admin.display(description=_("appraisal"))
    def pages(self, obj: Submission) -> SafeString:
        """Link to the appraisal of the dossier."""
        address = reverse("admin:assessments_submission_appraisal", args=[obj.pk])
        return format_html('<a href="{}">{}</a>', address, _("leaf by leaf"))

    @admin.display(description=_("approved"))
    def approved(self, obj: Submission) -> str:
        """Say who approved the dossier and when, if it is approved."""
        approval = (
            Approval.objects.filter(submission=obj, revoked_at=None).select_related("by").first()
        )
        return (
            f"{approval.by}, {timezone.localtime(approval.at):%d/%m/%Y %H:%M}" if approval else "—"
        )


@admin.register(CriterionScore)
class CriterionScoreAdmin(
    GridPagesMixin, PlainSearch, TableAdmin, SightedLeavesMixin, LeafScopedAdmin
):
    """Leaves across dossiers, to read and compare; independent figures come in by a table."""

    leaf_path = ""
    resource_classes = [IndependentResource]
    list_display = (
        "criterion", "dossier", "shown_self_points", "shown_appraised_points",
        "shown_final_points", "shown_final_applicable", "page",
    )  # fmt: skip
    list_filter = (
        ("submission__cycle", admin.RelatedOnlyFieldListFilter),
        ("submission__group", admin.RelatedOnlyFieldListFilter),
        ("criterion__field", admin.RelatedOnlyFieldListFilter),
        AppraisedLeaves,
        WaitingLeaves,
    )  # fmt: skip
    list_select_related = ("criterion", "submission__cycle")
    search_fields = ("criterion__code", "submission__unit_code", "submission__unit__search_name")
    fields = (
        "dossier", "criterion", "shown_self_points", "shown_self_trace",
        "shown_appraised_points", "shown_appraised_applicable", "shown_appraised_round",
        "shown_final_points", "shown_final_applicable", "shown_final_trace",
        "independent_a", "independent_b", "independent_source", "page",
    )  # fmt: skip
    readonly_fields = fields

    def has_import_permission(self, request: HttpRequest, *args: Any, **kwargs: Any) -> bool:
        """Let in the Home Affairs officer, who reads no scores: the table shows none."""
        user, role = user_of(request), PortalRole.HOME_AFFAIRS_OFFICER
        return bool(permissions.has_role(user, role, timezone.now()))

    def has_export_permission(self, request: HttpRequest, *args: Any, **kwargs: Any) -> bool:
        """Hand out nothing: the table is for figures to come in."""
        return False

    def process_result(self, result: ImportResult, request: HttpRequest) -> HttpResponse:
        """Lead back to the dossiers, as who imports sees no list of leaves."""
        answer = super().process_result(result, request)
        if result.problems:
            return answer
        return HttpResponseRedirect(reverse("admin:assessments_submission_changelist"))

    @admin.display(description=_("appraisal"))
    def page(self, obj: CriterionScore) -> SafeString:
        """Link to the leaf in its dossier and beside the same leaf of other units."""
        dossier = reverse("admin:assessments_submission_appraisal", args=[obj.submission_id])
        grid = reverse("admin:assessments_criterionscore_grid", args=[obj.criterion_id])
        return format_html(
            '<a href="{}#leaf-{}">{}</a> · <a href="{}#leaf-{}">{}</a>',
            dossier, obj.pk, _("in the dossier"), grid, obj.pk, _("beside other units"),
        )  # fmt: skip

    @admin.display(description=_("dossier"), ordering="submission__unit__sort_name")
    def dossier(self, obj: CriterionScore) -> str:
        """Name the unit and the year."""
        return str(obj.submission)
