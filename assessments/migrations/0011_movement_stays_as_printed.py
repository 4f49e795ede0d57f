"""Let a publication name the one of the year before that it was printed with."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('assessments', '0010_caps_of_clocks'),
    ]

    operations = [
        migrations.AddField(
            model_name='publication',
            name='compared_with',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='assessments.publication', verbose_name='compared with'),
        ),
    ]
