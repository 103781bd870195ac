"""Roles in generated stacks and shipped templates: no more than the job needs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.kinds.test_batch_stack import parsed, stack_of

# CloudWatch and ECR take no resource for these.
WHOLE = {"cloudwatch:PutMetricData", "ecr:GetAuthorizationToken"}
# EC2 sends no account, and EventBridge takes no condition in the policy of a topic.
UNCONDITIONED = {None, "ec2.amazonaws.com", "events.amazonaws.com"}
TEMPLATES = sorted((Path(__file__).parents[2] / "templates").glob("*.yaml"))


def statements(tree: Any) -> Iterator[dict[str, Any]]:
    if isinstance(tree, dict):
        if "Effect" in tree:
            yield tree
        for inner in tree.values():
            yield from statements(inner)
    elif isinstance(tree, list):
        for inner in tree:
            yield from statements(inner)


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.stem)
def test_a_shipped_template_allows_no_more_than_it_needs(template: Path) -> None:
    found = list(statements(parsed(template.read_text(encoding="utf-8"))))
    assert found
    for statement in found:
        actions = set(listed(statement["Action"]))
        assert not [action for action in actions if "*" in action], statement
        if "*" in listed(statement.get("Resource", [])):
            assert actions <= WHOLE, statement
        trusts = statement.get("Principal", {}).get("Service")
        if trusts not in UNCONDITIONED:
            assert "aws:SourceAccount" in yaml.safe_dump(statement.get("Condition")), statement


def test_a_job_writes_into_its_own_folder_alone() -> None:
    stack = parsed(stack_of("output: s3://acme/out", "data: s3://acme/in"))
    writes = [s for s in statements(stack) if "s3:PutObject" in listed(s.get("Action"))]
    assert writes
    for statement in writes:
        shown = yaml.safe_dump(statement["Resource"])
        assert "acme/out/*" in shown and "acme/out*" not in shown
