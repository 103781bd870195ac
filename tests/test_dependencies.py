"""docs/dependencies.md against what is declared, and against what commands really import."""

from __future__ import annotations

import configparser
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FOREIGN = ("boto3", "botocore", "pydantic", "yaml", "optuna", "numpy", "cfnlint", "sagemaker")


@pytest.mark.parametrize(
    ("words", "imported"),
    [
        (["--help"], set()),
        (["catalog", "show", "ml.g5.xlarge"], set()),
        (["plan", "scenarios/pipe-mode.yaml"], {"pydantic", "yaml"}),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_a_command_imports_what_it_uses(words: list[str], imported: set[str]) -> None:
    code = (
        "import sys; from awsml.cli.main import run; run(sys.argv[1:]); "
        f"print(*sorted(set({FOREIGN!r}) & sys.modules.keys()), file=sys.stderr)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code, *words], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert set(ran.stderr.splitlines()[-1].split()) == imported


def test_the_page_names_every_package_with_its_range() -> None:
    declared = configparser.ConfigParser()
    declared.read(ROOT / "setup.cfg", encoding="utf-8")
    lines = [declared["options"]["install_requires"]]
    lines += [text for name, text in declared["options.extras_require"].items() if name != "test"]
    page = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    for line in "\n".join(lines).split():
        match = re.fullmatch(r"([A-Za-z0-9_-]+)(.*)", line)
        assert match is not None
        assert re.search(rf"\b{match[1]}\b.*`{re.escape(match[2])}`", page), line
