"""Meetings of the council with their minutes: the file is checked, private and kept."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from assessments import permissions
from assessments.admin.meeting_pages import MeetingPagesMixin
from assessments.admin.scoped import user_of
from assessments.errors import BadInput, Refused
from assessments.models import Meeting
from assessments.workflow import meetings
from cchc.kit.downloads import attachment
from cchc.kit.files import SCANNED_PAPERS
from units.models import User

_MINUTES = "assessments_meeting_minutes"
_NAMES = (
    "council", "held_on", "begins_at", "ends_at", "place", "minutes_number", "proceedings",
)  # fmt: skip


class MeetingForm(forms.ModelForm):  # type: ignore[type-arg]
    """A meeting; the workflow says what is wrong with its file, and whether it may change."""

    by: User

    class Meta:
        model = Meeting
        fields = (*_NAMES, "minutes_file")
        widgets = {
            "minutes_file": forms.FileInput(
                attrs={"accept": ",".join(f".{ending}" for ending in SCANNED_PAPERS)}
            )
        }
        help_texts = {
            "minutes_file": _(
                "PDF, Word document (.docx) or scanned picture (PNG, JPG). No conclusion can be "
                "reached before the minutes are attached."
            ),
            "minutes_number": _(
                "Leave it empty until the office gives one; the minutes are a draft until then."
            ),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and "council" in self.fields:
            self.fields["council"].disabled = True  # agenda, attendance and decisions are its own

    @property
    def upload(self) -> Any:
        """Return the file that was sent, None when there is none."""
        return self.files.get(self.add_prefix("minutes_file"))

    def clean(self) -> dict[str, Any]:
        """Refuse what the workflow refuses, beside the input."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if self.errors:
            return data
        # A person who reads only the extract has no input for the course of the meeting.
        kept = {n: getattr(self.instance, n) for n in _NAMES if n not in data}
        row = Meeting(pk=self.instance.pk, **kept, **{n: data[n] for n in _NAMES if n in data})
        try:
            meetings.check(row, by=self.by, at=timezone.now(), upload=self.upload)
        except BadInput as refusal:
            self.add_error(refusal.field, str(refusal))
        except Refused as refusal:
            self.add_error(None, str(refusal))
        return data


@admin.register(Meeting)
class MeetingAdmin(MeetingPagesMixin, admin.ModelAdmin):  # type: ignore[type-arg]
    """Meetings of the council: agenda, attendance, and the signed file of their minutes."""

    form = MeetingForm
    list_display = ("held_on", "minutes_number", "council", "standing")
    list_filter = (("council", admin.RelatedOnlyFieldListFilter),)
    list_select_related = ("council",)
    search_fields = ("minutes_number",)
    actions = None

    def get_urls(self) -> list[URLPattern]:
        """Add the file of the minutes."""
        view = self.admin_site.admin_view(self.minutes_view)
        return [path("<int:pk>/minutes/", view, name=_MINUTES), *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Meeting]:
        """Return the meetings of the person's councils; of all for those who oversee them."""
        user, day = user_of(request), timezone.localdate()
        rows = meetings.with_cited(super().get_queryset(request))
        if permissions.roles_of(user, day) & {"home_affairs_leader", "city_approver", "auditor"}:
            return rows
        seats = permissions.seats_of(user, day)
        return rows.filter(council__in=seats.values("council"))

    def get_fields(self, request: HttpRequest, obj: Meeting | None = None) -> tuple[str, ...]:
        """Show the link to the file, and the input for another where it may be changed."""
        shown: tuple[str, ...] = _NAMES
        if obj is not None:
            whole = meetings.reads_whole(user_of(request), obj, timezone.now())
            shown = (*_NAMES, "minutes") if whole else (*_NAMES[:-1], "extract")
        return (*shown, "minutes_file") if self.has_change_permission(request, obj) else shown

    def get_readonly_fields(
        self, request: HttpRequest, obj: Meeting | None = None
    ) -> tuple[str, ...]:
        """Show the link to read, or why there is none."""
        return ("minutes", "extract")

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        """Tell the form who fills it in."""
        form = super().get_form(request, obj, change=change, **kwargs)
        return type("MeetingForm", (form,), {"by": user_of(request)})

    def formfield_for_foreignkey(self, db_field, request, **kwargs):  # type: ignore[no-untyped-def]
        """Offer the person's own councils only."""
        field: Any = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if db_field.name == "council" and request is not None:
            seats = permissions.seats_of(user_of(request), timezone.localdate())
            field.queryset = field.queryset.filter(pk__in=seats.values("council"))
        return field

    @admin.display(description=_("state"))
    def standing(self, obj: Any) -> str:
        """Return how far the minutes have come, in words."""
        if obj.cited:
            return str(_("cited by a conclusion"))
        if obj.minutes_file:
            return str(_("signed copy attached"))
        return str(_("numbered") if obj.minutes_number else _("draft"))

    @admin.display(description=_("minutes"))
    def minutes(self, obj: Meeting) -> SafeString | str:
        """Link to the file of the minutes."""
        if not obj.minutes_file:
            return str(_("not attached yet"))
        return format_html(
            '<a href="{}">{}</a>', reverse(f"admin:{_MINUTES}", args=[obj.pk]), _("Open the file")
        )

    @admin.display(description=_("minutes"))
    def extract(self, obj: Meeting) -> str:
        """Say that only the extract is the person's: course and signed copy tell of more."""
        return meetings.extract_sentence()

    def minutes_view(self, request: HttpRequest, pk: int) -> FileResponse:
        """Send the minutes to who may read them whole; to everybody else there are none."""
        meeting = Meeting.objects.select_related("council__cycle").filter(pk=pk).first()
        if meeting is None or not meetings.reads_whole(user_of(request), meeting, timezone.now()):
            raise Http404
        return attachment(meeting.minutes_file)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Lead to agenda and minutes, and say why a cited meeting stays as it is."""
        meeting: Any = self.get_object(request, object_id)
        if meeting is not None and request.method == "GET" and meeting.cited:
            messages.info(request, meetings.fixed_sentence())
        buttons = self.page_buttons(request, meeting) if meeting is not None else []
        context = {"act_buttons": buttons, **(extra_context or {})}
        return super().change_view(request, object_id, form_url, context)

    def save_model(self, request: HttpRequest, obj: Meeting, form: Any, change: bool) -> None:
        """Save by the verb, which checks once more and logs."""
        if form.upload is not None:  # the verb stores the bytes itself, under the checked name
            obj.minutes_file = form.initial.get("minutes_file") or ""
        meetings.save_meeting(
            meeting=obj, by=user_of(request), at=timezone.now(), upload=form.upload
        )

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        """Refuse with a sentence where something rests on the meeting."""
        meeting = self.get_object(request, object_id)
        if meeting is not None and self.has_change_permission(request, meeting):
            reason = meetings.why_not_discarded(meeting, by=user_of(request), at=timezone.now())
            if reason:
                messages.error(request, reason)
                return HttpResponseRedirect(
                    reverse("admin:assessments_meeting_change", args=[meeting.pk])
                )
        return super().delete_view(request, object_id, extra_context)

    def delete_model(self, request: HttpRequest, obj: Meeting) -> None:
        """Delete by the verb, which logs."""
        meetings.discard_meeting(meeting=obj, by=user_of(request), at=timezone.now())
