"""Object keys as safe relative paths and back.

Every key has one path and every path one key. Names are percent-encoded, a folder's name ends
in `@` (so that the keys `a` and `a/b` can both exist), a name too long for a file system is cut
into pieces that end in `+`, and an empty last name is `%`. None of those is ever a plain name.
"""

from __future__ import annotations

import re
from urllib.parse import quote, unquote

LONGEST_KEY = 1024  # bytes of UTF-8, S3's limit
FOLDER, CUT, EMPTY = "@", "+", "%"
_WIDTH = 200  # characters of one path component, below the 255 of common file systems
_BUCKET = re.compile(r"(?!\d+\.\d+\.\d+\.\d+$)[a-z0-9](?:[a-z0-9-]|\.(?!\.)){1,61}[a-z0-9]")


def is_bucket_name(name: str) -> bool:
    """S3's rules for bucket names, which also make them safe folder names."""
    return _BUCKET.fullmatch(name) is not None


def path_of(key: str) -> str:
    """The relative path of a key."""
    *folders, last = key.split("/")
    parts = [piece for folder in folders for piece in _pieces(_escaped(folder), FOLDER)]
    return "/".join([*parts, *_pieces(_escaped(last) or EMPTY, "")])


def folder_of(prefix: str) -> str:
    """The relative path of the deepest folder that holds every key of a prefix."""
    folders = prefix.split("/")[:-1]
    return "/".join(piece for folder in folders for piece in _pieces(_escaped(folder), FOLDER))


def name_of(escaped: str) -> str:
    """The part of a key that an (uncut) file or folder name stands for."""
    return "" if escaped == EMPTY else unquote(escaped, errors="strict")


def _escaped(name: str) -> str:
    return name.replace(".", "%2E") if name in (".", "..") else quote(name, safe="")


def _pieces(name: str, ending: str) -> list[str]:
    cuts = [name[start : start + _WIDTH] for start in range(0, len(name), _WIDTH)] or [""]
    return [cut + CUT for cut in cuts[:-1]] + [cuts[-1] + ending]
