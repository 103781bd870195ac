"""Why a GPU is idle, as a person reads it."""

from __future__ import annotations

from awsml.decide.training.diagnosis import Explained
from awsml.render.advice import advice_text
from awsml.render.table import indented, wrap

VERDICTS = {
    "network": "it waits for the network",
    "cpu": "it is held back by its processors",
    "io": "it waits for data",
    "gpu": "its GPU is busy: nothing starves it",
    "batch-size": "its batches are too small to fill the GPU",
    "uneven-feed": "its feed comes in bursts",
    "serialised": "its steps run one after the other",
}


def explained_text(explained: Explained, width: int = 80) -> str:
    """The verdict and its signs, what could not be tested, then the advice."""
    found = explained.diagnosis
    verdict = VERDICTS[found.verdict] if found.verdict else "not known why"
    lines = wrap(f"utilisation: {verdict}", width)
    lines += indented(f"because {found.because}", width)
    for skipped in found.skipped:
        wanted = ", ".join(name.replace("_", " ") for name in skipped.missing)
        lines += indented(f"not tested: {skipped.verdict}, without {wanted}", width)
    for problem in explained.problems:
        lines += indented(f"note: {problem}", width)
    parts = ["\n".join(lines)]
    if explained.advice:
        parts.append(advice_text(explained.advice, width))
    return "\n\n".join(parts)
