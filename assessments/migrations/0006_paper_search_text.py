"""Fill the text by which papers of the libraries are found."""

from typing import Any, ClassVar

from django.db import migrations

from cchc.kit.text import fold, unaccent


def fill(apps: Any, _schema_editor: Any) -> None:
    """Compute the text of every paper that has none."""
    for paper in apps.get_model("assessments", "Document").objects.filter(search_text=""):
        paper.search_text = unaccent(fold(f"{paper.number} {paper.issuer} {paper.abstract}"))
        paper.save(update_fields=["search_text"])


class Migration(migrations.Migration):
    """Data only; backwards there is nothing to undo."""

    dependencies: ClassVar = [("assessments", "0005_unit_workspace")]
    operations: ClassVar = [migrations.RunPython(fill, migrations.RunPython.noop)]
