"""Whom PostgreSQL runs as when we are root, and what that user can reach."""

import os
import pwd
import shutil
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from cchc.launcher.console import Refusal


@dataclass(frozen=True)
class Servant:
    """The unprivileged user a root launcher lends PostgreSQL to; root itself is refused by it."""

    uid: int
    gid: int

    def reaches(self, folder: Path) -> bool:
        """Tell whether the user can walk down to this folder and into it."""
        return all(self._may(one, stat.S_IXUSR) for one in (folder, *folder.parents))

    def reads(self, tree: Path) -> bool:
        """Tell whether the user can reach the folder and read all that is below it."""
        return self.reaches(tree) and all(self._may(one, stat.S_IRUSR) for one in tree.rglob("*"))

    def _may(self, path: Path, right: int) -> bool:
        found = path.stat()
        if found.st_uid == self.uid:
            return bool(found.st_mode & right)
        if found.st_gid == self.gid:
            return bool(found.st_mode & right >> 3)
        return bool(found.st_mode & right >> 6)


def servant(data: Path | None = None) -> Servant | None:
    """Choose the user PostgreSQL runs as: None (ourselves) unless we are root.

    A cluster that exists keeps its owner. Raises Refusal when root finds neither the user
    postgres nor nobody.
    """
    if os.geteuid() != 0:
        return None
    if data is not None and data.exists() and data.stat().st_uid != 0:
        return Servant(data.stat().st_uid, data.stat().st_gid)
    for name in ("postgres", "nobody"):
        try:
            found = pwd.getpwnam(name)
        except KeyError:
            continue
        return Servant(found.pw_uid, found.pw_gid)
    raise Refusal("không tìm thấy người dùng postgres hay nobody để chạy PostgreSQL thay cho root.")


def make_folder(path: Path, owner: Servant | None) -> Path:
    """Make an empty folder only its owner can enter."""
    path.mkdir(mode=0o700, parents=True)
    if owner is not None:
        os.chown(path, owner.uid, owner.gid)
    return path


def copy_for_others(base: Path, names: Iterable[str], copy: Path) -> Path:
    """Copy folders of `base` once, names kept, for every user to read; return the copy."""
    if copy.exists():
        return copy
    unfinished = copy.with_name(copy.name + ".new")
    shutil.rmtree(unfinished, ignore_errors=True)
    for name in names:
        shutil.copytree(base / name, unfinished / name, symlinks=True)
    for path in (unfinished, *unfinished.rglob("*")):
        if not path.is_symlink():
            runs = path.is_dir() or path.stat().st_mode & stat.S_IXUSR
            path.chmod(0o755 if runs else 0o644)
    unfinished.rename(copy)
    return copy
