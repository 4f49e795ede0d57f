"""Files that the web server hands out can be read by it."""

from pathlib import Path
from typing import Any

from django.core.management import call_command


def test_collected_files_are_for_every_reader_of_the_machine(settings: Any, tmp_path: Path) -> None:
    settings.STATIC_ROOT = str(tmp_path)
    call_command("collectstatic", interactive=False, verbosity=0)
    style = tmp_path / "cchc" / "tokens.css"
    assert style.stat().st_mode & 0o777 == 0o644
