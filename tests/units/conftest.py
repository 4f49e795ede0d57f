"""What the tests of units share: a superuser's client, tables as files."""

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.test import Client
from django.utils import translation

from tests.factories.english import english_site
from tests.factories.units import make_user


@pytest.fixture(scope="module", autouse=True)
def _english_site() -> Iterator[None]:
    with english_site():
        yield


@pytest.fixture(autouse=True)
def _in_english(_english_site: None) -> Iterator[None]:
    """Read messages as they are written in the code, whatever the catalogue says."""
    with translation.override("en"):
        yield


@pytest.fixture
def admin_client(db: Any, settings: Any, tmp_path: Path) -> Client:
    """Return the client of a superuser; its files go to a folder of the test."""
    settings.MEDIA_ROOT = str(tmp_path)
    user = make_user("root", is_superuser=True, is_staff=True)
    client = Client()
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return client


def workbook(*rows: list[Any]) -> bytes:
    """Return an XLSX file with these rows."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


Upload = Callable[..., Any]


@pytest.fixture
def upload(admin_client: Client) -> Upload:
    """Send a file to an import page and return the answer."""

    def send(model: str, content: bytes, name: str = "bang.xlsx", client: Any = None) -> Any:
        file = io.BytesIO(content)
        file.name = name
        return (client or admin_client).post(
            f"/admin/units/{model}/import/", {"import_file": file, "resource": "0"}
        )

    return send


@pytest.fixture
def confirm(admin_client: Client) -> Upload:
    """Confirm the preview in an answer."""

    def send(model: str, answer: Any) -> Any:
        data = answer.context["confirm_form"].initial
        return admin_client.post(f"/admin/units/{model}/process_import/", data, follow=True)

    return send
