"""Let codes of groups be what addresses and names of files can hold."""

import cchc.kit.models
import django.core.validators
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('units', '0001_initial'),
    ]

    operations = [
        migrations.AlterField(
            model_name='unitgroup',
            name='code',
            field=cchc.kit.models.LineField(max_length=12, unique=True, validators=[django.core.validators.RegexValidator('^[A-Z][A-Z0-9]*$', "A group's code is made of capital letters A to Z and digits, the first a letter.")], verbose_name='code'),
        ),
    ]
