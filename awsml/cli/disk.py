"""This machine's files, as checks may ask about them."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from itertools import islice

from awsml.kinds.presence import Sort

_MOST_NAMES = 2_000  # what lies in a folder is only wanted for a hint


class ThisDisk:
    """The contract of awsml.kinds.presence.Disk for the machine that this is."""

    def sort(self, path: str) -> Sort:
        try:
            mode = os.stat(path).st_mode
        except PermissionError:
            return Sort.HIDDEN
        except (OSError, ValueError):  # a path with a NUL is none
            return Sort.NOTHING
        return Sort.FOLDER if stat.S_ISDIR(mode) else Sort.FILE

    def readable(self, path: str) -> bool:
        return os.access(path, os.R_OK | (os.X_OK if os.path.isdir(path) else 0))

    def names(self, folder: str) -> Sequence[str]:
        try:
            with os.scandir(folder) as entries:
                return [entry.name for entry in islice(entries, _MOST_NAMES)]
        except OSError:
            return []

    def holds_files(self, folder: str) -> bool:
        """Depth first, and no further than to the first; what may not be listed may hold some."""
        try:
            with os.scandir(folder) as entries:
                below = []
                for entry in entries:
                    if entry.is_symlink() or not entry.is_dir():
                        return True
                    below.append(entry.path)
        except OSError:
            return True
        return any(map(self.holds_files, below))
