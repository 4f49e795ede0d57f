"""Who may import whom, and migrations that say what the models say."""

import os

import pytest
from django.core.management import call_command
from importlinter.cli import lint_imports

from tests.house.tree import ROOT


def test_import_contracts_are_kept(capsys, monkeypatch) -> None:
    monkeypatch.chdir(ROOT)
    broken = lint_imports(config_filename=os.fspath(ROOT / "pyproject.toml"), no_cache=True)
    assert broken == 0, capsys.readouterr().out


@pytest.mark.django_db
def test_migrations_say_what_the_models_say() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)
