"""GPU cards: memory, rate, power, and what can connect two of them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from awsml.catalog.tables import current


@dataclass(frozen=True, slots=True)
class Card:
    """One model of card. `peer` is whether drivers let cards read each other's memory over PCIe,
    None where hosts differ; `nvlink` is none, bridge (pairs), mesh or nvswitch (soldered boards),
    with the sum of both directions in GB/s. `tflops16` is dense 16-bit with 32-bit sums;
    `memory_gbs` is what the card reads of its memory in GB/s."""

    name: str
    memory_gib: float
    tflops16: float
    watts: float
    peer: bool | None
    nvlink: str
    nvlink_gbs: float
    memory_gbs: float
    source: str

    def takes(self, part: str) -> bool:
        """Whether an NVLink bridge or an NVSwitch connects such cards."""
        wanted = _squeezed(part)
        if "nvswitch" in wanted:
            return self.nvlink == "nvswitch"
        return self.nvlink != "none" if "nvlink" in wanted else True


def card(name: str) -> Card | None:
    """By the name people write: `GeForce RTX 3090 24GB` is the RTX 3090."""
    rows = current().table("cards")
    known = sorted((key for (key,) in rows), key=len, reverse=True)
    wanted = _squeezed(name)
    found = next((key for key in known if _squeezed(key) in wanted), None)
    if found is None:
        return None
    row = rows[(found,)]
    return Card(
        name=found,
        memory_gib=float(row["memory_gib"]),
        tflops16=float(row["tflops16"]),
        watts=float(row["watts"]),
        peer=None if row["peer"] == "" else row["peer"] == "1",
        nvlink=row["nvlink"],
        nvlink_gbs=float(row["nvlink_gbs"]),
        memory_gbs=float(row["memory_gbs"]),
        source=current().source(row["source"])["title"],
    )


def card_names() -> list[str]:
    """Every card that is known."""
    return sorted(key for (key,) in current().table("cards"))


def _squeezed(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())
