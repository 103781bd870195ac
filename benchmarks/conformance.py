"""How many known rejections are caught, and how many accepted requests are called wrong.

python benchmarks/conformance.py

What the other tools catch was measured by `python -m tools.conformance --measure` and is stored
beside the requests, with the versions.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

from promise import Promise, told

from awsml.catalog.tables import BUNDLED
from awsml.finding import Level

sys.path.insert(0, str(Path(__file__).parent.parent))
from tools.conformance import OTHERS, TOOLS, findings, verdict
from tools.known_requests import rejections, valid_requests

LEAST_KNOWN, LEAST_VALID = 120, 90
MOST_CATALOGUE_KB = 400


def promises(quick: bool) -> Iterator[Promise]:
    del quick  # half a second
    known, valid = rejections(), valid_requests()
    stored = json.loads(OTHERS.read_text(encoding="utf-8"))
    caught = sum(verdict(one)[0] == "caught" for one in known)
    by_tool = {t: sum(bool(row.get(t)) for row in stored["rows"].values()) for t in TOOLS}
    best = max(by_tool, key=lambda tool: by_tool[tool])
    used = "botocore's model used to the full" if best == "full model" else best
    what = f"of {len(known)} requests that AWS is known to refuse, caught"
    beside = f"{used}, of {len(stored['rows'])} it was asked"
    yield Promise(what, caught, LEAST_KNOWN, "", True, beside, by_tool[best])
    wrong = sum(any(f.level is Level.ERROR for f in findings(one)) for one in valid)
    yield Promise(f"of {len(valid)} published requests, called wrong", wrong, 0)
    yield Promise("published requests that this is tried on", len(valid), LEAST_VALID, "", True)
    size = sum(path.stat().st_size for path in BUNDLED.iterdir() if path.is_file()) / 1000
    yield Promise("catalogue, installed", size, MOST_CATALOGUE_KB, "KB")


if __name__ == "__main__":
    sys.exit(told(promises(quick=False)))
