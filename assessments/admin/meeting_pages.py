"""The pages of a meeting beside its form: agenda with attendance, and the draft of the minutes."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments.admin.base import show_refusal
from assessments.admin.scoped import user_of
from assessments.choices import AgendaReason
from assessments.errors import Refused
from assessments.models import Meeting
from assessments.papers import minutes_file
from assessments.queries import agenda, appraisal
from assessments.workflow import meetings
from cchc.kit.downloads import handed_out
from cchc.kit.requests import row_ids

if TYPE_CHECKING:
    _Base = admin.ModelAdmin[Meeting]
else:
    _Base = object

AGENDA = "assessments_meeting_agenda"
PAPER = "assessments_meeting_paper"
#: Proposals on one page; what is on the agenda stands on one page whole, as it is printed.
_PAGE = 50
_ENDINGS = ("pdf", "docx")


class LeafForm(forms.Form):
    """A leaf that the secretariat puts on the agenda, by the codes of unit and leaf."""

    unit = forms.CharField(label=gettext_lazy("Code of the unit"), max_length=20)
    code = forms.CharField(label=gettext_lazy("Code of the criterion"), max_length=20)


class AttendanceForm(forms.Form):
    """Everybody of the council on that day: present or not, with a note."""

    def __init__(self, meeting: Meeting, data: Any = None) -> None:
        super().__init__(data, prefix="roll")
        self.seats = agenda.seats_of_day(meeting)
        self.recorded = {row.member_id: row for row in meeting.attendances.all()}
        for seat in self.seats:
            row = self.recorded.get(seat.pk)
            self.fields[f"present{seat.pk}"] = forms.BooleanField(
                label=_("%(name)s: present") % {"name": seat.user}, required=False,
                initial=row.present if row else True,
            )  # fmt: skip
            self.fields[f"note{seat.pk}"] = forms.CharField(
                label=_("%(name)s: note") % {"name": seat.user}, required=False, max_length=300,
                initial=row.note if row else "",
            )  # fmt: skip

    def rows(self) -> list[dict[str, Any]]:
        """Return the seats with their inputs and what is on record."""
        return [
            {"seat": seat, "record": self.recorded.get(seat.pk),
             "present": self[f"present{seat.pk}"], "note": self[f"note{seat.pk}"]}
            for seat in self.seats
        ]  # fmt: skip

    def roll(self) -> dict[int, tuple[bool, str]]:
        """Return what the verb takes."""
        data = self.cleaned_data
        return {
            seat.pk: (data[f"present{seat.pk}"], data[f"note{seat.pk}"]) for seat in self.seats
        }  # fmt: skip


class MeetingPagesMixin(_Base):
    """Add …/<id>/chuong-trinh/ and …/<id>/bien-ban/<ending>/ to the admin of meetings."""

    def get_urls(self) -> list[URLPattern]:
        """Put the two pages before the admin's own."""
        wrap = self.admin_site.admin_view
        return [
            path("<int:pk>/chuong-trinh/", wrap(self.agenda_view), name=AGENDA),
            path("<int:pk>/bien-ban/<str:ending>/", wrap(self.paper_view), name=PAPER),
            *super().get_urls(),
        ]

    def page_buttons(self, request: HttpRequest, meeting: Meeting) -> list[dict[str, Any]]:
        """Return label and address of the pages of a meeting, for those who read them."""
        if not meetings.may_read(user_of(request), meeting, timezone.now()):
            return []
        pages = [
            (_("Agenda and attendance"), reverse(f"admin:{AGENDA}", args=[meeting.pk])),
            (_("Minutes (PDF)"), reverse(f"admin:{PAPER}", args=[meeting.pk, "pdf"])),
            (_("Minutes (Word)"), reverse(f"admin:{PAPER}", args=[meeting.pk, "docx"])),
        ]
        if self.has_change_permission(request, meeting) and not meetings.is_cited(meeting):
            pages.append((_("Attach the signed copy"), "#id_minutes_file"))
        return [{"label": label, "url": url, "danger": False} for label, url in pages]

    def _readable(self, request: HttpRequest, pk: int) -> Meeting:
        meeting = Meeting.objects.select_related("council__cycle").filter(pk=pk).first()
        if meeting is None or not meetings.may_read(user_of(request), meeting, timezone.now()):
            raise Http404
        return meeting

    def agenda_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show agenda, proposals and attendance; the keepers of the minutes change them."""
        meeting = self._readable(request, pk)
        leaf, roll = LeafForm(), AttendanceForm(meeting)
        if request.method == "POST":
            verb = request.POST.get("verb")
            leaf = LeafForm(request.POST) if verb == "leaf" else leaf
            roll = AttendanceForm(meeting, request.POST) if verb == "roll" else roll
            if _done(request, meeting, leaf, roll):
                return HttpResponseRedirect(request.get_full_path())
        context = {
            **self.admin_site.each_context(request), "opts": self.opts, "meeting": meeting,
            "title": _("Agenda and attendance"), "leaf_form": leaf, "roll": roll,
            "act_buttons": self.page_buttons(request, meeting), **_shown(request, meeting),
        }  # fmt: skip
        return TemplateResponse(request, "admin/assessments/meeting/agenda.html", context)

    def paper_view(self, request: HttpRequest, pk: int, ending: str) -> HttpResponse:
        """Send the minutes as they stand, without what the person takes no part in."""
        meeting = self._readable(request, pk)
        if ending not in _ENDINGS:
            raise Http404
        paper = minutes_file(meeting, reader=user_of(request), at=timezone.now(), ending=ending)
        return handed_out(HttpResponse(paper.body, content_type=paper.content_type), paper.name)


def _shown(request: HttpRequest, meeting: Meeting) -> dict[str, Any]:
    user, now = user_of(request), timezone.now()
    pages = Paginator(agenda.proposals(meeting, user, now), _PAGE)
    page = pages.get_page(request.GET.get("page"))
    keeps, cited = bool(meetings.may_keep(user, meeting, now)), meetings.is_cited(meeting)
    return {
        "units": agenda.by_unit(agenda.items(meeting, user, now), meeting, now),
        "proposed": agenda.by_unit(map(agenda.proposed, page.object_list), meeting, now),
        "page": page, "keeps": keeps, "may_edit": keeps and not cited, "cited": cited,
        "fixed": meetings.fixed_sentence(), "reads_council": keeps,
    }  # fmt: skip


def _done(request: HttpRequest, meeting: Meeting, leaf: LeafForm, roll: AttendanceForm) -> bool:
    """Do what the form asks; return False where a form keeps its errors to be shown."""
    who: dict[str, Any] = {"by": user_of(request), "at": timezone.now()}
    bound = next((form for form in (leaf, roll) if form.is_bound), None)
    if bound is not None and not bound.is_valid():
        return False
    try:
        if bound is roll:
            meetings.record_attendance(meeting=meeting, present=roll.roll(), **who)
        else:
            change = _wanted(request, meeting, leaf)
            if change is None:
                return False
            meetings.set_agenda(meeting=meeting, **change, **who)
    except Refused as refusal:
        if bound is None:
            messages.error(request, str(refusal))
            return True
        show_refusal(bound, refusal)
        return False
    messages.success(request, _("Saved."))
    return True


def _wanted(request: HttpRequest, meeting: Meeting, leaf: LeafForm) -> dict[str, Any] | None:
    """Return what the form adds or removes; None where it names no leaf of the person's."""
    user, now, verb = user_of(request), timezone.now(), request.POST.get("verb")
    ticked = row_ids(request.POST.getlist("leaf"))
    if verb == "remove":
        standing = {line.score.pk for line in agenda.items(meeting, user, now)}
        return {"remove": standing & ticked}
    if verb == "leaf":
        found = _named(request, meeting, leaf)
        return None if found is None else {"add": {found: str(AgendaReason.CHOSEN)}}
    if verb not in ("add", "all"):
        return {}
    put = [agenda.proposed(row) for row in agenda.proposals(meeting, user, now)]
    wanted = [line for line in put if verb == "all" or line.score.pk in ticked]
    return {"add": {line.score.pk: str(line.reason) for line in wanted}}


def _named(request: HttpRequest, meeting: Meeting, form: LeafForm) -> int | None:
    data = form.cleaned_data
    leaves = appraisal.readable_leaves(user_of(request), timezone.now()).filter(
        submission__cycle=meeting.council.cycle_id, criterion__code=data["code"].strip(),
        submission__unit_code__iexact=data["unit"].strip(),
    )  # fmt: skip
    found = leaves.values_list("pk", flat=True).first()
    if found is None:
        form.add_error("code", _("No leaf with these codes is among those that you handle."))
    return found
