"""The platform of a job on Fargate does not exist, or lacks what the job needs.

The operating system is LINUX or a Windows Server, the architecture X86_64 or ARM64. Windows runs on
X86_64 with at least one vCPU. EFS volumes need platform version 1.4.0.

## Why
AWS refuses the request.

## Flagged
    jobDefinitionName: small
    type: container
    platformCapabilities: [FARGATE]
    containerProperties:
      image: busybox
      runtimePlatform: {cpuArchitecture: amd64}

## Preferred
    jobDefinitionName: small
    type: container
    platformCapabilities: [FARGATE]
    containerProperties:
      image: busybox
      runtimePlatform: {cpuArchitecture: X86_64}

## AWS says
cpuArchitecture for Fargate LINUX tasks can be only one from [X86_64, ARM64].
"""

from awsml.rules.batch_jobs._jobs import REGISTER, amount, requirements
from awsml.rules.rule import Confidence, Level, Part, Problem, Problems

LEVEL = Level.ERROR
CONFIDENCE = Confidence.VERIFIED
APIS = (f"{REGISTER}/containerProperties",)
SOURCE = "https://docs.aws.amazon.com/batch/latest/APIReference/API_RuntimePlatform.html"

_ARCHITECTURES = ("X86_64", "ARM64")
_BEFORE_EFS = ("1.0.0", "1.1.0", "1.2.0", "1.3.0")  # the versions that Fargate had before 1.4.0


def check(container: Part) -> Problems:
    platform = container["runtimePlatform"]
    system, architecture = platform["operatingSystemFamily"], platform["cpuArchitecture"]
    windows = (system.text or "").startswith("WINDOWS_SERVER_")
    if system.text not in (None, "LINUX") and not windows:
        message = f"`{system.text}` is no operating system of Fargate"
        yield Problem(system, message, "use LINUX or WINDOWS_SERVER_2022_CORE")
    if architecture.text is not None and architecture.text not in _ARCHITECTURES:
        message = f"`{architecture.text}` is no architecture of Fargate"
        yield Problem(architecture, message, "use X86_64 or ARM64")
    elif windows and architecture.text == "ARM64":
        because = ((system, "Windows"),)
        yield Problem(architecture, "Windows runs on X86_64", "use X86_64", because)
    vcpus = requirements(container).get("VCPU")
    if windows and vcpus is not None and (amount(vcpus) or 1) < 1:
        because = ((system, "Windows"),)
        yield Problem(vcpus, "Windows needs at least one vCPU", 'write "1"', because)
    yield from _file_systems(container)


def _file_systems(container: Part) -> Problems:
    version = container["fargatePlatformConfiguration.platformVersion"]
    for volume in container["volumes"].items:
        if volume["efsVolumeConfiguration"].exists and version.text in _BEFORE_EFS:
            because = ((volume, "the file system"),)
            message = f"platform version {version.text} has no EFS"
            yield Problem(version, message, "use 1.4.0, or leave it out", because)
