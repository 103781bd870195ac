"""What only AWS needs and a run on this machine does not: a role, and a region that exists."""

from __future__ import annotations

from awsml import catalog
from awsml.finding import Confidence, Finding, Level
from awsml.kinds.kind import Context
from awsml.nearness import nearest

# Absent, they stop a plan only when it is about to be sent.
SLUGS = frozenset({"missing-role", "missing-region"})


def needed_by_aws(role: str | None, region: str | None, context: Context) -> list[Finding]:
    """Complaints about what has to be there before the plan can be sent."""
    complaints = []
    if role is None:
        hint = "add `role: arn:aws:iam::<account>:role/<name>`"
        message = "`role` is missing: the job takes a role on AWS"
        complaints.append(_missing("missing-role", "role", message, hint, context))
    if region is None:
        hint = "add `region: us-east-1`, or write `awsml --region us-east-1 …`"
        message = "`region` is missing: AWS is asked in a region"
        complaints.append(_missing("missing-region", "region", message, hint, context))
    return [*complaints, *unknown_region(region, context)]


def unknown_region(region: str | None, context: Context) -> list[Finding]:
    """The complaint about a region that is none, which no price is known in either."""
    if region is None or catalog.region(region) is not None:
        return []
    return [_unknown(region, context)]


def _unknown(region: str, context: Context) -> Finding:
    known = catalog.regions()
    close = nearest(region, known)
    meant = f"did you mean `{close[0]}`? " if close else ""
    return Finding(
        "unknown-region",
        Level.ERROR,
        f"`{region}` is no AWS region that is known here",
        f"{meant}known: {', '.join(known)}",
        Confidence.DOCUMENTED,
        context.origins.place("region"),
        "region",
    )


def _missing(slug: str, field: str, message: str, hint: str, context: Context) -> Finding:
    place = context.origins.place(field)
    return Finding(slug, Level.ERROR, message, hint, Confidence.VERIFIED, place, field)
