"""The page on which secretariat and chair see where the appraisers differ, before they meet."""

from typing import TYPE_CHECKING, Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments.admin.base import WorkflowAdmin
from assessments.admin.grid_tables import frame
from assessments.admin.scoped import user_of
from assessments.models import Cycle
from assessments.queries import calibration
from assessments.workflow import meetings

if TYPE_CHECKING:
    _Base = WorkflowAdmin
else:
    _Base = object

CALIBRATION = "assessments_cycle_calibration"
_PAGE = 50


class CalibrationPageMixin(_Base):
    """Add …/<id>/thong-nhat-muc-cham/ to the admin of cycles."""

    def get_urls(self) -> list[URLPattern]:
        """Put the page before the admin's own."""
        view = self.admin_site.admin_view(self.calibration_view)
        return [path("<int:pk>/thong-nhat-muc-cham/", view, name=CALIBRATION), *super().get_urls()]

    def buttons(self, request: HttpRequest, obj: Cycle) -> list[dict[str, Any]]:
        """Add the page to the acts, for those who have it."""
        found = super().buttons(request, obj)
        if meetings.may_oversee(user_of(request), obj, timezone.now()):
            url = reverse(f"admin:{CALIBRATION}", args=[obj.pk])
            found.append({"label": _("Spread and calibration"), "danger": False, "url": url})
        return found

    def calibration_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show spread, leaves on which all stand alike, and how members judge the claims."""
        user, now = user_of(request), timezone.now()
        cycle = Cycle.objects.filter(pk=pk).first()
        if cycle is None or not meetings.may_oversee(user, cycle, now):
            raise Http404
        pages = Paginator(calibration.spreads(cycle, user, now), _PAGE)
        context = {
            **frame(self.admin_site), "opts": self.opts, "cycle": cycle,
            "title": _("Spread and calibration"),
            "page": pages.get_page(request.GET.get("page")),
            "saturated": calibration.saturated(cycle, user, now),
            "leanings": calibration.leanings(cycle, user, now),
            "fewest": calibration.FEWEST_UNITS,
        }  # fmt: skip
        return TemplateResponse(request, "admin/assessments/cycle/calibration.html", context)
