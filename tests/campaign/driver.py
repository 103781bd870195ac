"""The campaign's side of a victim: cases to run, how they ended, and several at once."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, TypeVar

ROOT = Path(__file__).parents[2]
_KEPT = ("PATH", "LANG", "LC_ALL", "VIRTUAL_ENV")
Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(frozen=True)
class Strike:
    """What happens at a step of the viewer (awsml itself) or the supervisor (its fork).

    `how`: kill (the process), both (the viewer as well), int, term (to the viewer), jump (the
    wall clock, by `seconds`).
    """

    role: str = "viewer"
    at: int = 0  # never
    how: str = "kill"
    seconds: float = 0.0


NEVER = Strike()


@dataclass(frozen=True)
class Place:
    """A project folder of its own; everything of a try lies in it."""

    folder: Path
    more: Mapping[str, str] = field(default_factory=dict)  # variables

    @property
    def project(self) -> Path:
        return self.folder / "project"

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def temporary(self) -> Path:
        return self.folder / "tmp"

    def environ(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
        own = {"HOME": str(self.home), "TMPDIR": str(self.temporary)}
        return {**kept, **own, "PYTHONPATH": str(ROOT), "TZ": "UTC", **self.more}


@dataclass(frozen=True)
class Ended:
    """How a command line ended. `struck`: its step came."""

    code: int | None
    signal: int | None
    late: bool
    struck: bool
    steps: Mapping[str, int]
    out: str
    err: str

    @property
    def traced(self) -> bool:
        """A traceback is a defect, whatever happened."""
        return "Traceback (most recent call last)" in self.err

    @property
    def last_words(self) -> str:
        lines = [line for line in self.err.splitlines() if line.strip()]
        return lines[-1].strip()[:200] if lines else ""


class Victim:
    """One process that runs cases, one after the other."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def run(
        self,
        place: Place,
        *words: str,
        strike: Strike = NEVER,
        ahead: float = 0.0,
        skips: bool = False,
        file_bytes: int | None = None,
        deadline: float = 60.0,
    ) -> Ended:
        """`file_bytes`: no file may grow beyond that."""
        files = {name: place.folder / f"{name}-{id(self)}.txt" for name in ("out", "err")}
        case = {
            **asdict(strike),
            "strike": strike.how,
            "words": words,
            "folder": str(place.project),
            "environ": place.environ(),
            "ahead": ahead,
            "skips": skips,
            "file_bytes": file_bytes,
            "deadline": deadline,
            **{name: str(file) for name, file in files.items()},
        }
        told = self._asked(case)
        texts = {name: file.read_text(errors="replace") for name, file in files.items()}
        return Ended(**told, **texts)

    def system(self, *words: str) -> str | None:
        """Runs a command of the system where the victim lives; what it complains of."""
        told = self._asked({"system": words})
        return None if told["code"] == 0 else str(told["said"]).strip() or "failed"

    def _asked(self, case: Mapping[str, Any]) -> dict[str, Any]:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(json.dumps(case) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer


_APART = ("unshare", "--user", "--map-root-user", "--mount")


@contextmanager
def victim(*, apart: bool = False) -> Iterator[Victim]:
    """`apart`: with mounts of its own, which nobody else sees."""
    before = _APART if apart else ()
    command = [*before, sys.executable, "-m", "tests.campaign.victim"]
    pipes: Any = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, cwd=ROOT, **pipes) as process:
        yield Victim(process)
        assert process.stdin is not None
        process.stdin.close()


class Bench:
    """Some victims, and folders for their tries."""

    def __init__(self, victims: list[Victim], folder: Path) -> None:
        self.folder = folder
        self._free: queue.SimpleQueue[Victim] = queue.SimpleQueue()
        self._pool = ThreadPoolExecutor(len(victims))
        for each in victims:
            self._free.put(each)

    def __enter__(self) -> Bench:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown()

    def each(self, do: Callable[[Victim, Item], Result], items: Iterable[Item]) -> list[Result]:
        """The results in the items' order; as many at once as there are victims."""

        def with_victim(item: Item) -> Result:
            mine = self._free.get()
            try:
                return do(mine, item)
            finally:
                self._free.put(mine)

        return list(self._pool.map(with_victim, items))

    def one(self, do: Callable[[Victim], Result]) -> Result:
        return self.each(lambda mine, _: do(mine), [None])[0]

    def place(self, **variables: str) -> Place:
        place = Place(Path(tempfile.mkdtemp(dir=self.folder)), variables)
        place.project.mkdir()
        place.temporary.mkdir()
        place.home.mkdir()
        return place


@contextmanager
def bench(at_once: int = 2) -> Iterator[Bench]:
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="awsml-campaign-"))
        yield stack.enter_context(
            Bench([stack.enter_context(victim()) for _ in range(at_once)], Path(folder))
        )
