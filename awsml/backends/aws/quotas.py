"""Quotas by name: SageMaker counts instances for each type and use; codes follow no rule."""

from __future__ import annotations

from dataclasses import dataclass

from awsml.aws.session import Aws


@dataclass(frozen=True, slots=True)
class AppliedQuota:
    """A quota as it stands in this account and region."""

    name: str
    code: str
    value: float
    adjustable: bool
    applied: bool  # False: AWS's default, never raised here

    def command(self, wanted: float) -> str:
        """Asks for more."""
        return (
            "aws service-quotas request-service-quota-increase --service-code sagemaker"
            f" --quota-code {self.code} --desired-value {wanted:g}"
        )


def find_quotas(aws: Aws, names: set[str]) -> dict[str, AppliedQuota]:
    """The quotas of these names; one never raised may be in the list of defaults alone."""
    found = _listed(aws, "ListServiceQuotas", names, applied=True)
    missing = names - found.keys()
    if missing:
        found |= _listed(aws, "ListAWSDefaultServiceQuotas", missing, applied=False)
    return found


def _listed(aws: Aws, operation: str, names: set[str], *, applied: bool) -> dict[str, AppliedQuota]:
    found: dict[str, AppliedQuota] = {}
    rows = aws.pages("service-quotas", operation, {"ServiceCode": "sagemaker"}, "Quotas")
    for row in rows:
        name = row["QuotaName"]
        if name in names:
            found[name] = AppliedQuota(
                name, row["QuotaCode"], row["Value"], bool(row.get("Adjustable")), applied
            )
            if found.keys() == names:
                break
    return found
