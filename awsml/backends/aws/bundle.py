"""A code folder as one archive whose bytes depend on its content alone."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from awsml.errors import UsageError

_LEFT_OUT = frozenset(
    {".git", ".hg", ".svn", ".awsml", ".venv", "__pycache__", ".ipynb_checkpoints", ".mypy_cache"}
)
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Tree:
    """The files of a folder (or the one file), their size, and a digest of names and content."""

    root: Path
    files: tuple[Path, ...]
    size_bytes: int
    digest: str

    def name(self, file: Path) -> str:
        """A file's place in the tree, with forward slashes."""
        base = self.root if self.root.is_dir() else self.root.parent
        return file.relative_to(base).as_posix()


def read_tree(root: Path) -> Tree:
    """Names, sizes and content; the order of directory entries and times do not matter."""
    files = tuple(sorted(_files(root))) if root.is_dir() else (root,)
    tree = Tree(root, files, sum(file.stat().st_size for file in files), "")
    total = hashlib.sha256()
    for file in files:
        mode = "x" if os.access(file, os.X_OK) else "-"
        total.update(f"{tree.name(file)}\0{mode}\0{_digest(file)}\n".encode())
    return Tree(root, files, tree.size_bytes, total.hexdigest()[:32])


def write_archive(tree: Tree, archive: IO[bytes]) -> None:
    """A tar.gz without times, owners or the order of the disk."""
    with (
        gzip.GzipFile("", "wb", 6, archive, mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as tar,
    ):
        for file in tree.files:
            _add(tar, tree.name(file), file)


def _add(tar: tarfile.TarFile, name: str, file: Path) -> None:
    entry = tarfile.TarInfo(name)
    content = file.read_bytes()
    entry.size = len(content)
    entry.mode = 0o755 if os.access(file, os.X_OK) else 0o644
    tar.addfile(entry, io.BytesIO(content))


def _files(root: Path) -> Iterator[Path]:
    """Regular files, and links to files; a link to a folder would be lost without a word."""
    for folder, names, files in os.walk(root):
        names[:] = [name for name in names if name not in _LEFT_OUT]
        for name in names:
            if (Path(folder) / name).is_symlink():
                raise UsageError(
                    f"{Path(folder) / name} is a link to a folder, which is not sent to AWS",
                    hint="put the folder itself there, or move the link out of the code folder",
                    slug="code-has-linked-folder",
                )
        for name in files:
            path = Path(folder) / name
            if path.is_file() and not name.endswith(".pyc"):
                yield path


def _digest(file: Path) -> str:
    digest = hashlib.sha256()
    with file.open("rb") as content:
        while chunk := content.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
