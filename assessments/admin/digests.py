"""The daily e-mails, to see whether they leave: states and tries, never what they say."""

from django.contrib import admin
from django_tasks_db.models import DBTaskResult

from assessments.admin.scoped import ReadOnlyAdmin
from assessments.models import Digest

# The queue's own page would show the traces of failures; what matters of them stands here.
admin.site.unregister(DBTaskResult)


@admin.register(Digest)
class DigestAdmin(ReadOnlyAdmin):
    """One row per person and day, for administrators and auditors."""

    list_display = ("day", "user", "state", "tries", "tried_at", "error")
    list_filter = ("state", "day")
    list_select_related = ("user",)
    search_fields = ("user__username", "user__full_name")
    fields = ("day", "user", "state", "queued_at", "tries", "tried_at", "error")
    readonly_fields = fields
    date_hierarchy = "day"
