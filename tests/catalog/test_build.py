"""The maintainers' tool: what it takes from installed packages is what is bundled."""

from __future__ import annotations

import importlib.util
import shutil
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import ModuleType

import pytest

from awsml.catalog.tables import BUNDLED, current, read_table

TOOL = Path(__file__).parents[2] / "tools" / "build_catalogue.py"
STEPS = {
    "specs": ("moto", ("instances", "offerings")),
    "enums": ("botocore", ("apis",)),
    "accounts": ("sagemaker", ("accounts",)),
    "images": ("sagemaker", ("images",)),
    "regions": ("botocore", ("regions",)),
    "canonical": ("awsml", ()),
}


@pytest.fixture
def tool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The tool as a module, working on a copy of the tables."""
    spec = importlib.util.spec_from_file_location("build_catalogue", TOOL)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    shutil.copytree(BUNDLED, tmp_path / "data")
    monkeypatch.setattr(module, "BUNDLED", tmp_path / "data")
    return module


@pytest.mark.parametrize("step", STEPS)
def test_a_step_gives_what_is_bundled(step: str, tool: ModuleType) -> None:
    package, tables = STEPS[step]
    for name in tables:
        if not built_from_installed(name, package):
            pytest.skip(f"{name} was built from another version of {package}")
    tool.main([step])
    for path in sorted(tool.BUNDLED.iterdir()):
        assert path.read_text("utf-8") == (BUNDLED / path.name).read_text("utf-8"), path.name


def built_from_installed(table: str, package: str) -> bool:
    try:
        installed = version(package)
    except PackageNotFoundError:
        return False
    sources = {row["source"] for row in current().table(table).values()}
    return any(source.endswith(f"-{installed}") for source in sources)


def test_a_promoted_snapshot_is_bundled_without_what_is_an_accounts_own(
    tool: ModuleType, tmp_path: Path
) -> None:
    snapshot = tmp_path / "snapshot"
    snapshot.mkdir()
    covers = '{"regions": {"prices_ec2": ["us-west-2"]}}'
    (snapshot / "snapshot.json").write_text(covers)
    price = "type,region,usd,source\ng5.xlarge,us-west-2,1.0,ec2-api-2026-11-20\n"
    (snapshot / "prices_ec2.csv").write_text(price)
    (snapshot / "account_quotas.csv").write_text("region,service,name,code,value,source\n")
    tool.main(["promote", str(snapshot)])
    promoted = read_table(tool.BUNDLED, "prices_ec2")
    assert promoted[("g5.xlarge", "us-west-2")]["usd"] == "1.0"
    assert ("g6.xlarge", "us-west-2") not in promoted
    assert ("g6.xlarge", "us-east-1") in promoted
    assert not (tool.BUNDLED / "account_quotas.csv").exists()
