"""Runs the robustness campaign and writes docs/robustness.md.

python tools/robustness.py                    all of it, about a quarter of an hour on two cores
python tools/robustness.py --part kills_aws   one part again; the page keeps the others
python tools/robustness.py --share 0.1        a tenth of the tries, to stdout
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.campaign.driver import Bench, bench  # noqa: E402
from tests.campaign.figures import Figure  # noqa: E402
from tests.campaign.page import Part, page  # noqa: E402

_AT_ONCE = 4  # a try mostly waits
PAGE = ROOT / "docs" / "robustness.md"
KEPT = ROOT / "docs" / "robustness.json"
PARTS = {
    "kills_here": "Killed on this machine (`kill -9`)",
    "kills_aws": "Killed while it speaks to AWS (`kill -9`)",
    "deploys_aws": "Killed while it deploys to AWS (`kill -9`)",
    "faults": "Faults of AWS",
    "starved": "No room, no right to write",
    "clocks": "The clock is set",
    "together": "Two at once",
    "signals": "Interrupted",
    "streams": "Standard streams",
    "fuzz": "Nonsense to read",
}


def main() -> int:
    """Exit code 1 where anything failed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--part", choices=PARTS, action="append")
    parser.add_argument("--share", type=float, default=1.0, help="of the tries")
    asked = parser.parse_args()
    whole = asked.share == 1.0
    kept = json.loads(KEPT.read_text()) if whole and KEPT.exists() else {}
    failed = False
    with bench(_AT_ONCE) as victims:
        for name in asked.part or PARTS:
            figures = _figures(name, victims, asked.share)
            failed = failed or any(one.failures for one in figures)
            kept[name] = Part(PARTS[name], time.strftime("%Y-%m-%d"), figures).as_json()
            text = page([Part.from_json(kept[each]) for each in PARTS if each in kept])
            if whole:  # at once, so that nothing is lost of a campaign that is broken off
                KEPT.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
                PAGE.write_text(text, encoding="utf-8")
    if not whole:
        print(text)
    return int(failed)


def _figures(name: str, victims: Bench, share: float) -> list[Figure]:
    """One part, told of as it comes."""
    found = []
    for one in importlib.import_module(f"tests.campaign.{name}").figures(victims, share):
        print(f"{one.tries:6,} tries, {len(one.failures)} failed: {one.what}", file=sys.stderr)
        for failure in one.failures:
            print(f"        {failure}", file=sys.stderr)
        found.append(one)
    return found


if __name__ == "__main__":
    sys.exit(main())
