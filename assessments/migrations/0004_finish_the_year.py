"""What lets every year be finished: dossiers sent back, and persons who decide without a seat."""

from typing import ClassVar

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

_DECIDERS = """UPDATE assessments_{table} d SET decided_by_user_id = m.user_id
  FROM assessments_councilmember m WHERE m.id = d.decided_by_id"""
#: Dossiers that the council works on since they were sent back, and has not concluded again.
_SENT_BACK = """UPDATE assessments_submission s SET reopened_at = e.at FROM (
  SELECT object_id, max(at) AS at FROM assessments_event
  WHERE object_type = 'submission' AND NOT refused
    AND action IN ('send_back', 'reopen', 'open_correction') GROUP BY object_id) e
  WHERE e.object_id = s.id::text AND s.state NOT IN ('appraised', 'approved', 'published')"""


def _person(*, null: bool) -> models.Field:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=django.db.models.deletion.PROTECT, related_name="+",
        null=null, blank=null, verbose_name="decided by",
    )  # fmt: skip


class Migration(migrations.Migration):
    """Add the fields, fill them from what is there, then bind them."""

    dependencies: ClassVar = [
        ("assessments", "0003_lineage_and_disputed_rows"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations: ClassVar = [
        migrations.AddField(
            "submission", "reopened_at",
            models.DateTimeField("sent back to the council at", null=True, editable=False),
        ),
        migrations.RunSQL(_SENT_BACK, migrations.RunSQL.noop),
        migrations.AddField("councildecision", "decided_by_user", _person(null=True)),
        migrations.RunSQL(_DECIDERS.format(table="councildecision"), migrations.RunSQL.noop),
        migrations.AlterField("councildecision", "decided_by_user", _person(null=False)),
        migrations.AlterField(
            "councildecision", "decided_by",
            models.ForeignKey(
                "assessments.councilmember", django.db.models.deletion.PROTECT, null=True,
                blank=True, related_name="+", verbose_name="council seat",
            ),
        ),
        migrations.AddField(
            "adjustment", "decided_by_user",
            models.ForeignKey(
                settings.AUTH_USER_MODEL, django.db.models.deletion.PROTECT, null=True, blank=True,
                related_name="+", editable=False, verbose_name="decided by",
            ),
        ),
        migrations.RunSQL(_DECIDERS.format(table="adjustment"), migrations.RunSQL.noop),
        migrations.AlterField(
            "adjustment", "decided_by",
            models.ForeignKey(
                "assessments.councilmember", django.db.models.deletion.PROTECT, null=True,
                blank=True, related_name="+", editable=False, verbose_name="council seat",
            ),
        ),
        migrations.AddConstraint(
            "adjustment",
            models.CheckConstraint(
                name="adjustment_decided_by_somebody",
                condition=models.Q(state="proposed", decided_by_user=None)
                | ~models.Q(state="proposed") & models.Q(decided_by_user__isnull=False),
            ),
        ),
    ]  # fmt: skip
