"""The hosts of a job: their trees, data and orders for one attempt after the other."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator
from pathlib import Path, PurePosixPath

from awsml.backends.local.code import put_code
from awsml.backends.local.host import Host
from awsml.backends.local.inside.order import Isolation, Mount, Order
from awsml.backends.local.job import CHECKPOINT_PATH, TrainingJob
from awsml.backends.local.layout import HostFolder, write_config, write_hosts_file
from awsml.backends.local.machine import gpus_here
from awsml.backends.local.python import with_requirements
from awsml.backends.local.staging import Place, Staging
from awsml.backends.local.streams import Streams
from awsml.backends.local.surroundings import base_of, job_environment
from awsml.backends.local.terms import LocalTerms, Workplace
from awsml.backends.local.toolkit import script_command, script_environment
from awsml.errors import BackendError
from awsml.events import Event


class Instances:
    """What AWS would rent: every attempt begins with fresh ones."""

    def __init__(
        self,
        job: TrainingJob,
        folder: Path,
        place: Workplace,
        isolation: Isolation,
        python: str,
        endpoint: str,
        terms: LocalTerms,
        check: Callable[[], None],
    ) -> None:
        """`folder` is the run's; `endpoint` is where the object store answers.

        `check` is called now and then while hosts are prepared, and may raise to give up.
        """
        self._job, self._place, self._isolation = job, place, isolation
        self._python, self._endpoint, self._terms = python, endpoint, terms
        self._hosts_file = folder / "hosts" / "hosts"
        self.folders = {host: HostFolder(folder / "hosts" / host) for host in job.hosts}
        self.staged_bytes = 0
        self._check = check
        self._staging = Staging(job, place.objects, terms.elsewhere, check)

    @property
    def scripted(self) -> bool:
        """Whether the training toolkit's part is played by awsml."""
        return bool(self._job.program and not self._job.entrypoint)

    def prepared(self) -> Generator[Event, None, list[Order]]:
        """Makes trees, code and channels of all hosts; what each of them shall start."""
        elsewhere = self._terms.elsewhere
        staging = Staging(self._job, self._place.objects, elsewhere, self._check)
        self._staging = staging
        for host, folder in self.folders.items():
            self._check()
            folder.make()
            write_config(folder, self._job, host)
            if self._job.program:
                put_code(self._job.code or "", folder.tree / "code", self._place.objects)
            yield from staging.lay_out(Place(host, folder, self._isolation))
        write_hosts_file(self._hosts_file, self._job.hosts)
        self.staged_bytes += staging.bytes
        python = self._with_requirements()
        return [self._order(host, python, staging.mounts[host]) for host in self.folders]

    def streams(self) -> Streams:
        """The feeders of Pipe channels, for the attempt that was prepared last."""
        return Streams(self._job, self.folders, self._staging)

    def started(self, orders: list[Order]) -> list[Host]:
        """All hosts run, or none of them."""
        hosts: list[Host] = []
        try:
            for order in orders:
                hosts.append(Host(order.hostname, order))
            for host in hosts:
                host.wait_started()
        except BaseException:
            for host in hosts:
                host.close()
            raise
        return hosts

    def _with_requirements(self) -> str:
        code = next(iter(self.folders.values())).tree / "code"
        requirements = code / "requirements.txt"
        if not (self.scripted and requirements.is_file()):
            return self._python
        environments = self._place.environments
        return with_requirements(self._python, requirements, environments, self._check)

    def _order(self, host: str, python: str, mounts: list[Mount]) -> Order:
        job, folder = self._job, self.folders[host]
        base = base_of(self._isolation, folder.tree)
        environment = job_environment(job, python, self._endpoint, self._terms.environ)
        if self._isolation is Isolation.FOLDER:
            environment["SAGEMAKER_BASE_DIR"] = base
        command, start = list(job.entrypoint), base
        if self.scripted:
            code, gpus = folder.tree / "code", gpus_here()
            environment = script_environment(job, host, base, gpus) | environment
            command, start = script_command(job, host, code, python, gpus), f"{base}/code"
        return Order(
            command=tuple(command),
            environment=environment,
            folder=start,
            isolation=self._isolation,
            tree=str(folder.tree),
            hostname=host,
            hosts_file=str(self._hosts_file),
            scratch=str(folder.scratch),
            script=self.scripted,
            network=job.network or len(job.hosts) > 1,
            mounts=(*mounts, *self._checkpoint_mount(folder)),
        )

    def _checkpoint_mount(self, folder: HostFolder) -> tuple[Mount, ...]:
        """The checkpoint folder, where the request puts it elsewhere."""
        path = self._job.checkpoint_path
        if self._job.checkpoint is None or path == CHECKPOINT_PATH:
            return ()
        _require_mountable(PurePosixPath(path))
        return (Mount(str(folder.tree / "checkpoints"), path, False),)


def _require_mountable(path: PurePosixPath) -> None:
    """A folder of the job's own tree is made; any other would be made on the machine itself."""
    upwards = ".." in path.parts or not path.is_absolute()
    if upwards or not (path.is_relative_to("/opt/ml") or os.path.isdir(path)):
        raise BackendError(
            f"checkpoints cannot be kept in `{path}` here",
            hint="set `checkpoint.path` to a folder below /opt/ml, as /opt/ml/checkpoints is",
            slug="checkpoint-path-unusable",
        )
