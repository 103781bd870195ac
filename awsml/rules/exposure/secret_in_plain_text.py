"""A password, key or token stands in a request.

Environment variables, hyperparameters and commands are shown by every Describe call, in the console
and in logs. `NoEcho` hides a template's parameter in CloudFormation, and nowhere else.

## Why
Whoever may read the job reads the secret.

## Flagged
    Environment: {WANDB_API_KEY: 0123456789abcdef0123456789abcdef01234567}

## Preferred
    Environment: {WANDB_SECRET_ARN: "arn:aws:secretsmanager:us-east-1:111122223333:secret:wandb"}
"""

from awsml.rules.links import is_secret
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems, require_known
from awsml.secrets import secret_kind

LEVEL = Level.WARNING
CONFIDENCE = Confidence.DOCUMENTED
APIS = (
    "sagemaker:CreateTrainingJob",
    "sagemaker:CreateHyperParameterTuningJob",
    "sagemaker:CreateModel",
    "sagemaker:CreateProcessingJob",
    "sagemaker:CreateTransformJob",
    "batch:RegisterJobDefinition",
    "batch:SubmitJob",
)
SOURCE = "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateTrainingJob.html"

_MAPS = {"Environment", "HyperParameters", "StaticHyperParameters", "parameters"}
_PAIRS = {"environment"}  # Batch: a list of {name, value}
_HINT = "keep it in Secrets Manager, and let the job read it with its role"
_WORDS = {"command", "ContainerArguments", "ContainerEntrypoint"}


def check(request: Part) -> Problems:
    exposed = _exposed(request)
    for name, value in exposed:
        kind = secret_kind(name, value.text or "") if value.known else None
        if is_secret(value):
            yield Problem(value, f"`{value}` is a parameter with NoEcho, and shown here", _HINT)
        elif kind:
            yield Problem(
                value,
                f"`{name}` looks like {kind}, in plain text" if name else f"this holds {kind}",
                _HINT,
            )
    require_known(value for _, value in exposed if not is_secret(value))


def _exposed(request: Part) -> list[tuple[str, Part]]:
    """(name, value) of everything that a Describe call would show."""
    maps = request.named(_MAPS.__contains__)
    found = [entry for part in maps if part.known for entry in part.entries]
    found += [("", part) for part in maps if not part.known]
    for pair in request.named(_PAIRS.__contains__):
        name = pair["name"]
        if name.known and name.exists:
            found.append((name.text or "", pair["value"]))
    return found + [("", word) for word in request.named(_WORDS.__contains__)]
