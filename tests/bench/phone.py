"""Measure how a ranking of 168 units opens on a slow phone.

`python3 -m cchc run -- python -m tests.bench.phone [result.json]`: Chromium of 360 px, processor
slowed four times, behind a network of 1.6 Mbit/s with 150 ms of delay (a slow 4G); the portal in
granian with one worker, static files and pages compressed, nothing in the browser's cache.
"""

import json
import os
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

import django

UNITS, TURNS, SLOWER = 168, 5, 4
NETWORK = {
    "offline": False, "latency": 150, "downloadThroughput": 1_600_000 / 8,
    "uploadThroughput": 750_000 / 8,
}  # fmt: skip
#: Milliseconds to the first paint and until it can be used, shift, bytes with all its style.
GOALS = {"painted_ms": 1000, "usable_ms": 1000, "shift": 0, "bytes": 60_000}
PAGE = "/xep-hang/2026/PX/"
_WATCH = """
window.shift = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) window.shift += entry.value;
}).observe({type: 'layout-shift', buffered: true});
"""
#: It can be used once it is painted and read to its end: it wants no script for that.
_READ = """() => {
  const painted = performance.getEntriesByName('first-contentful-paint')[0].startTime;
  const read = performance.getEntriesByType('navigation')[0].domInteractive;
  return {painted_ms: painted, usable_ms: Math.max(painted, read), shift: window.shift};
}"""


def main(target: str = "") -> None:
    """Print the table; write it to `target` too."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cchc.settings")
    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from tests.bench.serve import app
    from tests.factories.published import make_publication

    name = connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        units = [(f"PX-{n:03}", f"Phường Thử nghiệm số {n}") for n in range(UNITS)]
        make_publication(groups={("PX", "Phường, xã, đặc khu"): units})
        call_command("collectstatic", interactive=False, verbosity=0)
        with (
            tempfile.TemporaryDirectory(prefix="cchc-bench-") as folder,
            app(Path(folder), PAGE) as at,
        ):
            row = _measured(f"http://{at}{PAGE}")
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)
    for key, goal in GOALS.items():
        sys.stdout.write(f"{key:12}{row[key]:>12.3f}   (goal {goal})\n")
    if target:
        Path(target).write_text(json.dumps(row, indent=1), encoding="utf-8")


def _measured(url: str) -> dict[str, Any]:
    from tests.browser import chromium

    executable = chromium.find()
    if executable is None:
        sys.exit("no Chromium: set CHROMIUM or install one")
    with chromium.running(executable) as browser:
        turns = [_opened(browser, url) for _turn in range(TURNS)]
    return {key: median(turn[key] for turn in turns) for key in GOALS}


def _opened(browser: Any, url: str) -> dict[str, Any]:
    """Open the page once in a fresh profile and scroll it, as somebody who looks for a unit."""
    context = browser.new_context(
        viewport={"width": 360, "height": 780}, is_mobile=True, has_touch=True, locale="vi-VN"
    )
    page = context.new_page()
    wire = context.new_cdp_session(page)
    received: list[float] = []
    wire.on("Network.loadingFinished", lambda event: received.append(event["encodedDataLength"]))
    wire.send("Network.enable")
    wire.send("Network.emulateNetworkConditions", NETWORK)
    wire.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    page.add_init_script(_WATCH)
    page.goto(url, wait_until="load")
    page.mouse.wheel(0, 3000)
    page.wait_for_timeout(1500)
    found: dict[str, Any] = page.evaluate(_READ)
    context.close()
    return found | {"bytes": sum(received)}


if __name__ == "__main__":
    main(*sys.argv[1:2])
