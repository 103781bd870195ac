"""The environment variables of a job: what a container has, and nothing of the user's shell."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from awsml.backends.local.inside.order import Isolation
from awsml.backends.local.job import TrainingJob

# What a job may inherit: this machine's own nature, never credentials or private settings.
_INHERITED = {
    *("HOME", "USER", "LOGNAME", "LANG", "TZ", "TMPDIR", "LD_LIBRARY_PATH"),
    *("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"),
    *("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE"),
}
_INHERITED_GROUPS = ("LC_", "CUDA_", "NVIDIA_", "OMP_", "MKL_")


def job_environment(
    job: TrainingJob, python: str, endpoint: str, environ: Mapping[str, str]
) -> dict[str, str]:
    """Variables that SageMaker sets in every container, and the object store's address."""
    return {
        **inherited(python, environ),
        "AWS_REGION": job.region,
        "AWS_DEFAULT_REGION": job.region,
        "AWS_ENDPOINT_URL_S3": endpoint,
        "AWS_ACCESS_KEY_ID": "awsml",
        "AWS_SECRET_ACCESS_KEY": "awsml",
        "AWS_EC2_METADATA_DISABLED": "true",
        "TRAINING_JOB_NAME": job.name,
        "TRAINING_JOB_ARN": job.arn,
        **job.environment,
    }


def inherited(python: str, environ: Mapping[str, str]) -> dict[str, str]:
    """What of this machine's environment a job may see, with its Python first on the path."""
    kept = {
        name: value
        for name, value in environ.items()
        if name in _INHERITED or name.startswith(_INHERITED_GROUPS)
    }
    paths = [str(Path(python).parent), environ.get("PATH", os.defpath)]
    return {**kept, "PATH": os.pathsep.join(paths), "PYTHONUNBUFFERED": "1"}


def base_of(isolation: Isolation, tree: Path) -> str:
    """Where the job finds its /opt/ml tree."""
    return str(tree) if isolation is Isolation.FOLDER else "/opt/ml"
