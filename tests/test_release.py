"""What a release is made of agrees: version, change log, licence, files of the package."""

from __future__ import annotations

import configparser
import re
from pathlib import Path

from awsml import __version__
from awsml.resources import SCENARIOS, STARTERS, TEMPLATES

ROOT = Path(__file__).parent.parent


def test_the_change_log_begins_with_the_version_and_its_date() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    first = re.search(r"^## (\S+) \((\d{4}-\d\d-\d\d|unreleased)\)$", text, re.MULTILINE)
    assert first is not None and first[1] == __version__


def test_the_licence_lies_beside_what_names_it() -> None:
    settings = configparser.ConfigParser()
    settings.read(ROOT / "setup.cfg")
    assert settings["metadata"]["license"] == "Apache-2.0"
    licence = (ROOT / settings["metadata"]["license_files"]).read_text(encoding="utf-8")
    assert "Apache License" in licence and "Version 2.0" in licence


def test_every_kind_of_file_in_the_package_is_shipped() -> None:
    """A suffix that no pattern of package_data matches would be missing from a wheel."""
    settings = configparser.ConfigParser()
    settings.read(ROOT / "setup.cfg")
    patterns = settings["options.package_data"]["awsml"].split()
    package = ROOT / "awsml"
    shipped = {path for pattern in patterns for path in package.glob(pattern)}
    files = {path for path in package.rglob("*") if path.is_file()}
    code = {path for path in files if path.suffix in (".py", ".pyc")}
    assert sorted(str(path) for path in files - code - shipped) == []


def test_links_of_the_package_lead_to_what_it_ships() -> None:
    assert (TEMPLATES / "batch-gpu-spot.yaml").is_file()
    assert (STARTERS / "training" / "training.yaml").is_file()
    assert (SCENARIOS / "pipe-mode.yaml").is_file()
