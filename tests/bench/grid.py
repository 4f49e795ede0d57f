"""Measure the appraisal grid against Django's plain changelist of the same rows.

`python3 -m cchc run -- python -m tests.bench.grid [result.json]`: one criterion over 200 units
with two files each, a third of them appraised; both pages over the test client, middleware
included, in turns of one run. Ratios hold on any machine, times do not. Marks of transactions are
not counted as queries.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

import django

UNITS, CODE = 200, "1.3"


def main(target: str = "") -> None:
    """Print the table; write it to `target` too."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cchc.settings")
    django.setup()
    from django.db import connection
    from django.test import override_settings
    from django.test.utils import setup_test_environment

    setup_test_environment()
    name = connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        with override_settings(ROOT_URLCONF="tests.bench.plain"):
            row = _measured()
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)
    sys.stdout.write(
        f"{row['work']}: {row['ours_ms']:.1f} ms, {row['queries']} queries; plain changelist"
        f" {row['inline_ms']:.1f} ms, {row['inline_queries']} queries;"
        f" ratio {row['ratio']:.2f} (goal {row['goal']})\n"
    )
    if target:
        Path(target).write_text(json.dumps([row], indent=1), encoding="utf-8")


def _measured() -> dict[str, Any]:
    from django.test import Client
    from django.urls import reverse

    from tests.bench.workspace import compared
    from tests.factories.cycles import make_user

    year = _year()
    ours, plain = Client(), Client()
    backend = "django.contrib.auth.backends.ModelBackend"
    ours.force_login(year.member, backend=backend)
    plain.force_login(make_user("Quản trị", is_superuser=True, is_staff=True), backend=backend)
    grid = reverse(
        "admin:assessments_criterionscore_grid", args=[year.criterion(CODE).pk]
    ) + "?moi-trang=200"  # fmt: skip
    listed = "/plain/assessments/criterionscore/"
    shown = ours.get(grid).context["rows"], plain.get(listed).context["cl"].result_list
    assert [len(rows) for rows in shown] == [UNITS, UNITS]
    return compared(
        f"a grid of {UNITS} units", 1.0, lambda _n: lambda: ours.get(grid),
        lambda _n: lambda: plain.get(listed), (200, 200),
    )  # fmt: skip


def _year() -> Any:
    """Make one criterion over many units: claims, files, points with reasons."""
    from assessments.models import Document, DocumentRevision, Evidence
    from tests.factories.council import appraise, make_judged_year
    from tests.factories.cycles import D

    year = make_judged_year(units=UNITS, codes=[CODE])
    for place, dossier in enumerate(year.dossiers):
        row = dossier.score(CODE)
        row.a, row.b, row.self_points = D(100), D(place % 100), D(place % 20) / 10
        row.self_trace = f"b/a = {place % 100}%, đạt mức từ 50% đến dưới 100%"
        row.save()
        for number in range(2):
            paper = Document.objects.create(unit=dossier.unit, number=f"{row.pk}-{number}/BC")
            revision = DocumentRevision.objects.create(
                document=paper, file="x", name="a.pdf", size=1, sha256=f"{paper.pk:064}",
                content_type="application/pdf", uploaded_by=dossier.focal, uploaded_at=year.at,
            )  # fmt: skip
            Evidence.objects.create(
                score=row, revision=revision, added_by=dossier.focal, added_at=year.at
            )
        if place % 3 == 0:
            appraise(year, dossier, CODE, points="1", reason="Đối chiếu số liệu hệ thống")
    return year


if __name__ == "__main__":
    main(*sys.argv[1:2])
