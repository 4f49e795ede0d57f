"""Cap the clocks of a year, and note the day on which old messages were last forgotten."""

import django.core.validators
from django.db import migrations, models

MOST_DAYS, MOST_ROUNDS = 60, 5


def cap(apps, schema_editor):
    """Bring down what lies above the caps; times that run already keep their own end."""
    cycles = apps.get_model("assessments", "Cycle").objects
    for name, most in (
        ("answer_days", MOST_DAYS), ("appeal_days", MOST_DAYS), ("explanation_rounds", MOST_ROUNDS)
    ):  # fmt: skip
        cycles.filter(**{f"{name}__gt": most}).update(**{name: most})


class Migration(migrations.Migration):
    """Cap the rows there are before the database holds the caps."""

    dependencies = [
        ('assessments', '0009_clocks_of_messages'),
    ]

    operations = [
        migrations.RunPython(cap, migrations.RunPython.noop),
        migrations.RemoveConstraint(
            model_name='cycle',
            name='cycle_clocks_run',
        ),
        migrations.AddField(
            model_name='noticecursor',
            name='purged_on',
            field=models.DateField(null=True, verbose_name='purged on'),
        ),
        migrations.AlterField(
            model_name='cycle',
            name='answer_days',
            field=models.PositiveSmallIntegerField(default=5, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(60)], verbose_name='working days for an explanation'),
        ),
        migrations.AlterField(
            model_name='cycle',
            name='appeal_days',
            field=models.PositiveSmallIntegerField(default=7, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(60)], verbose_name='working days for the answer to an appeal or a complaint'),
        ),
        migrations.AlterField(
            model_name='cycle',
            name='explanation_rounds',
            field=models.PositiveSmallIntegerField(default=1, help_text='How often a dossier may go to its unit for explanation before the council.', validators=[django.core.validators.MaxValueValidator(5)], verbose_name='rounds of explanation'),
        ),
        migrations.AddConstraint(
            model_name='cycle',
            constraint=models.CheckConstraint(condition=models.Q(('answer_days__range', (1, 60)), ('appeal_days__range', (1, 60)), ('explanation_rounds__lte', 5)), name='cycle_clocks_run', violation_error_message='A clock runs from 1 to 60 working days; there are at most 5 rounds.'),
        ),
    ]
