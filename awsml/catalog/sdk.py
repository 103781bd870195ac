"""The SageMaker SDK's word on images that the catalogue does not name; an optional extra."""

from __future__ import annotations

from awsml.basis import Basis, Fact
from awsml.catalog.images import Image, NoImage, cuda_of
from awsml.catalog.instances import instance


def sdk_image(
    framework: str, version: str | None, region: str, machine: str, use: str = "training"
) -> Image | NoImage:
    """What `image_uris` answers. It takes any unknown type for a CPU, so the type is checked
    first; and it knows SageMaker's images only, not those of EC2."""
    known = instance(machine)
    if known is None or known.architecture == "arm64" or use == "batch":
        return NoImage(f"the SageMaker SDK is not asked for `{machine}`", "name it by `uri`")
    try:
        from sagemaker.core import image_uris
    except ImportError:
        name = f"`{framework}` `{version}`" if version else f"`{framework}`"
        return NoImage(
            f"{name} is not in the catalogue, and the SageMaker SDK that may "
            "know it is not installed",
            "pip install 'awsml[sagemaker]'",
        )
    try:
        uri: str = image_uris.retrieve(
            framework,
            region,
            version=version,
            instance_type=known.ml_name,
            image_scope=use,
        )
    except FileNotFoundError:  # it keeps a file for each name
        return NoImage(f"the SageMaker SDK knows no `{framework}`", "name it by `uri`")
    except ValueError as error:
        return NoImage(f"the SageMaker SDK has no such image: {_first(error)}", "name it by `uri`")
    source = f"SageMaker Python SDK {_installed()}, image_uris"
    fact = Fact(uri, "image", source, "as installed", Basis.DOCUMENTED)
    device = "gpu" if known.gpus else "cpu"
    tag = uri.rpartition(":")[2]
    return Image(uri, framework, version or "", device, "sagemaker", None, cuda_of(tag), None, fact)


def _installed() -> str:
    from importlib.metadata import version

    return version("sagemaker")


def _first(error: Exception) -> str:
    return str(error).partition(". ")[0]
