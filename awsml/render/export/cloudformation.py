"""The template that a kind has written of its own plan."""

from __future__ import annotations

from awsml.errors import UsageError
from awsml.plan import Plan

_FILE = "stack.yaml"


def cfn_text(plan: Plan) -> str:
    """The stack of an endpoint or of batch jobs; a single job has none."""
    if _FILE not in plan.files:
        raise UsageError(
            f"a {plan.kind} scenario has no CloudFormation template",
            hint="use -o boto3, or -o cli",
            slug="nothing-to-export",
        )
    return plan.files[_FILE]
