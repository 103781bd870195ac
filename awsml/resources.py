"""Files that ship with awsml: starters, CloudFormation templates and worked scenarios."""

from __future__ import annotations

from pathlib import Path

# `awsml/templates` and `awsml/scenarios` are links to the folders at the top of the project;
# a wheel holds their content in the same place.
_PACKAGE = Path(__file__).parent
TEMPLATES = _PACKAGE / "templates"
STARTERS = TEMPLATES / "starters"
SCENARIOS = _PACKAGE / "scenarios"
