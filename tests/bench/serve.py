"""Measure how a published page is served: by the app, and by nginx with the shipped configuration.

`python3 -m cchc run -- python -m tests.bench.serve [result.json]`: a ranking of 300 units. The app
(granian, one worker) is held against an empty view of the same server behind the same middleware;
nginx against nginx giving the same bytes as a bare file. In turns of one run, load by wrk.
Ratios hold on any machine, requests per second do not.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlsplit

import django

UNITS, ROUNDS, SECONDS, GOAL = 300, 7, 3, 0.8
PAGE = "/xep-hang/2026/SBN/"


def main(target: str = "") -> None:
    """Print the table; write it to `target` too."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cchc.settings")
    if shutil.which("wrk") is None:
        sys.exit("no wrk: install the package wrk")
    django.setup()
    from django.conf import settings
    from django.db import connection

    name = connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        with tempfile.TemporaryDirectory(prefix="cchc-bench-") as folder:
            settings.SITE_FOLDER = str(Path(folder) / "site")
            rows = _measured(Path(folder))
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)
    for row in rows:
        sys.stdout.write(
            f"{row['work']:44}{row['ours']:>9.0f}/s {row['against']:>32}{row['theirs']:>9.0f}/s"
            f"   ratio {row['ratio']:.2f} (goal {row['goal']})\n"
        )
    if target:
        Path(target).write_text(json.dumps(rows, indent=1), encoding="utf-8")


def _measured(folder: Path) -> list[dict[str, Any]]:
    from django.utils import timezone

    from assessments.models import FrozenPage
    from assessments.press import site
    from tests.deploy import serving
    from tests.factories.published import make_publication

    units = [(f"SBN-{n:03}", f"Sở Thử nghiệm số {n}") for n in range(UNITS)]
    make_publication(groups={("SBN", "Sở, ban, ngành"): units})
    site.write(timezone.now())
    bare, port = folder / "bare", serving.free_port()
    bare.mkdir()
    (bare / "page").write_bytes(bytes(FrozenPage.objects.get(path=PAGE).body))
    file = f"server {{ listen 127.0.0.1:{port}; root {bare}; default_type text/html; }}"
    (folder / "nginx").mkdir()
    with (
        app(folder) as at,
        serving.running(
            folder / "nginx", folder / "site", bare, at, tls=False, beside=file
        ) as front,
    ):
        by_app = f"http://{at}"
        return [
            _compared("ranking of 300 units, app alone", "empty view", f"{by_app}{PAGE}",
                      f"{by_app}/empty/"),
            _compared("the same, 304", "empty view", f"{by_app}{PAGE}", f"{by_app}/empty/",
                      known=True),
            _compared("the same, behind nginx", "bare file", f"http://127.0.0.1:{front.port}{PAGE}",
                      f"http://127.0.0.1:{port}/page"),
        ]  # fmt: skip


@contextmanager
def app(folder: Path, page: str = PAGE) -> Iterator[str]:
    """Run the portal in granian with one worker; yield where it listens once `page` is there."""
    from django.db import connection

    from tests.deploy import serving

    parts = urlsplit(os.environ["DATABASE_URL"])
    url = parts._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
    port = serving.free_port()
    changed = {"DATABASE_URL": url, "STORED_PAGES_SECONDS": "1", "ALLOWED_HOSTS": "*"}
    command = [
        sys.executable, "-m", "granian", "--interface", "wsgi", "tests.bench.empty:application",
        "--host", "127.0.0.1", "--port", str(port), "--workers", "1",
        "--blocking-threads", "4", "--no-ws",
    ]  # fmt: skip
    with (folder / "app.log").open("wb") as log:
        process = subprocess.Popen(command, env=os.environ | changed, stdout=log, stderr=log)
        try:
            _wait(f"http://127.0.0.1:{port}{page}", folder / "app.log")
            yield f"127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(timeout=20)


def _wait(url: str, log: Path) -> None:
    for _try in range(150):
        with suppress(OSError), urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310
            if answer.status == 200:
                return
        time.sleep(0.2)
    sys.exit(f"the app did not start: {log.read_text(encoding='utf-8')}")


def _compared(
    work: str, against: str, ours: str, theirs: str, *, known: bool = False
) -> dict[str, Any]:
    """Ask for both in turns and return the median of the ratios of each turn."""
    sent = ["-H", f"If-None-Match: {_etag(ours)}"] if known else []
    pairs = [(_load(ours, *sent), _load(theirs)) for _turn in range(ROUNDS)]
    return {
        "work": work, "ours": median(pair[0] for pair in pairs), "against": against,
        "theirs": median(pair[1] for pair in pairs), "goal": GOAL,
        "ratio": median(mine / yours for mine, yours in pairs),
    }  # fmt: skip


def _etag(url: str) -> str:
    with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 - our own server
        return str(answer.headers["ETag"])


def _load(url: str, *options: str) -> float:
    """Return the requests per second that wrk gets out of 16 connections; fail on any fault."""
    command = ["wrk", "-t1", "-c16", f"-d{SECONDS}s", "-H", "Accept-Encoding: gzip", *options, url]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in said:
        sys.exit(f"{url}: {said}")
    found = re.search(r"Requests/sec:\s+([0-9.]+)", said)
    assert found, said
    return float(found[1])


if __name__ == "__main__":
    main(*sys.argv[1:2])
