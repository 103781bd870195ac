"""What AWS would do differently with the same request."""

from __future__ import annotations

from collections.abc import Iterator

from awsml.backends.local.inside.order import Isolation
from awsml.backends.local.job import TrainingJob
from awsml.backends.local.terms import GRACE_SECONDS, LocalTerms
from awsml.errors import BackendError
from awsml.events import Note


def refuse_what_cannot_run(job: TrainingJob) -> None:
    """An image has to say which program it starts; its own default is not on this machine."""
    if job.entrypoint or job.program:
        return
    raise BackendError(
        f"the image {job.image} cannot run here: its program is inside the image",
        hint="give `code` and a framework image, or `command`; or run it with --on aws",
        slug="image-not-local",
    )


def differences(job: TrainingJob, isolation: Isolation, terms: LocalTerms) -> Iterator[Note]:
    """One note for each difference that this request meets."""
    yield from _isolation(job, isolation)
    if job.image:
        yield Note(f"programs and packages are this machine's, not those of {job.image}", "differs")
    if len(job.hosts) > 1:
        yield Note(
            f"the {len(job.hosts)} hosts share this machine's network, memory and /tmp: "
            "two that listen on the same port collide",
            "differs",
        )
    if terms.grace_seconds != GRACE_SECONDS:
        yield Note(
            f"{terms.grace_seconds:g} s between SIGTERM and SIGKILL; AWS gives {GRACE_SECONDS:g} s",
            "differs",
        )
    if terms.interrupt and terms.interrupt.warned:
        yield Note(
            "SIGTERM before a reclaim is awsml's own: AWS documents no signal for managed Spot",
            "differs",
        )


def _isolation(job: TrainingJob, isolation: Isolation) -> Iterator[Note]:
    if isolation is Isolation.NAMESPACES:
        return
    where = {
        Isolation.SYMLINK: "/opt/ml is a link: one run at a time, host names do not resolve",
        Isolation.FOLDER: "there is no /opt/ml: the script has to use SM_* variables",
    }[isolation]
    yield Note(f"this kernel allows no user namespaces; {where}", "differs")
    if not job.network:
        yield Note("the job has a network here, in spite of EnableNetworkIsolation", "differs")
