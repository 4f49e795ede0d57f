"""The files for the web server: switched at once, whole after any crash, the same for the same."""

import fcntl
import multiprocessing
import os
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connections
from django.utils import timezone

from assessments import press
from assessments.choices import PublicationState
from assessments.models import FrozenPage, Publication
from assessments.press import site, stored
from tests.factories.published import make_publication
from tests.public.conftest import HOUR


class Cut(Exception):
    """The power went off here."""


@pytest.fixture
def folder(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty folder that the site is written into; no earlier failure is remembered."""
    monkeypatch.setattr(site, "_failed_at", -site._PATIENCE)
    settings.SITE_FOLDER = str(tmp_path / "site")
    return tmp_path / "site"


def tree(release: Path) -> dict[str, tuple[bytes, float]]:
    return {
        str(path.relative_to(release)): (path.read_bytes(), path.stat().st_mtime)
        for path in release.rglob("*")
        if path.is_file()
    }


def test_writing_twice_gives_one_release(db: None, folder: Path) -> None:
    make_publication()
    first = site.write(timezone.now())
    content = tree(first)
    assert site.write(timezone.now() + HOUR, anew=True) == first
    assert tree(first) == content
    assert [path.name for path in (folder / "releases").iterdir()] == [first.name]
    assert os.readlink(folder / "current") == f"releases/{first.name}"


def test_unchanged_files_keep_their_time_in_the_next_release(db: None, folder: Path) -> None:
    make_publication()
    first = tree(site.write(timezone.now()))
    make_publication(year=2027)
    second = tree(site.write(timezone.now()))
    pages = {name: kept for name, kept in first.items() if name.startswith("pages/")}
    assert pages
    assert {name: second[name] for name in pages} == pages


def test_release_is_readable_by_the_group_and_nobody_else(db: None, folder: Path) -> None:
    make_publication()
    release = site.write(timezone.now())
    modes = {path.stat().st_mode & 0o777 for path in [release, *release.rglob("*")]}
    assert modes == {0o750, 0o640}


STEPS = ("_fill", "_settle", "_switch", "_prune", "_down_page", "_write")


@pytest.mark.parametrize("step", STEPS)
def test_crash_leaves_the_old_site_or_the_new_one(
    db: None, folder: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    make_publication()
    old = site.write(timezone.now())
    content = tree(old)
    make_publication(year=2027)

    def cut(*args: Any) -> None:
        raise Cut

    with monkeypatch.context() as patch:
        patch.setattr(site, step, cut)
        patch.setattr(site.shutil, "rmtree", lambda *args, **options: None)  # a dead process
        with pytest.raises(Cut):
            site.write(timezone.now())
    current = (folder / "current").resolve()
    assert (current == old) == (step != "_prune")
    assert tree(old) == content
    new = site.write(timezone.now())
    assert (folder / "current").resolve() == new != old
    assert {path.name for path in (folder / "releases").iterdir()} == {old.name, new.name}


def test_link_left_by_a_crash_is_no_hindrance(db: None, folder: Path) -> None:
    make_publication()
    folder.mkdir()
    (folder / ".next").symlink_to("releases/none")
    release = site.write(timezone.now())
    assert (folder / "current").resolve() == release


def test_late_writer_does_not_take_back_what_is_public(db: None, folder: Path) -> None:
    early = timezone.now() - 2 * HOUR
    make_publication(at=early - HOUR)
    later = make_publication(year=2027)
    newest = site.write(timezone.now())
    assert site.write(early) == newest
    assert site.covers(later)


def test_withdrawn_figures_leave_the_disk_and_the_next_take_their_address(
    db: None, folder: Path
) -> None:
    gone = make_publication(at=timezone.now() + HOUR)
    site.write(timezone.now() + 2 * HOUR)  # its moment came while the withdrawal was being stored
    assert site.covers(gone)
    Publication.objects.filter(pk=gone.pk).update(state=PublicationState.WITHDRAWN)
    site.update(timezone.now())
    pages = folder / "current" / "pages"
    assert not pages.exists()
    new = make_publication(seed=2)
    site.update(timezone.now())
    body = new.pages.get(path="/du-lieu-mo/2026.json").body
    assert (pages / "du-lieu-mo/2026.json.gz").read_bytes() == bytes(body)


def test_reader_does_not_wait_long_for_another_who_writes(
    db: None, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(site, "_READER_WAITS", 0.1)
    make_publication()
    folder.mkdir()
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        site._try(timezone.now())
        with pytest.raises(BlockingIOError):
            site.write(timezone.now(), wait=0)
    assert not (folder / "current").exists()
    site._try(timezone.now())  # a writer at work is no failure to be patient about
    assert (folder / "current").exists()


def test_damaged_release_is_replaced_by_a_repair(db: None, folder: Path) -> None:
    make_publication()
    first = site.write(timezone.now())
    content = tree(first)
    page = first / "pages/xep-hang/2026/SBN/index.html.gz"
    page.write_bytes(b"torn")
    call_command("write_site")
    repaired = (folder / "current").resolve()
    assert repaired != first
    assert tree(repaired) == content


def test_last_releases_are_kept(db: None, folder: Path) -> None:
    made = []
    for year in range(2020, 2026):
        make_publication(year=year)
        made.append(site.write(timezone.now()))
        os.utime(made[-1], (year, year))
    assert set((folder / "releases").iterdir()) == set(made[-site.KEPT :])


@pytest.mark.parametrize(
    ("path", "content_type", "name"),
    [
        ("/xep-hang/2026/SBN/", stored.HTML, "xep-hang/2026/SBN/index.html.gz"),
        ("/xep-hang/2026/Sở/", stored.HTML, "xep-hang/2026/Sở/index.html.gz"),
        ("/du-lieu-mo/2026.json", stored.JSON, "du-lieu-mo/2026.json.gz"),
        ("/xep-hang/2026/../", stored.HTML, None),
        ("/xep-hang//SBN/", stored.HTML, None),
        ("/xep-hang/./SBN/", stored.HTML, None),
        ("/xep-hang/a\0b/", stored.HTML, None),
        ("/xep-hang/SBN", stored.HTML, None),
        ("/du-lieu-mo/", stored.CSV, None),
        ("du-lieu-mo/2026.csv", stored.CSV, None),
        (f"/xep-hang/{'ở' * 90}/", stored.HTML, None),
    ],
)
def test_address_that_makes_no_plain_path_is_left_to_the_app(
    path: str, content_type: str, name: str | None
) -> None:
    assert site._name(FrozenPage(path=path, content_type=content_type)) == name


def test_folder_that_cannot_be_written_keeps_nobody_from_reading(
    db: None, folder: Path, client: Any, django_capture_on_commit_callbacks: Any
) -> None:
    make_publication()
    folder.parent.joinpath("site").write_text("no folder")
    with django_capture_on_commit_callbacks(execute=True):
        assert client.get("/xep-hang/2026/SBN/").status_code == 200
        assert client.get("/").status_code == 200
    with pytest.raises(CommandError):
        call_command("write_site")
    with pytest.raises(CommandError, match="site"):
        call_command("tick")


def test_without_folder_nothing_is_written(db: None, settings: Any) -> None:
    settings.SITE_FOLDER = ""
    assert site.covers(make_publication())
    press.ring(timezone.now())
    with pytest.raises(CommandError):
        call_command("write_site")


def _write_in_a_process(folder: str, ready: Any) -> None:
    from django.conf import settings

    connections.close_all()
    settings.SITE_FOLDER = folder
    ready.wait(30)
    for _turn in range(3):
        site.write(timezone.now(), anew=True)
    connections.close_all()


@pytest.mark.django_db(transaction=True)
def test_two_processes_at_once_leave_one_whole_site(folder: Path) -> None:
    make_publication()
    make_publication(year=2027)
    connections.close_all()
    way = multiprocessing.get_context("fork")
    ready = way.Event()
    writers = [
        way.Process(target=_write_in_a_process, args=(str(folder), ready)) for _number in range(2)
    ]
    for writer in writers:
        writer.start()
    ready.set()
    for writer in writers:
        writer.join(60)
    assert [writer.exitcode for writer in writers] == [0, 0]
    releases = list((folder / "releases").iterdir())
    assert releases == [(folder / "current").resolve()]
    assert site._digest(releases[0]) == releases[0].name
