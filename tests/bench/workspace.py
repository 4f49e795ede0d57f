"""Measure the field's form and the saving of a leaf against Django's inline form.

`python3 -m cchc run -- python -m tests.bench.workspace [result.json]`: one dossier of 60 leaves
with two files each; both pages over the test client, middleware included, in turns of one run.
Ratios hold on any machine, times do not. Marks of transactions are not counted as queries.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import django

LEAVES, TURNS = 60, 15
_MARKS = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")


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
            rows = _measured()
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)
    sys.stdout.write(f"{'':34}{'ours':>12}{'inline':>12}{'ratio':>8}{'goal':>7}{'queries':>14}\n")
    for row in rows:
        sys.stdout.write(
            f"{row['work']:34}{row['ours_ms']:>9.1f} ms{row['inline_ms']:>9.1f} ms"
            f"{row['ratio']:>8.2f}{row['goal']:>7}{row['queries']:>6} of {row['inline_queries']}\n"
        )
    if target:
        Path(target).write_text(json.dumps(rows, indent=1), encoding="utf-8")


def _measured() -> list[dict[str, Any]]:
    from django.test import Client
    from django.urls import reverse

    from tests.factories.cycles import make_user

    year, dossier = _dossier()
    ours, plain = Client(), Client()
    backend = "django.contrib.auth.backends.ModelBackend"
    ours.force_login(dossier.focal, backend=backend)
    plain.force_login(make_user("Quản trị", is_superuser=True, is_staff=True), backend=backend)
    keys = {"key": year.cycle, "slug": dossier.unit.slug, "field": "1"}
    field = reverse("workspace:field", kwargs=keys)
    save = reverse("workspace:save", kwargs=keys | {"code": "1.3"})
    inline = reverse("admin:assessments_submission_change", args=[dossier.submission.pk],
                     ).replace("/admin/", "/plain/")  # fmt: skip
    sent = _inline_data(plain.get(inline))

    def saved(number: int) -> Any:
        version = dossier.score("1.3").version
        data = {"version": version, "a": 100, "b": number % 100, "note": "x"}
        return lambda: ours.post(save, data, headers={"Accept": "application/json"})

    def posted(number: int) -> Any:
        changed = sent | {"scores-2-a": "100", "scores-2-b": str(number % 100)}
        return lambda: plain.post(inline, changed)

    return [
        compared("a field of 60 leaves", 1.0, lambda _n: lambda: ours.get(field),
                  lambda _n: lambda: plain.get(inline), (200, 200)),
        compared("saving one leaf", 0.5, saved, posted, (200, 302)),
    ]  # fmt: skip


def compared(
    work: str, goal: float, ours: Callable[[int], Any], theirs: Callable[[int], Any],
    statuses: tuple[int, int],
) -> dict[str, Any]:  # fmt: skip
    """Return the medians of both acts in turns, their ratio and their numbers of queries."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    times: tuple[list[float], list[float]] = ([], [])
    counts = [0, 0]
    for turn in range(TURNS + 2):
        for place, prepare in enumerate((ours, theirs)):
            act = prepare(turn)
            if turn == 1:
                with CaptureQueriesContext(connection) as run:
                    answer = act()
                counts[place] = sum(not row["sql"].startswith(_MARKS) for row in run)
            else:
                begun = time.perf_counter()
                answer = act()
                if turn > 1:
                    times[place].append((time.perf_counter() - begun) * 1000)
            assert answer.status_code == statuses[place], answer.content[:500]
    mine, other = (median(each) for each in times)
    return {
        "work": work, "ours_ms": mine, "inline_ms": other, "ratio": mine / other, "goal": goal,
        "queries": counts[0], "inline_queries": counts[1],
    }  # fmt: skip


def _dossier() -> tuple[Any, Any]:
    from assessments.models import Document, DocumentRevision, Evidence
    from tests.factories.cycles import make_year
    from tests.factories.leaves import LEAVES as KINDS

    for number in range(6, LEAVES + 1):
        KINDS[f"1.{number}"] = KINDS["1.3"] | {"name": f"Tỷ lệ thứ {number}"}
    year = make_year()
    dossier = year.first
    for score in dossier.submission.scores.filter(criterion__field__code="1"):
        for number in range(2):
            paper = Document.objects.create(unit=dossier.unit, number=f"{score.pk}-{number}/BC")
            revision = DocumentRevision.objects.create(
                document=paper, file="x", name="a.pdf", size=1, sha256=f"{paper.pk:064}",
                content_type="application/pdf", uploaded_by=dossier.focal, uploaded_at=year.at,
            )  # fmt: skip
            Evidence.objects.create(
                score=score, revision=revision, added_by=dossier.focal, added_at=year.at
            )
    return year, dossier


def _inline_data(page: Any) -> dict[str, str]:
    form = page.context["adminform"].form
    formset = page.context["inline_admin_formsets"][0].formset
    bound = [*form, *formset.management_form, *(field for each in formset for field in each)]
    found = {}
    for field in bound:
        value = field.value()
        if value not in (None, False, ""):
            found[field.html_name] = "on" if value is True else str(getattr(value, "pk", value))
    return found


if __name__ == "__main__":
    main(*sys.argv[1:2])
