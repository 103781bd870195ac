"""A process that searches texts for one expression: a line of JSON in, a line out. Each text has
so many seconds of CPU; then the system ends the process, whatever `re` is doing."""

from __future__ import annotations

import json
import re
import signal
import sys


def values(pattern: re.Pattern[str], text: str) -> list[str | None]:
    group = 1 if pattern.groups else 0
    return [match.group(group) for match in pattern.finditer(text)]


def main() -> None:
    signal.signal(signal.SIGVTALRM, signal.SIG_DFL)
    regex, seconds = json.loads(sys.stdin.readline())
    pattern = re.compile(regex)
    for line in sys.stdin:
        signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
        found = values(pattern, json.loads(line))
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        print(json.dumps(found), flush=True)


if __name__ == "__main__":
    main()
