"""Messages get their clocks: the day of the last look at deadlines, the moment of queueing."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Add two columns; both are empty until the clock runs."""

    dependencies = [("assessments", "0008_council_in_the_admin")]

    operations = [
        migrations.AddField(
            "noticecursor", "reminded_on", models.DateField(null=True, verbose_name="reminded on")
        ),
        migrations.AddField(
            "digest", "queued_at", models.DateTimeField(null=True, verbose_name="queued at")
        ),
    ]
