"""A disk that is full, files that may not grow, folders that cannot be written to."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack

from tests.campaign.driver import Bench, Ended, Place, Victim, victim
from tests.campaign.figures import Figure, figure
from tests.campaign.leftovers import left_behind
from tests.campaign.projects import BATCH, ENDPOINT, HPO, TRAIN, Work

_ENDING_SECONDS = 20.0
_WORKS = (TRAIN, HPO, BATCH)
_DISK_KB = (8, 24, 48, 96, 128, 160, 224, 320)
_FILE_KB = (4, 8, 16, 32, 48, 64, 96)
_READING = (("plan",), ("validate", "."), ("runs",), ("status", "last"), ("logs", "last"))
_CHECKED = (
    "no traceback, and what failed says why; with room again the store is whole, and `--resume` or "
    "the command again ends well; nothing is left"
)


def figures(bench: Bench, share: float = 1.0) -> Iterator[Figure]:
    every = max(1, round(1 / share))
    yield _small_files(bench, _FILE_KB[::every])
    if not _may_mount():
        return
    with ExitStack() as stack:
        victims = [stack.enter_context(victim(apart=True)) for _ in range(2)]
        apart = stack.enter_context(Bench(victims, bench.folder))
        yield _full_disk(apart, _DISK_KB[::every])
        yield _read_only(apart)


def _may_mount() -> bool:
    """Whether this user may have mounts of its own."""
    tried = subprocess.run(["unshare", "-Urm", "true"], capture_output=True, check=False)
    return tried.returncode == 0


def _full_disk(bench: Bench, sizes: Sequence[int]) -> Figure:
    def attempt(mine: Victim, case: tuple[Work, int]) -> list[str]:
        work, size = case
        place = bench.place()
        work.put(place)
        state = place.project / ".awsml"
        state.mkdir()
        state.chmod(0o700)
        options = f"size={size}k,mode=700"
        if trouble := mine.system("mount", "-t", "tmpfs", "-o", options, "none", str(state)):
            return [f"the campaign cannot mount: {trouble}"]
        found = _starved(mine.run(place, *work.words))
        mine.system("mount", "-o", "remount,size=64m", str(state))
        found += _again(mine, place, work)
        mine.system("umount", "-l", str(state))
        found += left_behind(place)
        return [f"{work.name} with {size} KB", *found] if found else []

    cases = [(work, size) for work in _WORKS for size in sizes]
    told = f"The disk is full after {sizes[0]} to {sizes[-1]} KB, during train, hpo, batch submit"
    return figure(told, _CHECKED, bench.each(attempt, cases))


def _small_files(bench: Bench, sizes: Sequence[int]) -> Figure:
    def attempt(mine: Victim, case: tuple[Work, int]) -> list[str]:
        work, size = case
        place = bench.place()
        work.put(place)
        found = _starved(mine.run(place, *work.words, file_bytes=size * 1024))
        found += [*_again(mine, place, work), *left_behind(place)]
        return [f"{work.name} with files of {size} KB", *found] if found else []

    cases = [(work, size) for work in _WORKS for size in sizes]
    told = f"No file may grow beyond {sizes[0]} to {sizes[-1]} KB, during train, hpo, batch submit"
    return figure(told, _CHECKED, bench.each(attempt, cases))


def _starved(ended: Ended) -> list[str]:
    if ended.traced or ended.late:
        return [f"{'a traceback' if ended.traced else 'no end'}: {ended.last_words}"]
    told = ended.code == 0 or "error[" in ended.err or "Failed" in ended.err
    return [] if told else [f"ended with {ended.code} and no reason: {ended.last_words}"]


def _again(mine: Victim, place: Place, work: Work) -> list[str]:
    """With room: resumed where there is something to resume, else once more."""
    assert work.resume is not None
    resumed = mine.run(place, *work.resume)
    end = time.monotonic() + _ENDING_SECONDS
    while "is running" in resumed.err and time.monotonic() < end:  # it is still ending
        time.sleep(0.2)
        resumed = mine.run(place, *work.resume)
    nothing = ("no-such-run", "nothing-to-resume")
    if any(f"error[{slug}]" in resumed.err for slug in nothing):
        resumed = mine.run(place, *work.words)
    if resumed.code != 0 or resumed.traced:
        return [f"going on ended with {resumed.code}: {resumed.last_words}"]
    shown = mine.run(place, "status", "last")
    return [] if shown.code == 0 else [f"status: {shown.last_words}"]


def _read_only(bench: Bench) -> Figure:
    """Commands that only read work; those that write say what they could not."""

    def attempt(mine: Victim, case: tuple[Work, str, tuple[str, ...]]) -> list[str]:
        work, what, words = case
        place = bench.place()
        work.put(place)
        if what != "a project without runs":
            mine.run(place, *work.words)
        folder = str(place.home if what == "the home folder" else place.project)
        mine.system("mount", "--bind", folder, folder)
        mine.system("mount", "-o", "remount,bind,ro", folder)
        ended = mine.run(place, *words)
        mine.system("umount", "-l", folder)
        found = _starved(ended)
        if words in _READING and ended.code != 0 and what != "a project without runs":
            found.append(f"reading ended with {ended.code}: {ended.last_words}")
        if work is ENDPOINT:
            mine.run(place, "endpoint", "delete", "demo")
        found += left_behind(place)
        return [f"{what}: {' '.join(words)}", *found] if found else []

    places = ("a project without runs", "a project with runs", "the home folder")
    cases = [
        (work, what, words)
        for work in (*_WORKS, ENDPOINT)
        for what in places
        for words in (work.words, *(_READING if work is TRAIN else ()))
    ]
    checked = "no traceback; what only reads works; what writes says what it could not write"
    return figure(
        "The project or the home folder is read-only", checked, bench.each(attempt, cases)
    )
