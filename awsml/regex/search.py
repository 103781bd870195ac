"""What an expression finds in a text, in bounded time."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from awsml.regex import searcher
from awsml.regex.repeats import repeats

LONGEST_TEXT = 8_192  # characters searched of each text
SECONDS = 1.0  # of CPU for each text


class RanAway(Exception):
    """The expression took longer for one text than it may."""


class Search:
    """One expression. Python's `re` cannot be interrupted, so one that might take for ever (few
    do) works in a process of its own, which the system ends when its seconds are used up."""

    def __init__(self, regex: str, seconds: float = SECONDS) -> None:
        self._pattern = re.compile(regex)
        self._regex, self._seconds = regex, seconds
        self._apart = bool(repeats(regex))
        self._process: subprocess.Popen[str] | None = None

    def values(self, text: str) -> Sequence[str | None]:
        """The first group of each match, or the whole match where there is no group."""
        text = text[:LONGEST_TEXT]
        return self._asked(text) if self._apart else searcher.values(self._pattern, text)

    def close(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None
    ) -> None:
        self.close()

    def _asked(self, text: str) -> Sequence[str | None]:
        process = self._process = self._process or self._started()
        assert process.stdin is not None and process.stdout is not None
        try:
            process.stdin.write(json.dumps(text) + "\n")
            process.stdin.flush()
            answer = process.stdout.readline()
        except BrokenPipeError:
            answer = ""
        if not answer:
            self.close()
            raise RanAway
        found: list[str | None] = json.loads(answer)
        return found

    def _started(self) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-I", "-S", str(Path(searcher.__file__))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            encoding="utf-8",
        )
        assert process.stdin is not None
        process.stdin.write(json.dumps([self._regex, self._seconds]) + "\n")
        return process
