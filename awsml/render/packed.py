"""What packing made of a dataset."""

from __future__ import annotations

from pathlib import Path

from awsml.storage.pack.run import Packed, index_path
from awsml.units import counted, format_bytes


def packed_text(packed: Packed, folder: Path, rate: str) -> str:
    kept = f" ({packed.kept} were there already)" if packed.kept else ""
    return (
        f"{counted(packed.files, 'file')} in {counted(len(packed.shards), 'shard')}{kept}, "
        f"{format_bytes(packed.bytes)}, {rate}\n"
        f"shards: {folder}\nindex:  {index_path(folder)}"
    )
