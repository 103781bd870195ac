"""What is found in a template that awsml made, told of the scenario that it was made of."""

from __future__ import annotations

from dataclasses import replace

from awsml.finding import Finding, Related
from awsml.scenario.document import Document

# The field of a scenario that a part of a template was made of.
_TEMPLATE_FIELDS = {
    "computeResources": "compute",
    "containerProperties": "resources",
    "retryStrategy": "retry",
    "timeout": "timeout",
    "ProductionVariants": "compute",
    "PrimaryContainer": "model",
}


def in_scenario(finding: Finding, file: str, document: Document) -> Finding:
    """At the part of the scenario that the template was made of; nobody wrote the template."""
    path = finding.request_path or ""
    field = _TEMPLATE_FIELDS.get(path.partition(".")[0], "kind")
    where = Related(f"in {file}, {path}".rstrip(", "))
    place = document.place(field)
    related = [
        Related(f"{each.request_path or ''} {each.message}".strip()) for each in finding.related
    ]
    return replace(finding, place=place, field=None, fix=None, related=(*related, where))
