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
    service: str = "sagemaker"

    def command(self, wanted: float) -> str:
        """Asks for more."""
        return increase_command(self.service, self.code, wanted)


def increase_command(service: str, code: str, wanted: float) -> str:
    return (
        f"aws service-quotas request-service-quota-increase --service-code {service}"
        f" --quota-code {code} --desired-value {wanted:g}"
    )


def find_quotas(aws: Aws, names: set[str], service: str = "sagemaker") -> dict[str, AppliedQuota]:
    """The quotas of these names; one never raised may be in the list of defaults alone."""
    found = _listed(aws, "ListServiceQuotas", service, names)
    missing = names - found.keys()
    if missing:
        found |= _listed(aws, "ListAWSDefaultServiceQuotas", service, missing)
    return found


def _listed(aws: Aws, operation: str, service: str, names: set[str]) -> dict[str, AppliedQuota]:
    found: dict[str, AppliedQuota] = {}
    applied = operation == "ListServiceQuotas"
    rows = aws.pages("service-quotas", operation, {"ServiceCode": service}, "Quotas")
    for row in rows:
        name = row["QuotaName"]
        if name in names:
            found[name] = AppliedQuota(
                name, row["QuotaCode"], row["Value"], bool(row.get("Adjustable")), applied, service
            )
            if found.keys() == names:
                break
    return found
