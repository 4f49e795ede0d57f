"""The environment variables Django gets from the launcher (cchc/settings.py reads them)."""

import secrets
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from cchc.launcher.folders import PROJECT


def base(environ: Mapping[str, str], venv: Path, url: str) -> dict[str, str]:
    """Return what every command runs with: the environment's tools first, the project's settings.

    Nothing of another Python or another PostgreSQL leaks in: libpq would read PGOPTIONS and kin.
    """
    foreign = ("PYTHONHOME", "PYTHONPATH", "PYTHONSTARTUP")
    kept = {name: value for name, value in environ.items() if name not in foreign}
    if not environ.get("DATABASE_URL"):
        kept = {name: value for name, value in kept.items() if not name.startswith("PG")}
    return kept | {
        "PATH": f"{venv / 'bin'}:{environ.get('PATH', '/usr/bin:/bin')}",
        "VIRTUAL_ENV": str(venv),
        "PYTHONPATH": str(PROJECT),
        "PYTHONUTF8": "1",
        "PYTHONUNBUFFERED": "1",
        "DJANGO_SETTINGS_MODULE": "cchc.settings",
        "DATABASE_URL": url,
    }


def for_demo(state: Path, port: int) -> dict[str, str]:
    """Return the demo's own settings; its secret is made once and stays in the state folder."""
    return {
        "SECRET_KEY": _kept_secret(state / "secret"),
        "DEMO": "1",
        "DEBUG": "0",
        "ALLOWED_HOSTS": "127.0.0.1,localhost",
        "SITE_URL": f"http://127.0.0.1:{port}",
        "MEDIA_ROOT": str(state / "media"),
        "STATIC_ROOT": str(state / "static"),
        # Letters of the demo leave for nowhere: they are files to look at.
        "EMAIL_URL": f"filemail:///{quote(str(mail_folder(state)))}",
    }


def mail_folder(state: Path) -> Path:
    """Return where the demo puts its letters."""
    return state / "mail"


def for_tests(folder: Path) -> dict[str, str]:
    """Return the settings of tests and tools: plain HTTP like the demo, files below `folder`."""
    return {
        "SECRET_KEY": "only-for-tests-" + "0123456789" * 4,
        "DEMO": "1",
        "DEBUG": "0",
        "ALLOWED_HOSTS": "testserver,127.0.0.1,localhost",
        "SITE_URL": "http://testserver",
        # Tests change what is public and ask at once.
        "STORED_PAGES_SECONDS": "0",
        "MEDIA_ROOT": str(folder / "media"),
        "STATIC_ROOT": str(folder / "static"),
    }


def _kept_secret(path: Path) -> str:
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(50))
    return path.read_text().strip()
