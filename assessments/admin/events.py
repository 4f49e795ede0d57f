"""The log, to read, for those who oversee the year."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assessments import permissions
from assessments.admin.event_words import ActFilter, KindFilter, act_word, kind_word, object_named
from assessments.admin.scoped import ReadOnlyAdmin, user_of, without_conflicts
from assessments.models import Event, EventNote

_OVERSEERS = frozenset({"home_affairs_leader", "auditor"})


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    """Acts and refusals, but none about a unit in whose appraisal the person has a conflict."""

    list_display = ("at", "actor", "act", "verdict", "kind", "object_id", "cycle", "position")
    list_filter = (
        "refused", ("action", ActFilter), ("object_type", KindFilter),
        ("cycle", admin.RelatedOnlyFieldListFilter),
    )  # fmt: skip
    list_select_related = ("actor", "cycle")
    search_fields = ("action", "object_id", "request_id", "actor__username")
    date_hierarchy = "at"
    fields = (
        "at", "actor", "act", "verdict", "kind", "thing", "reason_given", "data", "cycle",
        "request_id", "position", "hash",
    )  # fmt: skip
    readonly_fields = ("act", "verdict", "kind", "thing", "reason_given")

    @admin.display(description=_("action"), ordering="action")
    def act(self, event: Event) -> str:
        """Return what was done, in words."""
        return act_word(event.action)

    @admin.display(description=_("outcome"), ordering="refused")
    def verdict(self, event: Event) -> str:
        """Return whether the act was done or refused, in a word."""
        return str(_("refused") if event.refused else _("done"))

    @admin.display(description=_("reason"))
    def reason_given(self, event: Event) -> str:
        """Return the reason that the person wrote with the act."""
        note = EventNote.objects.filter(event=event).first()
        return note.text if note else "—"

    @admin.display(description=_("object"))
    def thing(self, event: Event) -> str:
        """Return the name of what the act was done to, with its number in the log."""
        named = object_named(event.object_type, event.object_id)
        return f"{named} (#{event.object_id})" if named else f"#{event.object_id}"

    @admin.display(description=_("kind of object"), ordering="object_type")
    def kind(self, event: Event) -> str:
        """Return what it was done to, in words."""
        return kind_word(event.object_type)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Event]:
        """Return the events for overseers; nobody else has any, superusers included."""
        user, now = user_of(request), timezone.now()
        rows = super().get_queryset(request)
        if not permissions.roles_of(user, permissions.day_of(now)) & _OVERSEERS:
            return rows.none()
        return rows.filter(without_conflicts(user, now, "cycle", "unit_id_at"))
