"""Appeals and complaints of the units: the list, what the unit asks, and the buttons to answer."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from assessments import permissions
from assessments.admin.base import ActForm, WorkflowAdmin
from assessments.admin.scoped import ReadOnlyAdmin, user_of
from assessments.choices import AppealKind, AppealState
from assessments.models import Appeal
from assessments.queries import appeals as reads
from assessments.queries import appraisal, workdays
from assessments.workflow import appeals, machine, windows
from assessments.workflow.machine import Text
from cchc.kit.admin import PlainSearch

#: Importing the stage puts its rows into the table of acts.
STAGES = (appeals,)
_FIELDS = (
    "submission", "kind", "state", "criteria", "text", "round", "filed_by", "filed_at", "due",
    "clock", "answer", "answered_by", "answered_at", "next_step",
)  # fmt: skip


class AnswerForm(ActForm):
    """The answer to the unit, with what it asks before one's eyes."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["note"].label = gettext_lazy("Answer to the unit")
        self.fields["note"].widget = forms.Textarea(attrs={"rows": 8})

    @property
    def facts(self) -> list[tuple[Text, list[str]]]:
        """List the leaves and the unit's words."""
        leaves = self.obj.leaves.select_related("criterion").order_by("criterion__position")
        return [
            (_("Criteria"), [str(leaf.criterion) for leaf in leaves]),
            (_("What the unit asks, and why"), [self.obj.text]),
        ]


class WaitingAppeals(admin.SimpleListFilter):
    """What waits for the person's own answer or next act, and what is overdue for an answer."""

    title = gettext_lazy("waiting")
    parameter_name = "waiting"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Offer the three."""
        return [
            ("mine", _("for my answer")), ("follow", _("found right, for my next act")),
            ("overdue", _("overdue")),
        ]  # fmt: skip

    def queryset(self, request: HttpRequest, queryset: QuerySet[Appeal]) -> QuerySet[Appeal]:
        """Narrow the list to them."""
        now = timezone.now()
        if self.value() == "mine":
            return queryset.filter(pk__in=reads.waiting(user_of(request), now).values("pk"))
        if self.value() == "follow":
            return queryset.filter(pk__in=reads.to_follow(user_of(request), now).values("pk"))
        if self.value() == "overdue":
            return reads.overdue(queryset, now)
        return queryset


@admin.register(Appeal)
class AppealAdmin(PlainSearch, WorkflowAdmin, ReadOnlyAdmin):
    """Appeals and complaints on leaves that the person may read; never the own unit's."""

    list_display = ("submission", "kind", "state", "criteria", "filed_at", "due", "clock")
    list_filter = (
        "state", "kind", WaitingAppeals, ("submission__cycle", admin.RelatedOnlyFieldListFilter),
    )  # fmt: skip
    list_select_related = ("submission__cycle",)
    search_fields = ("submission__unit_code", "submission__unit__search_name")
    fields = _FIELDS
    readonly_fields = _FIELDS
    act_forms: ClassVar[dict[str, type[ActForm]]] = dict.fromkeys(
        ("uphold", "uphold_partly", "reject"), AnswerForm
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Appeal]:
        """Return what the person may read, each with those of its leaves that they may read."""
        user, now = user_of(request), timezone.now()
        leaves = appraisal.readable_leaves(user, now).select_related("criterion")
        rows: QuerySet[Appeal] = super().get_queryset(request)
        return rows.filter(pk__in=reads.readable(user, now).values("pk")).prefetch_related(
            Prefetch("leaves", leaves.order_by("criterion__position"), to_attr="shown")
        )

    def get_object(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Return the row with the act that follows from its outcome, if it is this person's."""
        found: Any = super().get_object(request, *args, **kwargs)
        if found is not None:
            found.follow = _follow(request, found)
        return found

    @admin.display(description=gettext_lazy("criteria"))
    def criteria(self, obj: Appeal) -> SafeString:
        """Link each leaf to its place on the dossier's page."""
        page = reverse("admin:assessments_submission_appraisal", args=[obj.submission_id])
        rows = ((page, leaf.pk, leaf.criterion.code) for leaf in obj.shown)  # type: ignore[attr-defined]
        return format_html_join(", ", '<a href="{}#leaf-{}">{}</a>', rows)

    @admin.display(description=gettext_lazy("answer due by"), ordering="due_at")
    def due(self, obj: Appeal) -> str:
        """Name the last second in which the answer is in time."""
        return windows.last_second(obj.due_at)

    @admin.display(description=gettext_lazy("clock"))
    def clock(self, obj: Appeal) -> str:
        """Say whether the answer is overdue; on the page of one, the working days left."""
        if obj.state != AppealState.FILED:
            return "—"
        now = timezone.now()
        if now >= obj.due_at:
            return _("overdue")
        if not hasattr(obj, "follow"):
            return _("running")
        days = workdays.left(now, obj.due_at)
        return ngettext("%(days)s working day left", "%(days)s working days left", days) % {
            "days": days
        }

    @admin.display(description=gettext_lazy("what follows"))
    def next_step(self, obj: Any) -> SafeString | str:
        """Lead to the act by which the points move, or say who does it."""
        if obj.state not in reads.FOUND_RIGHT:
            return "—"
        if obj.kind == AppealKind.APPEAL and obj.round < obj.submission.round:
            return _("The dossier was sent back to the council.")
        if obj.follow is not None:
            return format_html('<a href="{}">{}</a>', *obj.follow)
        if obj.kind == AppealKind.APPEAL:
            return _("The Home Affairs leader sends the leaves back to the council.")
        return _("The Home Affairs leader opens a correction.")


def _follow(request: HttpRequest, appeal: Appeal) -> tuple[str, Any] | None:
    """Return address and label of the act on the dossier that follows from the outcome."""
    action = "send_back" if appeal.kind == AppealKind.APPEAL else "open_correction"
    user, now, submission = user_of(request), timezone.now(), appeal.submission
    if not permissions.listed_submissions(user, now).filter(pk=submission.pk).exists():
        return None
    for row in machine.available(submission, by=user, at=now):
        if row.action == action:
            return reverse(
                "admin:assessments_submission_act", args=[submission.pk, action]
            ), row.label
    return None
